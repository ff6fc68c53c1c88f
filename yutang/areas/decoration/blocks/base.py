"""What every block is: a typed value, what it asks of the pool, and what of it can be shown.

A draft may be unfinished, so that nothing typed is ever lost: types and lengths are checked whenever a block is read,
whether it is complete (`problems`) only before it is published.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from django.utils.translation import gettext, gettext_noop
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from yutang.areas.decoration.needs import Found, Needs

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"https://[^\s/@?#\\]+\.[^\s/@?#\\]+([/?#][^\s\\]*)?")
_SLUG = re.compile(r"[a-z0-9-]{1,60}")


@dataclass(frozen=True)
class Input:
    """How a field is asked for. `kind`: text, long, html, number, choice, check, moment, picture, link, products,
    category, items. `when`: (another field, its value) without which this one is not asked for."""

    label: str
    kind: str = "text"
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    when: tuple[str, str] | None = None


class Value(BaseModel):
    """Anything inside a block."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="after")
    def _can_be_stored(self) -> Self:
        """PostgreSQL keeps no U+0000."""
        if any(isinstance(each, str) and "\x00" in each for each in vars(self).values()):
            raise refusal(gettext("The request holds a character that cannot be stored."))
        return self


LINKS: dict[str, str] = {
    "": gettext_noop("Nowhere"),
    "product": gettext_noop("A product"),
    "category": gettext_noop("A category"),
    "topic": gettext_noop("A topic page"),
    "search": gettext_noop("A search"),
    "stores": gettext_noop("The list of stores"),
    "address": gettext_noop("An https address"),
}


class Link(Value):
    """Where a tap leads. `value`: id of a product or category, slug of a topic, words of a search, or an address."""

    to: Literal["", "product", "category", "topic", "search", "stores", "address"] = ""
    value: str = Field(default="", max_length=500)

    @model_validator(mode="before")
    @classmethod
    def _only_what_is_needed(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and raw.get("to", "") in ("", "stores"):
            return {"to": raw.get("to", "")}
        return raw

    @model_validator(mode="after")
    def _is_readable(self) -> Link:
        good: dict[str, Callable[[str], object]] = {
            "product": is_id, "category": is_id, "topic": _SLUG.fullmatch, "address": is_address,
            "search": lambda text: len(text) <= 60,
        }  # fmt: skip
        if self.value and self.to in good and not good[self.to](self.value):
            raise refusal(
                gettext("Write an address that begins with https://.")
                if self.to == "address"
                else gettext("Choose one of the list.")
            )
        return self

    @property
    def is_set(self) -> bool:
        return self.to == "stores" or bool(self.to and self.value)

    @property
    def number(self) -> int:
        """Of the product or category."""
        return int(self.value)

    def ask(self, needs: Needs) -> None:
        if self.is_set and self.to in ("product", "category"):
            needs.ask(self.to, self.number)
        elif self.is_set and self.to == "topic":
            needs.ask("topic", self.value)

    def leads(self, found: Found) -> bool:
        """Whether something is there."""
        if not self.is_set or self.to in ("search", "stores", "address"):
            return True
        return found.get(self.to, self.value if self.to == "topic" else self.number) is not None

    def problems(self, found: Found) -> Iterator[str]:
        if self.to and not self.is_set:
            yield gettext("Say where the link leads, or choose “Nowhere”.")
        elif not self.leads(found):
            yield gettext("What the link leads to is gone or not on sale.")


def is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19 and int(text) > 0


def is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text) is not None


def refusal(reason: str) -> PydanticCustomError:
    """An error of a field in the reader's language."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason})


def _digest(value: str) -> str:
    if value and not _DIGEST.fullmatch(value):
        raise refusal(gettext("Upload a picture."))
    return value


class PictureValue(Value):
    """An uploaded picture: its digest, and its size so that the page does not jump while it loads."""

    digest: str = ""
    width: int = Field(default=0, ge=0, le=100_000)
    height: int = Field(default=0, ge=0, le=100_000)

    _is_digest = field_validator("digest")(_digest)

    def __bool__(self) -> bool:
        return bool(self.digest)


class Block(Value):
    """One piece of a page. Subclasses declare `kind` and fields annotated with `Input`."""

    kind: ClassVar[str]

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]

    def ask(self, needs: Needs) -> None:
        """Says what the block wants to know of the pool."""

    def problems(self, found: Found) -> Iterator[str]:  # noqa: ARG002
        """What keeps it from being published."""
        yield from ()

    def shown(self, found: Found) -> Any:  # noqa: ARG002
        """What the shop's template of this kind is given as `data`; None where nothing is left to show."""
        return self


@dataclass(frozen=True)
class Kind:
    """A kind of block, as the palette of the editor offers it."""

    key: str
    label: str
    icon: str  # of ui/icons.txt
    block: type[Block]

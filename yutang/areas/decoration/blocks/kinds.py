"""The blocks every shop has. Areas above add theirs to the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from django.utils.translation import gettext, gettext_noop
from pydantic import AwareDatetime, Field, field_validator

from yutang.areas.catalog import queries as catalog
from yutang.areas.decoration import blocks
from yutang.areas.decoration.blocks.base import Block, Input, Kind, Link, PictureValue, Value, is_address, refusal
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.areas.decoration.needs import Found, Item, Needs, Place

Text = Annotated[str, Field(max_length=60)]
_TITLE = Input(gettext_noop("Title"), hint=gettext_noop("Stands above the block; may be empty."))
_LINK = Input(gettext_noop("Leads to"), "link")
_PICTURE = Input(gettext_noop("Picture"), "picture")


class Slide(Value):
    picture: Annotated[PictureValue, _PICTURE] = PictureValue()
    alt: Annotated[str, Field(max_length=120), Input(gettext_noop("What it shows"))] = ""
    link: Annotated[Link, _LINK] = Link()


class Banner(Block):
    """Pictures side by side, to be swiped."""

    kind = "banner"

    slides: Annotated[tuple[Slide, ...], Field(max_length=8), Input(gettext_noop("Pictures"), "items")] = ()

    def ask(self, needs: Needs) -> None:
        for slide in self.slides:
            slide.link.ask(needs)

    def problems(self, found: Found) -> Iterator[str]:
        if not any(slide.picture for slide in self.slides):
            yield gettext("Add a picture.")
        for slide in self.slides:
            yield from slide.link.problems(found)

    def shown(self, found: Found) -> list[Slide] | None:
        return [slide for slide in self.slides if slide.picture and slide.link.leads(found)] or None


class Cell(Value):
    picture: Annotated[PictureValue, _PICTURE] = PictureValue()
    text: Annotated[str, Field(max_length=12), Input(gettext_noop("Text"))] = ""
    link: Annotated[Link, _LINK] = Link()


class Grid(Block):
    """Icons with a word below, four or five in a row."""

    kind = "grid"

    columns: Annotated[
        Literal["3", "4", "5"], Input(gettext_noop("In a row"), "choice", choices={"3": "3", "4": "4", "5": "5"})
    ] = "4"
    cells: Annotated[tuple[Cell, ...], Field(max_length=20), Input(gettext_noop("Icons"), "items")] = ()

    def ask(self, needs: Needs) -> None:
        for cell in self.cells:
            cell.link.ask(needs)

    def problems(self, found: Found) -> Iterator[str]:
        if not self._filled():
            yield gettext("Add an icon with a picture or a text.")
        for cell in self.cells:
            yield from cell.link.problems(found)

    def shown(self, found: Found) -> list[Cell] | None:
        return [cell for cell in self._filled() if cell.link.leads(found)] or None

    def _filled(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.picture or cell.text]


SOURCES = {
    "hand": gettext_noop("Chosen by hand"), "category": gettext_noop("A category"), "tag": gettext_noop("A tag"),
    "newest": gettext_noop("The newest"), "best": gettext_noop("Sold best in 30 days"),
}  # fmt: skip
LAYOUTS = {
    "two": gettext_noop("Two columns"), "list": gettext_noop("A list"), "row": gettext_noop("A row to swipe"),
}  # fmt: skip


class Products(Block):
    """Products, chosen one by one or by a rule."""

    kind = "products"

    title: Annotated[Text, _TITLE] = ""
    source: Annotated[
        Literal["hand", "category", "tag", "newest", "best"],
        Input(gettext_noop("Which products"), "choice", choices=SOURCES),
    ] = "hand"
    products: Annotated[
        tuple[Annotated[int, Field(ge=1, le=2**63 - 1)], ...], Field(max_length=40),
        Input(gettext_noop("Products"), "products", when=("source", "hand")),
    ] = ()  # fmt: skip
    category: Annotated[
        Annotated[int, Field(ge=1, le=2**63 - 1)] | None,
        Input(gettext_noop("Category"), "category", when=("source", "category")),
    ] = None
    tag: Annotated[str, Field(max_length=30), Input(gettext_noop("Tag"), when=("source", "tag"))] = ""
    most: Annotated[int, Field(ge=1, le=40), Input(gettext_noop("At most"), "number")] = 6
    layout: Annotated[
        Literal["two", "list", "row"], Input(gettext_noop("Layout"), "choice", choices=LAYOUTS)
    ] = "two"  # fmt: skip

    def ask(self, needs: Needs) -> None:
        if self.source == "hand":
            needs.ask("product", *self.products)
        elif self._is_said():
            needs.ask("list", self._list())

    def problems(self, found: Found) -> Iterator[str]:
        if not self._is_said():
            yield gettext("Say which products.")
        elif self.shown(found) is None:
            yield gettext("None of these products is on sale.")

    def shown(self, found: Found) -> list[Item] | None:
        if not self._is_said():
            return None
        if self.source == "hand":
            items = [item for pk in self.products if (item := found.get("product", pk))]
        else:
            items = found.get("list", self._list()) or []
        return items[: self.most] or None

    def _is_said(self) -> bool:
        given = {"hand": self.products, "category": self.category, "tag": self.tag}
        return bool(given.get(self.source, True))

    def _list(self) -> tuple[str, str, int]:
        return (self.source, str({"category": self.category, "tag": self.tag}.get(self.source) or ""), self.most)


class Countdown(Block):
    """So long until a moment; it leaves the page when that has come."""

    kind = "countdown"

    title: Annotated[Text, Input(gettext_noop("Text"))] = ""
    until: Annotated[AwareDatetime | None, Input(gettext_noop("Until"), "moment")] = None
    link: Annotated[Link, _LINK] = Link()

    @field_validator("until")
    @classmethod
    def _has_a_local_time(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.year not in clock.YEARS:
            raise refusal(gettext("This cannot be read."))
        return value

    def ask(self, needs: Needs) -> None:
        self.link.ask(needs)

    def problems(self, found: Found) -> Iterator[str]:
        if self.until is None:
            yield gettext("Say until when.")
        elif self.until <= found.viewer.now:
            yield gettext("This moment is over.")
        yield from self.link.problems(found)

    def shown(self, found: Found) -> _Left | None:
        if self.until is None or self.until <= found.viewer.now or not self.link.leads(found):
            return None
        seconds = int((self.until - found.viewer.now).total_seconds())
        return _Left(self, self.until, seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60, seconds % 60)


@dataclass(frozen=True)
class _Left:
    """What is left when the page is made; the page's script counts on from there."""

    block: Countdown
    until: datetime
    days: int
    hours: int
    minutes: int
    seconds: int


class Rich(Block):
    """Text with headings, lists and pictures."""

    kind = "rich"

    html: Annotated[
        str, Field(max_length=20_000),
        Input(gettext_noop("Text"), "html", hint=gettext_noop("HTML; scripts, styles and forms are taken out.")),
    ] = ""  # fmt: skip

    @field_validator("html")
    @classmethod
    def _is_harmless(cls, value: str) -> str:
        return catalog.cleaned(value)

    def problems(self, found: Found) -> Iterator[str]:  # noqa: ARG002
        if not self.html:
            yield gettext("Write something.")

    def shown(self, found: Found) -> str | None:  # noqa: ARG002
        return self.html or None


class Video(Block):
    """A film at an address of the brand's own; nothing of it is loaded before somebody taps."""

    kind = "video"

    address: Annotated[
        str, Field(max_length=500),
        Input(gettext_noop("Address"), hint=gettext_noop("https address of an MP4 on a server of yours.")),
    ] = ""  # fmt: skip
    poster: Annotated[PictureValue, Input(gettext_noop("Picture before it plays"), "picture")] = PictureValue()
    title: Annotated[Text, Input(gettext_noop("What it shows"))] = ""

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        # What stands in the page's policy as a source must hold nothing that ends one.
        if value and (not is_address(value) or any(sign in value for sign in ";,'\"<>*")):
            raise refusal(gettext("Write an address that begins with https://."))
        return value

    @property
    def origin(self) -> str:
        """As a Content-Security-Policy names it."""
        return "/".join(self.address.split("/", 3)[:3])

    def problems(self, found: Found) -> Iterator[str]:  # noqa: ARG002
        if not self.address:
            yield gettext("Say where the film lies.")
        if not self.poster:
            yield gettext("Add a picture.")

    def shown(self, found: Found) -> Video | None:  # noqa: ARG002
        return self if self.address and self.poster else None


class Notice(Block):
    """One line that catches the eye."""

    kind = "notice"

    text: Annotated[str, Field(max_length=120), Input(gettext_noop("Text"))] = ""
    link: Annotated[Link, _LINK] = Link()

    def ask(self, needs: Needs) -> None:
        self.link.ask(needs)

    def problems(self, found: Found) -> Iterator[str]:
        if not self.text:
            yield gettext("Write something.")
        yield from self.link.problems(found)

    def shown(self, found: Found) -> Notice | None:
        return self if self.text and self.link.leads(found) else None


class Spacer(Block):
    """Room between two blocks."""

    kind = "spacer"

    height: Annotated[int, Field(ge=4, le=120), Input(gettext_noop("Height in pixels"), "number")] = 16


class Stores(Block):
    """Stores, those of the shopper's city first."""

    kind = "stores"

    title: Annotated[Text, _TITLE] = ""
    most: Annotated[int, Field(ge=1, le=10), Input(gettext_noop("At most"), "number")] = 3

    def ask(self, needs: Needs) -> None:
        needs.ask("stores", "")

    def problems(self, found: Found) -> Iterator[str]:
        if self.shown(found) is None:
            yield gettext("There is no store yet.")

    def shown(self, found: Found) -> list[Place] | None:
        places = found.get("stores", "") or []
        return places[: self.most] or None


def register() -> None:
    for key, label, icon, block in (
        ("banner", gettext_noop("Banner"), "photo", Banner),
        ("grid", gettext_noop("Icons"), "layout-grid", Grid),
        ("products", gettext_noop("Products"), "shopping-bag", Products),
        ("countdown", gettext_noop("Countdown"), "clock", Countdown),
        ("notice", gettext_noop("Notice bar"), "bell", Notice),
        ("rich", gettext_noop("Rich text"), "file-text", Rich),
        ("video", gettext_noop("Video"), "player-play", Video),
        ("stores", gettext_noop("Stores"), "building-store", Stores),
        ("spacer", gettext_noop("Space"), "adjustments", Spacer),
    ):
        blocks.register(Kind(key, label, icon, block))

"""Cells of the products' table as values; a bad one says where it stands and why."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, gettext_noop

from yutang.areas.catalog import queries
from yutang.areas.catalog import services as catalog
from yutang.areas.imports.products.columns import KINDS, STATES, YES_NO
from yutang.core import money
from yutang.core.spreadsheets import bare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yutang.areas.catalog.models import Product
    from yutang.areas.imports.reader import Source
    from yutang.core.access import Actor

LONGEST = {"code": 80, "sku_code": 80, "barcode": 40, "name": 120, "subtitle": 200, "description": 100_000}
EMPTY = gettext_noop("this cell must not be empty")
_TAGS = re.compile(r"[,，;；、]")
_PAIRS = re.compile(r"[;；]")
_BIGGEST_WEIGHT = 10_000_000  # grams


class BadCell(Exception):
    """A cell that cannot be used; `reason` in the reader's language."""

    def __init__(self, cells: Cells, column: str, reason: str) -> None:
        super().__init__(cells.row, column, reason)
        self.row, self.header, self.reason = cells.row, cells.header(column), reason


class BadCells(Exception):
    """All that keep back a product."""

    def __init__(self, cells: list[BadCell]) -> None:
        super().__init__(cells)
        self.cells = cells


@contextmanager
def gathered(found: list[BadCell]) -> Iterator[None]:
    """A bad cell inside is written down, and the rest of the file still read."""
    try:
        yield
    except BadCell as error:
        found.append(error)


@dataclass(frozen=True)
class Cells:
    """A row. `columns`: ours → the file's."""

    row: int
    values: Mapping[str, str | None]
    columns: Mapping[str, str]
    source: Source

    def get(self, column: str) -> str:
        return bare((self.values.get(column) or "").strip())

    def unstorable(self) -> list[BadCell]:
        """PostgreSQL keeps no U+0000."""
        bad = [column for column in self.columns if "\x00" in self.get(column)]
        return [BadCell(self, column, gettext("a character that cannot be stored")) for column in bad]

    def is_empty(self) -> bool:
        return not any((value or "").strip() for value in self.values.values())

    def header(self, column: str) -> str:
        return self.source.header_of(self.columns[column]) if column in self.columns else ""

    def text(self, column: str) -> str:
        text = self.get(column)
        if len(text) > LONGEST[column]:
            raise BadCell(self, column, gettext("at most %(most)s characters") % {"most": LONGEST[column]})
        return text

    def required(self, column: str) -> str:
        if not self.get(column):
            raise BadCell(self, column, gettext(EMPTY))
        return self.text(column) if column in LONGEST else self.get(column)


def specification(cells: Cells) -> dict[str, str]:
    """尺寸:6寸;口味:原味 → name → value."""
    found: dict[str, str] = {}
    for pair in filter(str.strip, _PAIRS.split(cells.get("specification"))):
        name, colon, value = pair.replace("：", ":").partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not name or not value or name in found or max(len(name), len(value)) > 40:
            raise BadCell(cells, "specification", gettext("write it as Size:6;Taste:plain"))
        found[name] = value
    return found


class Reader:
    """What cells mean for this merchant."""

    def __init__(self, currency: str, actor: Actor) -> None:
        self._currency, self._actor = currency, actor
        self._freights = {template.name: template.pk for template in queries.freight_templates()}
        self.learn()

    def learn(self) -> None:
        """Reads the categories, again where some were taken back."""
        self._categories = {branch.path: branch.pk for branch in queries.categories()}

    def known(self, code: str) -> Product | None:
        return queries.products_by_code([code]).get(code)

    def about(self, said: Mapping[str, Cells]) -> dict[str, Any]:
        """Fields of the product's draft, those that the file says something of."""
        found: dict[str, Any] = {name: said[name].text(name) for name in ("name", "subtitle") if name in said}
        if cells := said.get("description"):
            found["description"] = queries.cleaned(cells.text("description"))
        if cells := said.get("kind"):
            found["kind"] = _choice(cells, "kind", KINDS)
        if cells := said.get("category"):
            found["category_id"] = self._category(cells)
        if cells := said.get("tags"):
            tags = [tag.strip() for tag in _TAGS.split(cells.get("tags")) if tag.strip()]
            if any(len(tag) > 30 for tag in tags):
                raise BadCell(cells, "tags", gettext("at most %(most)s characters") % {"most": 30})
            found["tags"] = tuple(dict.fromkeys(tags))
        if cells := said.get("position"):
            found["position"] = _whole(cells, "position", 10**6)
        for name in ("is_delivered", "is_picked_up"):
            if cells := said.get(name):
                found[name] = _choice(cells, name, YES_NO)
        if cells := said.get("freight"):
            if cells.get("freight") not in self._freights:
                raise BadCell(cells, "freight", gettext("there is no freight template of this name"))
            found["freight_template_id"] = self._freights[cells.get("freight")]
        return found

    def sku(self, cells: Cells) -> dict[str, Any]:
        """Fields of the SKU's draft, those that the row says something of."""
        found: dict[str, Any] = {}
        if cells.get("barcode"):
            found["barcode"] = cells.text("barcode")
        for name in ("price", "list_price", "cost"):
            if cells.get(name):
                found[name] = self._amount(cells, name)
        if cells.get("weight"):
            found["weight"] = _whole(cells, "weight", _BIGGEST_WEIGHT)
        if cells.get("is_active"):
            found["is_active"] = _choice(cells, "is_active", YES_NO)
        return found

    def state(self, cells: Cells | None) -> str | None:
        return None if cells is None else _choice(cells, "state", STATES)

    def _amount(self, cells: Cells, column: str) -> int:
        amount = money.parsed(re.sub("[$元]", "", cells.get(column)), self._currency)
        if amount is None:
            raise BadCell(cells, column, gettext("this is not an amount"))
        return amount

    def _category(self, cells: Cells) -> int:
        """蛋糕 / 生日蛋糕; made where it does not exist yet."""
        path = tuple(name.strip() for name in re.split(r"[/／>]", cells.get("category")))
        if not all(path) or len(path) > 3 or any(len(name) > 60 for name in path):
            raise BadCell(cells, "category", gettext("write it as Cakes / Birthday, at most three levels"))
        parent: int | None = None
        for depth in range(1, len(path) + 1):
            if path[:depth] not in self._categories:
                made = catalog.save_category(name=path[depth - 1], parent_id=parent, actor=self._actor)
                self._categories[path[:depth]] = made.pk
            parent = self._categories[path[:depth]]
        assert parent is not None
        return parent


def _choice(cells: Cells, column: str, choices: Mapping[Any, tuple[str, str]]) -> Any:
    text = cells.get(column).casefold()
    for value, words in choices.items():
        if text in (*words, str(value).casefold()):
            return value
    possible = ", ".join(word for words in choices.values() for word in words)
    raise BadCell(cells, column, gettext("one of: %(words)s") % {"words": possible})


def _whole(cells: Cells, column: str, most: int) -> int:
    text = cells.get(column)
    if not re.fullmatch(r"\d{1,12}(\.0+)?", text) or (number := int(text.partition(".")[0])) > most:
        raise BadCell(cells, column, gettext("a whole number up to %(most)s") % {"most": most})
    return number

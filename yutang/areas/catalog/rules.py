"""What follows from a product's own words and a template's own rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import nh3
from pypinyin import Style, lazy_pinyin

# What a page of the shop needs; no scripts, styles, forms, frames or event attributes.
_TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "strong", "b", "em", "i", "u", "s", "blockquote", "ul", "ol", "li", "img", "a",
    "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "span", "div",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"}}


@dataclass(frozen=True, slots=True)
class FreightRow:
    """One rule of a freight template; amounts in minor units, `first` and `further` in pieces or grams."""

    provinces: tuple[str, ...] = ()
    is_served: bool = True
    first: int = 1
    first_fee: int = 0
    further: int = 1
    further_fee: int = 0
    free_from: int | None = None


def cleaned(html: str) -> str:
    """A rich description without anything that acts; links leave without telling where from."""
    return nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https"}, link_rel="noopener noreferrer nofollow"
    )


def search_text(name: str, subtitle: str, tags: Iterable[str], codes: Iterable[str]) -> str:
    """Lower-case words that a search finds the product by: its texts, full pinyin and initials of its name."""
    syllables = lazy_pinyin(name, style=Style.NORMAL, errors="default")
    initials = lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")
    parts = [name, subtitle, *tags, *codes, "".join(syllables), "".join(initials)]
    return " ".join(part.strip() for part in parts if part.strip()).lower()


def row_for(province: str, rows: Sequence[FreightRow]) -> FreightRow | None:
    """The row that names the province, else the one that names none."""
    general = None
    for row in rows:
        if province in row.provinces:
            return row
        if not row.provinces:
            general = general or row
    return general


def freight_fee(amount: int, worth: int, row: FreightRow) -> int:
    """What sending `amount` (pieces or grams) of goods worth so much costs: the first part, then each begun further
    part; nothing from `free_from` on."""
    if amount <= 0 or (row.free_from is not None and worth >= row.free_from):
        return 0
    beyond = max(amount - row.first, 0)
    return row.first_fee + -(-beyond // row.further) * row.further_fee

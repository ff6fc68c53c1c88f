"""What follows from a product's own words and a template's own rows. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

# Chinese characters, or letters and digits of any other script.
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+")


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


def search_text(name: str, subtitle: str, tags: Iterable[str], codes: Iterable[str]) -> str:
    """Lower-case words that a search finds the product by: its texts, full pinyin of its name,
    and the initials, also two by two."""
    initials = _sounds(name, is_short=True)
    pairs = dict.fromkeys(a + b for a, b in pairwise(initials) if len(a) == len(b) == 1)  # dg in the middle of cmnydg
    parts = [name, subtitle, *tags, *codes, "".join(_sounds(name)), "".join(initials), *pairs]
    return normal(" ".join(part.strip() for part in parts if part.strip()))


def normal(text: str) -> str:
    """As search compares: lower case, full-width letters and digits as plain ones."""
    return unicodedata.normalize("NFKC", text).lower()


def _pieces(run: str) -> set[str]:
    size = 2 if _is_han(run) else 3
    return {run} if len(run) < size else {run[at : at + size] for at in range(len(run) - size + 1)}


def _is_han(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff"


def grams(text: str) -> set[str]:
    """Pieces by which a product is found: of Chinese each character and each two neighbours, of other words each three
    neighbours, and the first one and two so that a beginning finds them."""
    found: set[str] = set()
    for run in _RUN.findall(normal(text)):
        found |= _pieces(run) | (set(run) if _is_han(run) else {run[:1], run[:2]})
    return found


def asked_grams(text: str) -> tuple[set[str], set[str]]:
    """What a search asks for: the pieces as they are written, and as they sound. Chinese words of a single character
    have too many namesakes to be looked up by sound."""
    runs = _RUN.findall(normal(text))
    written = set().union(*(_pieces(run) for run in runs))
    if sum(len(run) for run in runs if _is_han(run)) == 1:
        return written, written
    return written, set().union(*(_pieces(run) for run in _RUN.findall("".join(_sounds("".join(runs))))))


def _sounds(text: str, *, is_short: bool = False) -> list[str]:
    """Pinyin of each character, or its initial; what is not Chinese stays as it is, a run at a time. Its dictionaries
    come with the first call."""
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(text, style=Style.FIRST_LETTER if is_short else Style.NORMAL, errors="default")


# Suffixes of Chinese provinces, longest first; platforms write 上海市 or 上海, 广西壮族自治区 or 广西.
PROVINCE_SUFFIX = "(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)$"
PROVINCES = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建", "江西",
    "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃",
    "青海", "宁夏", "新疆", "台湾", "香港", "澳门",
)  # fmt: skip


@lru_cache(maxsize=1024)
def province_name(text: str) -> str:
    """The short name under which rules know a province: 广西 for 广西壮族自治区; what is none stays as it is."""
    return re.sub(PROVINCE_SUFFIX, "", text.strip())


def row_for(province: str, rows: Sequence[FreightRow]) -> FreightRow | None:
    """The row that names the province, else the one that names none."""
    general, province = None, province_name(province)
    for row in rows:
        if province in map(province_name, row.provinces):
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

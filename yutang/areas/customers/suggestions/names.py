"""Family and given names as they are compared: split, and as they sound."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
import pyarrow as pa

# The compound family names in use today (百家姓); every other one is a single character.
_COMPOUND = frozenset(
    [
        "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "夏侯", "诸葛", "尉迟", "皇甫", "公孙", "慕容",
        "司徒", "令狐", "宇文", "长孙", "轩辕", "闻人", "澹台", "濮阳", "淳于", "申屠", "百里", "呼延", "东郭",
    ]
)  # fmt: skip


def split(name: str) -> tuple[str, str]:
    """(family, given). Chinese: family first; else the last word is the family. One word alone is taken as given.

    What a platform has masked (张**) is no name, nor is a nickname with digits or pictures (橘猫60, Coco~)."""
    name = " ".join(name.split())
    if not all(character.isalpha() or character in " .'’·-" for character in name):
        return "", ""
    if all(_is_chinese(character) for character in name.replace(" ", "")):
        name = name.replace(" ", "")
        if len(name) == 1:
            return name, ""
        length = 2 if len(name) > 2 and name[:2] in _COMPOUND else 1
        return name[:length], name[length:]
    given, _, family = name.rpartition(" ")
    return (family, given) if given else ("", name)


def sound(word: str) -> str:
    """Pinyin without tones; other scripts lose accents and case: `小明` → `xiaoming`, `René` → `rene`."""
    return "".join(_sound_of(character) for character in word.lower())


def columns(names: list[str]) -> dict[str, pa.Array]:
    """The four name columns of `fields.PEOPLE`; every distinct name is taken apart once."""
    distinct, places = np.unique(np.array(names, dtype=object), return_inverse=True)
    parts = [split(name) for name in distinct]
    found = {
        "family": [family for family, _ in parts],
        "given": [given for _, given in parts],
        "family_sound": [sound(family) for family, _ in parts],
        "given_sound": [sound(given) for _, given in parts],
    }
    return {key: pa.array(values, pa.string()).take(pa.array(places)) for key, values in found.items()}


@lru_cache(maxsize=32768)
def _sound_of(character: str) -> str:
    if _is_chinese(character):
        from pypinyin import Style, lazy_pinyin  # its dictionaries come with the first Chinese name

        return lazy_pinyin(character, style=Style.NORMAL)[0]
    plain = unicodedata.normalize("NFKD", character)
    return "".join(part for part in plain if part.isalnum())


def _is_chinese(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"

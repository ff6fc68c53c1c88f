"""Names as people search for them. Pinyin's dictionaries come with the first Chinese name."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=16384)
def _of_character(character: str) -> str:
    from pypinyin import Style, lazy_pinyin

    found = lazy_pinyin(character, style=Style.FIRST_LETTER)[0][:1].lower()
    return found if found.isalnum() else ""


def initials(names: list[str]) -> list[str]:
    """`王小明` → `wxm`; other scripts keep their letters and digits in lower case. At most 80 characters each."""
    found = {name: "".join(_of_character(character) for character in name)[:80] for name in set(names)}
    return [found[name] for name in names]

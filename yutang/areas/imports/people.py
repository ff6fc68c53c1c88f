"""Phones and e-mail addresses that may serve as keys: whole, real and in one form.

Masked phones (138****0000), cipher text and virtual numbers become null, because two people would be united by them.
A number counts as virtual when the platform marked it: an extension (13800138000转1234, 13800138000-1234, ext.) or the
platforms' privacy prefix 95013. Prefixes such as 162, 165, 167, 170 and 171 are *not* taken as virtual: they belong to
mobile virtual network operators and most of them are people's only phone.
"""

from __future__ import annotations

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from .cells import identity

_VIRTUAL = r"转|(?i:ext)|^\+?(86)?\s*95013|^\+?[0-9 ]{8,}\s*[-_#,;x]\s*[0-9]{1,6}$|[\[(（]\s*[0-9]{4}\s*[\])）]$"
_CHINESE_MOBILE = r"^(?:\+?86|0086)?(1[3-9][0-9]{9})$"
_EMAIL = r"^[^@\s\"<>,;]+@[^@\s\"<>,;]+\.[^@\s\"<>,;.]+$"
_NULL = pa.scalar(None, pa.string())


def phones(values: pa.StringArray, region: str) -> pa.StringArray:
    """Phones in E.164, null where there is no usable one. `region`: ISO country of numbers without a country code."""
    virtual = pc.match_substring_regex(values, _VIRTUAL)
    values = pc.if_else(virtual, _NULL, identity(values))
    bare = pc.replace_substring_regex(values, r"[\s\-()\.]", "")
    chinese = pc.match_substring_regex(bare, _CHINESE_MOBILE)
    if region != "CN":  # eleven digits from 1 mean something else elsewhere
        chinese = pc.and_(chinese, pc.match_substring_regex(bare, r"^(\+86|0086)"))
    fast = pc.if_else(chinese, pc.replace_substring_regex(bare, _CHINESE_MOBILE, r"+86\1"), _NULL)
    rest = pc.and_(pc.is_valid(values), pc.invert(chinese))
    if not pc.any(rest, min_count=0).as_py():
        return fast
    slow = [
        _parse_phone(text, region) if wanted else None
        for text, wanted in zip(values.to_pylist(), rest.to_pylist(), strict=True)
    ]
    return pc.coalesce(fast, pa.array(slow, pa.string()))


def _parse_phone(text: str, region: str) -> str | None:
    if not 7 <= sum(letter.isdigit() for letter in text) <= 20:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def emails(values: pa.StringArray) -> pa.StringArray:
    """Lower-case addresses, null where it is none."""
    lower = pc.utf8_lower(identity(values))
    return pc.if_else(pc.match_substring_regex(lower, _EMAIL), lower, _NULL)

"""Regular expressions that merchants write.

RE2, which Arrow carries, runs them in a time that grows with the text only; Python's own engine can be made to work for
years by a pattern like `(a+)+$`.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

MAX_LENGTH = 200


class BadPattern(ValueError):
    pass


def check(pattern: str) -> None:
    """BadPattern unless RE2 understands it and it has one group."""
    if len(pattern) > MAX_LENGTH:
        raise BadPattern(f"longer than {MAX_LENGTH} characters")
    try:
        groups = re.compile(pattern).groups
        pc.match_substring_regex(pa.array([""]), pattern)
    except (re.error, OverflowError, RecursionError, pa.ArrowInvalid) as error:
        raise BadPattern(str(error)) from error
    if groups != 1:
        raise BadPattern("one group")


def group(texts: pa.Array, pattern: str) -> pa.StringArray:
    """What the group of a checked pattern holds at its first place in each text; null where there is none."""
    whole = rf"^(?s:.*?)(?:{pattern})(?s:.*)$"
    found = pc.replace_substring_regex(texts, pattern=whole, replacement=r"\1")
    return pc.if_else(pc.match_substring_regex(texts, pattern), found, pa.scalar(None, pa.string()))

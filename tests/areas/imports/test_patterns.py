"""Patterns of merchants: they mean what they mean in Python, but none can take for ever."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yutang.areas.imports import patterns
from yutang.areas.imports.layouts import LAYOUTS

USED = sorted({layout.mapping.order_no_date[0] for layout in LAYOUTS.values() if layout.mapping.order_no_date})
TRICKY = [
    r"(\d{6})",
    r"a(.*)b",
    r"a(.*?)b",
    r"(a|ab)c?",
    r"x?(\d*)$",
    r"(?:a|(b))",
    r"\((.)\)",
    r"(?i)e(2.*)",
    r"^(.)|b",
]


@pytest.mark.parametrize("pattern", USED + TRICKY)
@given(texts=st.lists(st.text("abceE()12345-\n", max_size=20) | st.sampled_from(["260301-1", "E20260301120000123"])))
def test_the_group_is_the_one_python_finds(pattern: str, texts: list[str]) -> None:
    patterns.check(pattern)
    found = patterns.group(pa.array([*texts, None], pa.string()), pattern).to_pylist()
    matches = [re.search(pattern.replace("$", r"\Z"), text) for text in texts]
    assert found == [None if match is None else match[1] or "" for match in matches] + [None]


def test_a_pattern_that_would_take_python_for_ever_answers() -> None:
    pattern = r"^(?:(?:a+)+)+(b)$"
    patterns.check(pattern)
    assert patterns.group(pa.array(["a" * 5_000, "a" * 5_000 + "b"]), pattern).to_pylist() == [None, "b"]


@pytest.mark.parametrize("pattern", ["(", "a", "(a)(b)", r"(a)\1", "(?=(a))", "(" + "a" * 200 + ")", "(" * 5_000])
def test_what_re2_does_not_know_is_refused(pattern: str) -> None:
    with pytest.raises(patterns.BadPattern):
        patterns.check(pattern)

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yutang.connectors.alipay.values import fen, moment, written, yuan


@pytest.mark.parametrize(
    ("text", "amount"),
    [("0.01", 1), ("88.88", 8888), ("100000000.00", 10_000_000_000), ("7", 700), ("7.5", 750), ("-0.01", -1)],
)
def test_amounts(text, amount):
    assert fen(text) == amount


@pytest.mark.parametrize(
    "text", ["", "1.234", "1,234.50", "1e3", "NaN", "Infinity", " 1.00", "1.", ".5", "+1", "１.00", "--1"]
)
def test_what_is_no_amount(text):
    with pytest.raises(ValueError, match="not an amount"):
        fen(text)


@settings(deadline=None)
@given(st.integers(-(10**14), 10**14))
def test_every_amount_comes_back(amount):
    assert fen(yuan(amount)) == amount
    assert yuan(amount).rpartition(".")[2].isdecimal()


def test_times_are_those_of_shanghai():
    at = datetime(2026, 3, 4, 16, 0, 1, tzinfo=UTC)
    assert written(at) == "2026-03-05 00:00:01"
    assert moment("2026-03-05 00:00:01") == at
    assert moment("2026-03-05 00:00:01.337") == at


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1992, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_every_time_comes_back(at):
    aware = at.replace(tzinfo=UTC, microsecond=0)
    assert moment(written(aware)) == aware


@settings(deadline=None)
@given(st.text() | st.from_regex(r"\A\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\Z"))
def test_any_text_is_a_time_or_a_value_error(text):
    with suppress(ValueError):
        assert abs(moment(text).utcoffset()) == timedelta(0)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_an_amount_or_a_value_error(text):
    with suppress(ValueError):
        assert isinstance(fen(text), int)

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from yutang.core import clock, money


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("0.005", "CNY", 0), ("0.015", "CNY", 2), ("0.025", "CNY", 2), ("-0.015", "CNY", -2), ("10.5", "JPY", 10)],
)
def test_minor_units_are_rounded_half_even(amount, currency, minor):
    assert money.to_minor(Decimal(amount), currency) == minor


def test_amounts_are_written_as_the_reader_does():
    assert money.formatted(123450, "CNY", "zh-hans") == "¥1,234.50"
    assert money.formatted(-150, "GBP", "en") == "-£1.50"


def test_a_day_begins_where_the_merchant_is():
    with time_machine.travel(datetime(2026, 3, 1, 17, tzinfo=UTC), tick=False):
        assert clock.today("Asia/Shanghai") == date(2026, 3, 2)
        assert clock.today("Europe/London") == date(2026, 3, 1)


def test_what_is_told_as_some_time_ago():
    with time_machine.travel(datetime(2026, 3, 1, 17, tzinfo=UTC), tick=False):
        with clock.ago(timedelta(hours=2)):
            assert clock.now() == datetime(2026, 3, 1, 15, tzinfo=UTC)
            with clock.ago(timedelta(hours=1)):  # from now, not from there
                assert clock.now() == datetime(2026, 3, 1, 16, tzinfo=UTC)
        assert clock.now() == datetime(2026, 3, 1, 17, tzinfo=UTC)


def test_the_day_the_clocks_change_has_23_hours():
    day = date(2026, 3, 29)
    length = clock.end_of_day(day, "Europe/London") - clock.start_of_day(day, "Europe/London")
    assert length.total_seconds() == 23 * 3600


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("88", "CNY", 8800), ("¥1,234.50", "CNY", 123450), ("0.10", "CNY", 10), ("1.500", "CNY", 150),
        ("100", "JPY", 100), ("1.5", "JPY", None), ("1.005", "CNY", None), ("-1", "CNY", None), ("", "CNY", None),
        ("1e3", "CNY", None), ("x", "CNY", None), ("9" * 14, "CNY", None),
    ],
)  # fmt: skip
def test_amounts_as_people_type_them(text, currency, amount):
    assert money.parsed(text, currency) == amount

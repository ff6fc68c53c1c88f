"""Who stands where; what the unused part of a card is worth; which benefits hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from yutang.areas.membership.benefits import NONE, Benefits, best
from yutang.areas.membership.rules import (
    Earned,
    Rung,
    Standing,
    growth_of,
    judge,
    months_after,
    reached,
    taken_back,
    term_end,
    united,
    unused,
)

LADDER = [Rung(1, 0), Rung(2, 1000, 300), Rung(3, 5000, 2000)]
DAY = date(2026, 3, 1)
HOW = {"keep_months": 12, "grace_days": 30}


def judged(standing: Standing, total: int, recent: int = 0, today: date = DAY, **how) -> Standing:
    return judge(standing, Earned(total, recent), LADDER, today=today, **{**HOW, **how})


def test_up_at_once_as_high_as_growth_reaches():
    assert judged(Standing(), 5200, 5200) == Standing(3, DAY)
    assert judged(Standing(1, DAY), 1000) == Standing(2, DAY)
    assert judged(Standing(), 0) == Standing(1, DAY)


def test_kept_with_enough_growth_of_the_months():
    later = months_after(DAY, 12)
    assert judged(Standing(2, DAY), 1400, 299, later - timedelta(days=1)) == Standing(2, DAY)
    assert judged(Standing(2, DAY), 1400, 300, later) == Standing(2, later)


def test_down_one_level_after_notice_and_grace():
    later = months_after(DAY, 12)
    told = judged(Standing(3, DAY), 6000, 100, later)
    assert told == Standing(3, DAY, later + timedelta(days=30))
    assert judged(told, 6000, 100, later + timedelta(days=29)) == told
    fallen = judged(told, 6000, 100, later + timedelta(days=30))
    assert fallen == Standing(2, later + timedelta(days=30), None, 5000)
    # All growth of a life does not bring it back, that of the months does.
    assert judged(fallen, 6500, 600, later + timedelta(days=40)) == fallen
    assert judged(fallen, 8000, 2000, later + timedelta(days=40)) == Standing(3, later + timedelta(days=40))


def test_growth_that_comes_in_the_grace_keeps_the_level():
    later = months_after(DAY, 12)
    told = judged(Standing(3, DAY), 6000, 100, later)
    kept = judged(told, 8000, 2100, later + timedelta(days=5))
    assert kept == Standing(3, later + timedelta(days=5))


def test_what_was_never_earned_does_not_hold():
    assert judged(Standing(3, DAY), 900, 900, falls_at_once=True) == Standing(1, DAY)
    # A ladder that was changed gives notice.
    assert judged(Standing(3, DAY), 900, 900) == Standing(3, DAY, DAY + timedelta(days=30))


ladders = st.lists(st.integers(0, 9999), min_size=1, max_size=6, unique=True).flatmap(
    lambda thresholds: st.tuples(
        *(
            st.builds(Rung, st.just(n), st.just(threshold), st.none() | st.integers(1, 5000))
            for n, threshold in enumerate(sorted(thresholds), start=1)
        )
    )
)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(ladders, st.data())
def test_any_life_keeps_the_promises(ladder, data):
    """Never up without the growth; never down without notice, nor by more than a level; kept where nothing is asked."""
    standing, today, total = Standing(), data.draw(days), 0
    place = {rung.id: n for n, rung in enumerate(ladder)} | {None: -1}
    for _ in range(data.draw(st.integers(1, 12))):
        earned = data.draw(st.integers(0, 3000))
        total += earned
        recent = data.draw(st.integers(0, total))
        today += timedelta(days=data.draw(st.integers(0, 400)))
        grace = data.draw(st.integers(0, 40))
        after = judge(standing, Earned(total, recent), ladder, today=today, keep_months=12, grace_days=grace)
        assert place[after.level] <= reached(ladder, total)
        assert place[after.level] >= place[standing.level] - 1
        if place[after.level] < place[standing.level]:
            rung = ladder[place[standing.level]]
            assert rung.keep is not None
            assert recent < rung.keep
            assert (standing.falls_on or today) <= today
            assert grace == 0 or standing.falls_on is not None
        assert after.falls_on is None or after.falls_on > today
        again = judge(after, Earned(total, recent), ladder, today=today, keep_months=12, grace_days=grace)
        assert after == again or grace == 0  # without grace each look is a day's fall
        standing = after


@given(ladders, st.integers(0, 20_000), st.integers(0, 20_000), days)
def test_refunds_leave_nobody_above_their_growth(ladder, before, back, today):
    high = judge(Standing(), Earned(before, before), ladder, today=today, **HOW)
    total = max(before - back, 0)
    after = judge(high, Earned(total, total), ladder, today=today, falls_at_once=True, **HOW)
    expected = reached(ladder, total)
    assert after.level == (ladder[expected].id if expected >= 0 else None)


def test_people_who_are_one_have_the_best_of_both():
    one, other = Standing(2, DAY, DAY), Standing(3, DAY)
    assert united([one, other], LADDER) == united([other, one], LADDER) == other
    assert united([Standing(2, DAY, DAY), Standing(2, DAY)], LADDER) == Standing(2, DAY)
    assert united([Standing(9, DAY)], LADDER) == united([], LADDER) == Standing()


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.lists(st.integers(0, 10**5), max_size=8))
def test_growth_goes_back_in_proportion(given_growth, total, refunds):
    back, refunded = 0, 0
    for refund in refunds:
        refunded = min(refunded + refund, total)
        now = taken_back(given_growth, total, refunded)
        assert back <= now <= given_growth
        back = now
    assert taken_back(given_growth, total, total) == given_growth
    assert taken_back(given_growth, total, 0) == 0


def test_growth_of_a_purchase():
    assert [growth_of(amount, 100) for amount in (0, 99, 100, 12_345, -5)] == [0, 0, 1, 123, 0]
    assert growth_of(10_000, 0) == 0


moments = st.builds(datetime, st.integers(2020, 2030), st.integers(1, 12), st.integers(1, 28), tzinfo=st.just(UTC))


@given(st.integers(1, 10**7), moments, st.sampled_from([1, 3, 12]), st.lists(st.integers(0, 500 * 86400), max_size=9))
def test_the_unused_part_shrinks_day_by_day_and_never_grows(amount, starts, months, passed):
    ends = term_end(starts, months)
    assert unused(amount, starts, ends, starts - timedelta(seconds=1)) == amount
    assert unused(amount, starts, ends, ends) == 0
    left = [unused(amount, starts, ends, starts + timedelta(seconds=seconds)) for seconds in sorted(passed)]
    assert left == sorted(left, reverse=True)
    assert all(0 <= one <= amount for one in left)


@given(st.integers(1, 10**6), moments, st.sampled_from([1, 3, 12]), st.integers(0, 400))
def test_used_and_unused_are_the_whole(amount, starts, months, day):
    ends = term_end(starts, months)
    whole = (ends - starts).days
    assume(day < whole)
    used = amount * (day + 1) / whole
    assert abs(amount - unused(amount, starts, ends, starts + timedelta(days=day)) - used) <= 0.5


def test_months_end_where_they_end():
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_after(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)


some = st.builds(
    Benefits, level_price=st.booleans(), percent_off=st.integers(0, 90),
    free_freight_from=st.none() | st.integers(0, 10**6), points_percent=st.integers(100, 1000),
    priority=st.booleans(), vip=st.booleans(),
)  # fmt: skip


@given(some, some)
def test_the_best_of_both_is_as_good_as_each(one, other):
    whole = best([one, other])
    for each in (one, other):
        assert whole.percent_off >= each.percent_off
        assert whole.points_percent >= each.points_percent
        assert (whole.level_price, whole.priority, whole.vip) >= (each.level_price and whole.level_price, False, False)
        assert each.free_freight_from is None or (whole.free_freight_from or 0) <= each.free_freight_from
    assert best([other, one]) == whole
    assert best([one, NONE]) == one == Benefits.read(one.as_json)
    assert {whole.percent_off, whole.points_percent} <= {
        one.percent_off, other.percent_off, one.points_percent, other.points_percent,
    }  # fmt: skip

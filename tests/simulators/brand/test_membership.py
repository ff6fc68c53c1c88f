"""What the demo's members did, and what it comes to: the truth against itself."""

from __future__ import annotations

from datetime import date

import pytest

from yutang.simulators import brand
from yutang.simulators.brand import member_stories, membership_truth, programme, shopping
from yutang.simulators.brand import membership as steps

DAY = date(2026, 10, 31)


@pytest.fixture(scope="module")
def truth():
    return brand.make_brand(scale=0.02, as_of=DAY)


@pytest.fixture(scope="module")
def told(truth):
    return member_stories.tellings(truth)


@pytest.fixture(scope="module")
def totals(truth, told):
    return membership_truth.totals(truth, told)


def test_the_same_brand_tells_the_same(truth, told):
    assert member_stories.tellings(truth) == told
    assert len({one.key for one in told}) == len(told)


def test_steps_come_in_the_order_of_time_and_none_lies_ahead(truth, told):
    assert [one.at for one in told] == sorted(one.at for one in told)
    assert told[-1].day <= truth.as_of
    at = {one.key: one.at for one in told}
    assert all(at[one.of] < one.at for one in told if one.of)


def test_members_are_people_of_their_own(truth, told):
    people = {one.person_no for step in told for one in step.people}
    assert len(people) == sum(story.people for story in [*member_stories.STORIES, *member_stories.usual(truth)])
    assert people.isdisjoint(one.person.person_no for one in shopping.stories(truth))
    birthdays = {(one.birthday.month, one.birthday.day) for step in told for one in step.people}
    assert (11, 1) not in birthdays


def test_of_every_kind_of_step_there_is_one(told):
    assert {type(one.step) for one in told} == set(steps.Step.__subclasses__())


def test_points_and_money_are_neither_made_nor_lost(totals):
    assert totals.earned == totals.spent + totals.expired + totals.outstanding
    assert totals.outstanding == sum(totals.expiring.values())
    redeemed = 3 * 10_000
    assert totals.recharged + redeemed == totals.principal + totals.principal_spent + totals.principal_refunded
    assert totals.gift_given == totals.gift + totals.gift_spent + totals.gift_expired + totals.gift_withdrawn


def test_no_more_coupons_are_used_than_there_are(totals):
    assert set(totals.issued) <= {one.key for one in programme.COUPONS}
    assert all(totals.used[key] + totals.lapsed[key] <= number for key, number in totals.issued.items())
    assert totals.returned == {"new": 1}


def test_single_figures_by_hand(truth, told):
    """Worked out on paper from the written stories."""
    written = [one for one in told if int(one.key.split("-")[2]) < len(member_stories.STORIES)]
    totals = membership_truth.totals(truth, written)
    assert totals.principal_refunded == 50_000 - 6_400
    assert totals.gift_withdrawn == 6_000 - 6_000 * 6_400 // 50_000
    assert totals.gift_cards == (20 - 3 - 1) * 10_000
    assert totals.cards_refunded == {"year": 16_800 - round(16_800 * 13 / 365)}
    assert totals.cards_sold == {"month": 7, "year": 3}
    assert (totals.cards_ended, totals.cards_renewed) == (2, 1)
    assert totals.bookings_refunded == 2 * 9_800 + 9_800
    assert totals.falling == 1
    assert totals.points_waiting == 2_000


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2027, 12, 31), date(2028, 2, 29), date(2026, 7, 1)])
def test_on_any_day_the_stories_hold(day):
    """Nobody spends what is not there, months of every length."""
    other = brand.make_brand(scale=0.02, as_of=day)
    found = membership_truth.totals(other, member_stories.tellings(other))
    assert found.earned == found.spent + found.expired + found.outstanding
    assert found.levels["gold"] == found.levels["field"] == 1

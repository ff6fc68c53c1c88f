"""Who would move, by name: the same people as the figures count, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.customers import make_customer
from tests.factories.membership import earn, make_level, night
from yutang.areas.membership import queries, queries_preview
from yutang.areas.membership.models import Member
from yutang.areas.membership.queries import Rung
from yutang.areas.membership.queries_preview import Move, movers, moves
from yutang.core import clock


def everybody(ladder, move: Move, *, size: int = 50, **months) -> list[int]:
    """All pages of a move: the numbers of the people."""
    found, beyond = [], 0
    while beyond is not None:
        page = movers(ladder, before=move.before, after=move.after, beyond=beyond, size=size, **months)
        found += [row.customer_id for row in page.people]
        beyond = page.beyond
    return found


def people(*growth: int) -> list[int]:
    made = [make_customer().pk for _ in growth]
    for customer_id, amount in zip(made, growth, strict=True):
        earn(customer_id, amount)
    return made


def test_who_rises_and_who_falls(merchant):
    silver, gold = make_level(0), make_level(100)
    low, middle, high = people(10, 60, 150)
    night()
    up = [Rung(silver.pk, 0), Rung(gold.pk, 50)]
    assert moves(up) == [Move(silver.pk, gold.pk, 1)]
    found = movers(up, before=silver.pk, after=gold.pk)
    assert ([(row.customer_id, row.growth) for row in found.people], found.beyond) == ([(middle, 60)], None)
    down = [Rung(silver.pk, 0), Rung(gold.pk, 200)]
    assert [row.customer_id for row in movers(down, before=gold.pk, after=silver.pk).people] == [high]
    assert movers(down, before=silver.pk, after=gold.pk).people == []
    assert low not in everybody(up, Move(silver.pk, gold.pk, 1))


def test_a_new_level_takes_those_without_one(merchant):
    first, second = people(60, 70)
    ladder = [Rung(0, 50)]
    assert moves(ladder) == [Move(None, 0, 2)]
    assert everybody(ladder, Move(None, 0, 2), size=1) == [first, second]


def test_who_does_not_keep_the_level_is_named(merchant, time_machine):
    time_machine.move_to("2026-01-10T04:00:00Z", tick=False)
    silver, gold = make_level(0), make_level(100)
    keeps, drops = people(100, 100)
    night()
    time_machine.move_to("2027-02-10T04:00:00Z", tick=False)
    earn(keeps, 30)
    ladder = [Rung(silver.pk, 0), Rung(gold.pk, 100, keep=30)]
    assert moves(ladder) == [Move(gold.pk, silver.pk, 1)]
    assert everybody(ladder, Move(gold.pk, silver.pk, 1)) == [drops]
    assert everybody(ladder, Move(gold.pk, silver.pk, 0), keep_months=24) == []
    assert moves(ladder, keep_months=24) == []


def test_pages_of_a_level_with_many(merchant, django_assert_max_num_queries):
    silver, gold = make_level(0), make_level(1_000)
    made = people(*[60] * 7)
    ladder = [Rung(silver.pk, 0), Rung(gold.pk, 50)]
    with django_assert_max_num_queries(6):
        first = movers(ladder, before=silver.pk, after=gold.pk, size=3)
    assert ([row.customer_id for row in first.people], first.beyond) == (made[:3], made[2])
    last = movers(ladder, before=silver.pk, after=gold.pk, size=3, beyond=made[5])
    assert ([row.customer_id for row in last.people], last.beyond) == (made[6:], None)


def test_a_page_reads_no_more_than_so_many(merchant, monkeypatch):
    """The only one who moves stands last: pages before are empty, and say that there is more."""
    silver, gold = make_level(0), make_level(1_000)
    made = people(*[1] * 11, 60)
    monkeypatch.setattr(queries_preview, "WINDOW", 2)
    monkeypatch.setattr(queries_preview, "MOST_STEPS", 3)
    ladder, move = [Rung(silver.pk, 0), Rung(gold.pk, 50)], Move(silver.pk, gold.pk, 1)
    first = movers(ladder, before=silver.pk, after=gold.pk)
    assert (first.people, first.beyond) == ([], made[5])
    assert everybody(ladder, move) == made[11:]


@pytest.fixture
def crowd(merchant):
    """Forty people all over a ladder of three levels, some of whom are asked for the last months."""
    levels = [make_level(0), make_level(50, keep=20), make_level(100, keep=60)]
    made = people(*range(1, 161, 4))
    today = clock.now().date()
    for number, customer_id in enumerate(made):
        row = Member.objects.filter(customer=customer_id)
        if number % 3 == 0:
            row.update(counted_from=today - timedelta(days=500), level=levels[number % 3 + number % 2])
        if number % 5 == 0:
            row.update(fell_from=100)
        if number % 7 == 0:
            row.update(level=None, counted_from=None)
    return levels


RUNGS = st.tuples(st.integers(0, 160), st.one_of(st.none(), st.integers(1, 120)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(RUNGS, min_size=3, max_size=3, unique_by=lambda rung: rung[0]), months=st.integers(1, 24))
def test_the_lists_hold_whom_the_figures_count(crowd, drawn, months):
    ladder = [Rung(level.pk, *rung) for level, rung in zip(crowd, drawn, strict=True)]
    listed = set()
    for move in moves(ladder, keep_months=months):
        found = everybody(ladder, move, size=4, keep_months=months)
        assert len(found) == len(set(found)) == move.people
        assert not listed & set(found)
        listed |= set(found)
    assert len(listed) <= queries.members().count()

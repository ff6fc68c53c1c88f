"""Two cards at once follow one another, one code opens one card, and growth that comes at once is all counted."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories.customers import make_customer
from tests.factories.membership import actor, earn, make_level, make_plan, ordered_card, pay_card
from tests.factories.merchants import make_merchant
from yutang.areas.membership.errors import CodeUsed
from yutang.areas.membership.models import Card, CardCode, GrowthEntry, LevelChange, Member
from yutang.areas.membership.services import coding
from yutang.core import clock, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 20


@pytest.fixture
def merchant():
    return make_merchant()


def test_the_race_exists_look_then_begin(merchant):
    """Who looks when the last card ends and then writes covers the same days."""
    with tenancy.scope(merchant.pk):
        plan, person = make_plan(), make_customer()

    def naive(number, barrier):
        with tenancy.scope(merchant.pk):
            has_one = Card.objects.filter(customer=person, state="active").exists()
        connection.close()
        barrier.wait()
        with tenancy.scope(merchant.pk):
            now = clock.now()
            Card.objects.create(
                merchant=merchant, customer=person, home_customer=person, plan=plan, source="staff", state="active",
                key=f"naive {number}", currency="CNY", by="x", starts_at=now, ends_at=now + timedelta(days=1),
            )  # fmt: skip
        return has_one

    assert together(naive, THREADS) == [False] * THREADS  # nobody saw the others


def test_cards_paid_at_once_follow_one_another(merchant):
    with tenancy.scope(merchant.pk):
        plan, person = make_plan(), make_customer()

    def buy(number, barrier):
        barrier.wait()
        with tenancy.scope(merchant.pk):
            card = ordered_card(plan, person.pk, key=f"tap {number % 10}")  # each tapped twice
        return card.pk

    found = set(together(buy, THREADS))
    assert len(found) == 10

    def pay(number, barrier):
        barrier.wait()
        with tenancy.scope(merchant.pk):
            pay_card(Card.objects.get(pk=sorted(found)[number]))

    together(pay, 10)
    with tenancy.scope(merchant.pk):
        spans = list(Card.objects.filter(state="active").order_by("starts_at").values_list("starts_at", "ends_at"))
    assert len(spans) == 10
    assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_the_race_exists_look_then_use_a_code(merchant):
    with tenancy.scope(merchant.pk):
        batch = coding.create_batch(plan_id=make_plan().pk, count=1, actor=actor())
        (code,) = coding.export(batch_id=batch.pk, actor=actor())

    def naive(number, barrier):
        with tenancy.scope(merchant.pk):
            is_unused = CardCode.objects.get(digest=coding.digest(code)).used_at is None
        connection.close()
        barrier.wait()
        return is_unused

    assert sum(together(naive, THREADS)) == THREADS


def test_of_fifty_who_bring_one_code_one_has_the_card(merchant):
    with tenancy.scope(merchant.pk):
        batch = coding.create_batch(plan_id=make_plan().pk, count=1, actor=actor())
        (code,) = coding.export(batch_id=batch.pk, actor=actor())
        people = [make_customer().pk for _ in range(50)]

    def bring(number, barrier):
        barrier.wait()
        try:
            with tenancy.scope(merchant.pk):
                return coding.activate(code=code, customer_id=people[number], actor=actor()).pk
        except CodeUsed:
            return None

    found = together(bring, 50)
    assert found.count(None) == 49
    with tenancy.scope(merchant.pk):
        assert Card.objects.count() == CardCode.objects.filter(used_at__isnull=False).count() == 1


def test_growth_that_comes_at_once_is_all_counted_and_each_once(merchant):
    with tenancy.scope(merchant.pk):
        make_level(100)
        person = make_customer()

    def give(number, barrier):
        barrier.wait()
        with tenancy.scope(merchant.pk):
            return earn(person.pk, 10, key=f"k{number % 10}")

    assert sum(together(give, THREADS)) == 10
    with tenancy.scope(merchant.pk):
        assert GrowthEntry.objects.count() == 10
        assert Member.objects.get().growth == 100
        assert LevelChange.objects.count() == 1

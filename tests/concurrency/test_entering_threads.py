"""Whoever logs in on several screens at once is one person, by whichever of their accounts."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories.merchants import make_merchant
from yutang.areas.customers import queries, services
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.merchants import queries as merchants
from yutang.core import access, clock, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8
APP, ACCOUNTS = "wx0000000000000001", {"openid": "o1", "unionid": "u1"}


@pytest.fixture
def merchant():
    return make_merchant()


def people(merchant) -> int:
    with tenancy.scope(merchant.pk):
        return Customer.objects.filter(merged_into=None).count()


def test_the_race_exists_look_then_make(merchant):
    def naive(number, barrier):
        with tenancy.scope(merchant.pk):
            keys = [queries.account_key(kind, APP, value, merchant.pk) for kind, value in ACCOUNTS.items()]
            is_new = not queries.people_with_keys(keys)
            root = merchants.root_node().pk
        connection.close()
        barrier.wait()
        if is_new:
            with tenancy.scope(merchant.pk):
                Customer.objects.create(merchant_id=merchant.pk, home_node_id=root, first_seen_at=clock.now())

    together(naive, THREADS)
    assert people(merchant) == THREADS


def test_one_person_however_many_screens(merchant):
    def enter(number, barrier):
        shown = [ACCOUNTS, {**ACCOUNTS, "phone": "+8613800138000"}, {"phone": "+8613800138000"}][number % 3]
        barrier.wait()
        with tenancy.scope(merchant.pk):
            services.identify_together(
                accounts=shown, namespace=APP, node_id=merchants.root_node().pk, source="shop",
                actor=access.system(merchant.pk),
            )  # fmt: skip

    together(enter, THREADS)
    assert people(merchant) == 1
    with tenancy.scope(merchant.pk):
        assert sorted(Identity.objects.values_list("kind", flat=True)) == ["openid", "phone", "unionid"]
        assert Identity.objects.values("customer").distinct().count() == 1

"""An address book that many write into at once, and one whose person is merged meanwhile."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.areas.customers.test_addresses import HOME
from tests.concurrency.threads import together
from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from yutang.areas.customers import queries, services
from yutang.areas.customers.addresses import book
from yutang.areas.customers.errors import AddressBookFull
from yutang.areas.customers.models import Address, Identity
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture
def world():
    actor = access.system(make_merchant().pk, name="shopper")
    with tenancy.scope(actor.merchant_id):
        return actor, make_customer().identities.get(), make_customer().identities.get()


def save(actor, identity):
    with tenancy.scope(actor.merchant_id):
        return services.save_address(identity=identity, recipient=HOME, actor=actor)


def test_the_race_exists_count_then_write(world, monkeypatch):
    actor, me, _ = world

    def naive(_number, barrier):
        with tenancy.scope(actor.merchant_id):
            seen = Address.objects.filter(customer=me.customer_id).count()
        connection.close()
        barrier.wait()
        if seen < 1:
            with tenancy.scope(actor.merchant_id):
                Address.objects.create(
                    merchant_id=actor.merchant_id, identity=me, customer_id=me.customer_id, recipient=b"x",
                    province="x", city="x",
                )  # fmt: skip

    together(naive, THREADS)
    with tenancy.scope(actor.merchant_id):
        assert Address.objects.count() == THREADS  # although one was the most


def test_the_last_place_is_taken_once_and_one_is_the_default(world, monkeypatch):
    actor, me, _ = world
    monkeypatch.setattr(book, "MOST", 3)

    def write(_number, barrier):
        barrier.wait()
        try:
            save(actor, me)
        except AddressBookFull:
            return False
        return True

    assert sum(together(write, THREADS)) == 3
    with tenancy.scope(actor.merchant_id):
        assert [entry.is_default for entry in queries.addresses(me.customer_id)].count(True) == 1


def test_nothing_is_written_for_somebody_who_was_merged_meanwhile(world):
    actor, me, other = world

    def act(number, barrier):
        barrier.wait()
        if number:
            return save(actor, other).pk
        with tenancy.scope(actor.merchant_id):
            return services.merge(
                survivor_id=me.customer_id, absorbed_id=other.customer_id, evidence=[], actor=actor
            ).pk  # fmt: skip

    together(act, THREADS)
    with tenancy.scope(actor.merchant_id):
        owner = Identity.objects.get(pk=other.pk).customer_id
        assert owner == me.customer_id
        assert len(queries.addresses(owner)) == Address.objects.count() == THREADS - 1

"""Two who say something of the same people at once; each test first shows what happens without the guard."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from tests.factories.relations import Role
from yutang.areas.customers.models import Customer
from yutang.areas.relations import services
from yutang.areas.relations.errors import GoesInCircles
from yutang.areas.relations.models import PersonRole, Referral
from yutang.core import access, clock, tenancy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        return access.system(merchant.pk), make_customer().pk, make_customer().pk


def row(model, merchant_id, person, **values):
    return model.objects.create(
        merchant_id=merchant_id, customer_id=person, home_customer_id=person, source="manual", set_by="x",
        since=clock.now(), **values,
    )  # fmt: skip


def test_without_the_lock_two_people_bring_each_other(pair):
    """Look, then write, as one would without thinking."""
    actor, one, other = pair

    def naive(number, barrier):
        person, bringer = (one, other) if number else (other, one)
        with tenancy.scope(actor.merchant_id):
            assert not Referral.objects.filter(customer=bringer, is_standing=True).exists()
            barrier.wait()
            row(Referral, actor.merchant_id, person, bringer_id=bringer, home_bringer_id=bringer, is_standing=True)

    together(naive, threads=2)
    with tenancy.scope(actor.merchant_id):
        assert Referral.objects.filter(is_standing=True).count() == 2  # a circle


def test_with_it_one_of_them_is_told(pair):
    actor, one, other = pair

    def bring(number, barrier):
        barrier.wait()
        try:
            with tenancy.scope(actor.merchant_id):
                people = Customer.objects.in_bulk([one, other])
                person, bringer = (one, other) if number % 2 else (other, one)
                services.bring(customer=people[person], bringer=people[bringer], actor=actor)
        except GoesInCircles as error:
            return type(error)
        return "done"

    assert Counter(together(bring, threads=2)) == {"done": 1, GoesInCircles: 1}
    with tenancy.scope(actor.merchant_id):
        assert Referral.objects.filter(is_standing=True).count() == 1


def test_without_the_constraint_a_role_is_taken_up_twice(pair):
    actor, person, _ = pair
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX person_role_once")

    def naive(_, barrier):
        with tenancy.scope(actor.merchant_id):
            assert not PersonRole.objects.filter(customer=person, role=Role.GUIDE, ended_at__isnull=True).exists()
            barrier.wait()
            row(PersonRole, actor.merchant_id, person, role=Role.GUIDE)

    try:
        together(naive, threads=2)
        with tenancy.scope(actor.merchant_id):
            assert PersonRole.objects.count() == 2
            PersonRole.objects.all().delete()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX person_role_once ON relations_personrole (merchant_id, home_customer_id, role)"
                " WHERE ended_at IS NULL"
            )


def test_everybody_gets_the_one_role(pair):
    actor, person, _ = pair

    def give(_, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            return services.give_role(customer=Customer.objects.get(pk=person), role=Role.GUIDE, actor=actor).pk

    assert len(set(together(give, threads=6))) == 1
    with tenancy.scope(actor.merchant_id):
        assert PersonRole.objects.count() == 1

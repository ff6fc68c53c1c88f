"""Log-ins end when the person or an erasure ends them, on every device."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.merchants import make_merchant
from tests.factories.shop import buyer
from yutang.areas.customers import erasing, merging, services
from yutang.core import access, tenancy
from yutang.core.models import AuditEntry
from yutang.shop import shoppers


@pytest.fixture
def elsewhere(merchant, shopper) -> Client:
    """Another phone of the same person."""
    client = Client(headers={"Accept-Language": "en"})
    client.cookies[shoppers.LOGIN] = shoppers.signed(merchant.pk, shopper.identity)
    return client


def is_in(client, shop) -> bool:
    return client.get(f"{shop}me").status_code == 200


def test_logging_out_leaves_other_devices_in(shopper, elsewhere, shop):
    shopper.post(f"{shop}logout")
    assert (is_in(shopper, shop), is_in(elsewhere, shop)) == (False, True)


def test_everywhere(shopper, elsewhere, shop, merchant):
    stolen = shopper.cookies[shoppers.LOGIN].value
    shopper.post(f"{shop}logout", {"everywhere": "1"})
    assert (is_in(shopper, shop), is_in(elsewhere, shop)) == (False, False)
    shopper.cookies[shoppers.LOGIN] = stolen
    assert not is_in(shopper, shop)
    entry = AuditEntry.objects.get(action="customers.end_logins")
    assert entry.object_id == str(shopper.identity.customer_id)
    shopper.cookies[shoppers.LOGIN] = shoppers.signed(merchant.pk, buyer())  # logs in again
    assert is_in(shopper, shop)


def test_nobody_elses_log_in_ends(shopper, shop, merchant):
    other = Client()
    other.cookies[shoppers.LOGIN] = shoppers.signed(merchant.pk, buyer("+8613900139000"))
    shopper.post(f"{shop}logout", {"everywhere": "1"})
    assert is_in(other, shop)
    assert Client().post(f"{shop}logout", {"everywhere": "1"}).status_code == 303  # a stranger ends nothing
    assert is_in(other, shop)


def test_merging_neither_ends_log_ins_nor_brings_ended_ones_back(shopper, elsewhere, shop, merchant, actor):
    other, theirs = Client(), buyer("+8613900139000")
    other.cookies[shoppers.LOGIN] = shoppers.signed(merchant.pk, theirs)
    services.end_logins(customer_id=shopper.identity.customer_id, actor=actor)
    merged = services.merge(
        survivor_id=theirs.customer_id, absorbed_id=shopper.identity.customer_id, evidence=[], actor=actor
    )
    assert (is_in(elsewhere, shop), is_in(other, shop)) == (False, True)
    merging.unmerge(merge_id=merged.pk, actor=actor)
    assert (is_in(elsewhere, shop), is_in(other, shop)) == (False, True)


def test_erasing_ends_them(shopper, shop, merchant, actor):
    person = shopper.identity.customer
    services.erase(someone=erasing.person(person), actor=actor)
    answer = shopper.get(f"{shop}me")
    assert answer.status_code == 303
    assert answer.cookies[shoppers.LOGIN].value == ""


def test_another_brands_actor_ends_nothing(shopper, shop, merchant):
    other = make_merchant()
    with tenancy.scope(other.pk):
        services.end_logins(customer_id=shopper.identity.customer_id, actor=access.system(other.pk))
    assert is_in(shopper, shop)

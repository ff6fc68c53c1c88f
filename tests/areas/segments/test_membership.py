"""Whether one person belongs to segments, and whether pages may be made for them."""

from __future__ import annotations

import pytest

from tests.areas.decoration.test_pages import counted, segment_of
from tests.factories.merchants import make_merchant
from tests.factories.shop import buyer
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer
from yutang.areas.privacy import consents
from yutang.areas.privacy.reach import may_personalise, reachable
from yutang.areas.segments import bitmaps, membership
from yutang.core import tenancy


def test_the_newest_count_decides(merchant, django_assert_num_queries):
    inside, outside = segment_of(5, 7), segment_of(6)
    ids = [inside.pk, outside.pk]
    assert membership.among(5, ids) == {inside.pk}
    with django_assert_num_queries(1):  # the snapshots; their bitmaps are known
        membership.among(5, ids)
    counted(inside)
    counted(outside, 5)
    assert membership.among(5, ids) == {outside.pk}
    assert membership.among(5, []) == frozenset()


def test_segments_of_another_merchant_hold_nobody(merchant):
    other = make_merchant()
    with tenancy.scope(other.pk):
        theirs = segment_of(5)
        assert membership.among(5, [theirs.pk]) == {theirs.pk}
    assert membership.among(5, [theirs.pk]) == frozenset()


@pytest.mark.parametrize(
    ("said", "declared", "allowed"),
    [
        ([], None, True),
        ([], False, False),
        ([], True, True),
        ([("marketing", True)], False, True),
        ([("marketing", False)], True, False),
        ([("profiling", False)], None, False),
        ([("profiling", False), ("profiling", True)], None, True),
        ([("marketing", True), ("marketing", False)], None, False),
        ([("sharing", False)], None, True),
    ],
)
def test_one_person_is_asked_as_everybody_is(merchant, actor, said, declared, allowed):
    person = buyer().customer
    Customer.objects.filter(pk=person.pk).update(accepts_marketing=declared)
    for purpose, is_given in said:
        consents.record(customer_id=person.pk, purpose=purpose, is_given=is_given, actor=actor)
    assert may_personalise(person.pk) is allowed
    assert (person.pk in reachable(bitmaps.BitMap64([person.pk]))) is allowed


def test_of_two_accounts_the_stricter_counts(merchant, actor):
    one, other = buyer().customer, buyer("+8613900139000").customer
    consents.record(customer_id=other.pk, purpose="profiling", is_given=False, actor=actor)
    assert (may_personalise(one.pk), may_personalise(other.pk)) == (True, False)
    customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert may_personalise(one.pk) is False
    assert one.pk not in reachable(bitmaps.BitMap64([one.pk]))

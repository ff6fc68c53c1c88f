"""The demo's review queue: voided receipts that name two people make the importer ask, and change no figure."""

from __future__ import annotations

import pytest

from tests.factories.merchants import make_merchant
from tests.simulators.test_layouts_roundtrip import run_import
from yutang.areas.customers.models import Customer, Identity, ReviewCase
from yutang.areas.merchants import queries, services
from yutang.areas.orders.models import CustomerStatistic, SaleLine
from yutang.core import access, tenancy
from yutang.simulators import brand


@pytest.fixture(scope="module")
def truth():
    return brand.make_brand(scale=0.05)


@pytest.fixture
def actor(db, truth):
    merchant = make_merchant()
    actor = access.system(merchant.pk)
    with tenancy.scope(merchant.pk):
        root = queries.root_node()
        for store in truth.stores:
            services.add_node(parent=root, kind="store", code=store.code, name=store.name, actor=actor)
        yield actor


def test_the_receipts_are_the_same_each_time_and_sell_nothing(truth):
    found = brand.mixups(truth)
    assert found == brand.mixups(brand.make_brand(scale=0.05))
    assert 3 <= len(found) <= 6
    assert len({person for mixup in found for person in (mixup.card_of, mixup.code_of)}) == 2 * len(found)
    for mixup in found:
        assert (mixup.receipt.sale_lines, mixup.receipt.status, mixup.receipt.paid_at) == ((), "closed", None)
        homes = {truth.person_by_no[number].accounts for number in (mixup.card_of, mixup.code_of)}
        assert all(any(key in accounts for accounts in homes) for key in mixup.receipt.identifiers)


def test_a_brand_without_such_pairs_has_no_file(truth, tmp_path):
    from dataclasses import replace

    assert brand.write_mixups(replace(truth, orders=()), tmp_path) is None


def everybody() -> tuple[list, list, int]:
    people = Customer.objects.order_by("id").values_list("id", "merged_into_id", "first_seen_at", "name")
    return list(people), list(CustomerStatistic.objects.order_by("customer_id").values()), SaleLine.objects.count()


def test_each_receipt_asks_about_its_two_people_and_changes_nothing_else(truth, actor, tmp_path):
    for file in brand.write_files(truth, tmp_path):
        if file.source == "pos":
            run_import(file, actor)
    assert ReviewCase.objects.count() == 0
    before = everybody()
    counts, rejected = run_import(brand.write_mixups(truth, tmp_path), actor)
    expected = brand.mixups(truth)
    assert (counts.orders_new, counts.facts, counts.customers_new, rejected) == (len(expected), 0, 0, [])
    assert everybody() == before
    owners = {
        frozenset(Identity.objects.get(kind=kind, value=value).customer_id for kind, value in mixup.receipt.identifiers)
        for mixup in expected
    }
    cases = list(ReviewCase.objects.all())
    assert {frozenset(case.customers) for case in cases} == owners
    assert {(case.kind, case.state) for case in cases} == {(ReviewCase.Kind.CONTRADICTION, ReviewCase.State.OPEN)}

"""The index answers as the lake does: after every pass of the writer, and whatever was merged in between."""

from __future__ import annotations

import shutil

import pytest

from tests.areas.segments import world
from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from tests.factories.orders import make_sale_line
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.orders.models import SaleLine
from yutang.areas.segments import compiler, parser, queries
from yutang.areas.segments.registry import REGISTRY
from yutang.core import tenancy
from yutang.lake import rebuilding, writer
from yutang.lake.index import building, files, layout, parts, reading

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match"),
]
RULES = [
    {"all": []},
    {"attr": "customers.city", "op": "contains", "value": "杭"},
    {"did": "orders.line"},
    {"did": "orders.line", "count": {"op": ">=", "value": 2}, "count_of": "order_id"},
    {
        "did": "orders.line",
        "where": {"attr": "title", "op": "contains", "value": "蛋糕"},
        "within": {"from": "2025-09-01"},
    },
    {"did": "orders.line", "sum": {"column": "amount", "op": ">=", "value": 20_000}},
]


def answers(merchant) -> list[list[int]]:
    """By the index; the lake must say the same."""
    with tenancy.scope(merchant.pk):
        assert reading.snapshot(merchant.pk) is not None
        checked = [parser.parse(rule, REGISTRY) for rule in RULES]
        by_index = [queries.answer(rule, merchant_id=merchant.pk, today=world.TODAY) for rule in checked]
        by_lake = [queries.InLake(compiler.people(rule, registry=REGISTRY, today=world.TODAY)) for rule in checked]
        assert [found.ids().tolist() for found in by_index] == [found.ids().tolist() for found in by_lake]
        assert [found.count() for found in by_index] == [found.count() for found in by_lake]
        return [found.ids().tolist() for found in by_index]


def stored(merchant) -> files.Manifest:
    manifest = files.load(files.folder(merchant.pk))
    assert manifest is not None
    return manifest


def rows(merchant) -> int:
    return sum(part.rows for part in stored(merchant).facts["orders.line"].parts)


def test_new_facts_are_added_and_small_parts_grow_together():
    pool = world.build(11, size=20, lines=40)
    first = rows(pool.merchant)
    for number in range(1, 9):
        with tenancy.scope(pool.merchant.pk):
            person = list(pool.people)[number]
            make_sale_line(pool.merchant, home_customer_id=person, title=f"新蛋糕 {number}", amount=30_000)
        writer.run()
        assert rows(pool.merchant) == first + number
        assert person in answers(pool.merchant)[-1]
    assert len(stored(pool.merchant).facts["orders.line"].parts) <= 4


def test_merges_and_splits_move_facts_with_the_people():
    pool = world.build(12, size=20, lines=120)
    buyers = answers(pool.merchant)[2]
    source, target = buyers[:2]
    with tenancy.scope(pool.merchant.pk):
        Customer.objects.filter(merged_into=source).update(merged_into=target)
        Customer.objects.filter(pk=source).update(merged_into=target)
        writer.mark_people_changed(pool.merchant.pk)
    writer.run()
    assert source not in answers(pool.merchant)[0]
    with tenancy.scope(pool.merchant.pk):  # undone
        Customer.objects.filter(pk=source).update(merged_into=None)
        writer.mark_people_changed(pool.merchant.pk)
    writer.run()
    assert source in answers(pool.merchant)[2]
    with tenancy.scope(pool.merchant.pk):
        Identity.objects.update(is_split=False)
        writer.mark_people_changed(pool.merchant.pk)
    writer.run()
    answers(pool.merchant)


def test_a_lake_made_anew_gets_an_index_made_anew():
    pool = world.build(13, size=20, lines=60)
    before = answers(pool.merchant)
    names = stored(pool.merchant).named()
    rebuilding.rebuild()
    assert answers(pool.merchant) == before
    # The numbers of people stay right, whatever the lake.
    assert {name for name in names & stored(pool.merchant).named() if not name.startswith("numbers.")} == set()


def test_without_an_index_the_lake_answers():
    pool = world.build(14, size=20, lines=60)
    before = answers(pool.merchant)
    shutil.rmtree(files.folder(pool.merchant.pk))
    with tenancy.scope(pool.merchant.pk):
        rule = parser.parse(RULES[2], REGISTRY)
        found = queries.answer(rule, merchant_id=pool.merchant.pk, today=world.TODAY)
        assert isinstance(found, queries.InLake)
        assert found.ids().tolist() == before[2]
    writer.run()
    assert answers(pool.merchant) == before


def test_a_merchant_without_anybody_has_nobody():
    merchant = make_merchant()
    writer.run()
    with tenancy.scope(merchant.pk):
        building.refresh(merchant.pk)
        assert not stored(merchant).people
        assert reading.snapshot(merchant.pk) is None
        found = queries.answer(parser.parse(RULES[0], REGISTRY), merchant_id=merchant.pk, today=world.TODAY)
        assert found.count() == 0
        assert found.ids().tolist() == []


def test_an_index_of_another_layout_is_not_read_and_made_anew(monkeypatch):
    pool = world.build(15, size=20, lines=60)
    before = answers(pool.merchant)
    monkeypatch.setattr(layout, "VERSION", layout.VERSION + 1)
    assert reading.snapshot(pool.merchant.pk) is None
    writer.run()
    assert answers(pool.merchant) == before


def test_a_snapshot_stays_as_it_was_while_newer_ones_come():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        person = make_customer()
        make_sale_line(merchant, home_customer_id=person.pk)
        writer.mark_people_changed(merchant.pk)
    writer.run()
    old = reading.snapshot(merchant.pk)
    for _ in range(4):
        with tenancy.scope(merchant.pk):
            make_sale_line(merchant, home_customer_id=person.pk)
        writer.run()
    assert old is not None
    assert sum(part.about.rows for part in old.facts["orders.line"].parts) == 1
    assert sum(len(part.batch[parts.PERSON]) for part in old.facts["orders.line"].parts) == 1
    # Only what the last two manifests name is on disk.
    place = files.folder(merchant.pk)
    assert len(list(place.glob("orders.line.*.arrow"))) < 40
    assert stored(merchant).named() <= {path.name for path in place.iterdir()}


def test_a_writer_killed_between_commit_and_index_is_made_up_for(monkeypatch):
    pool = world.build(16, size=20, lines=60)
    first = rows(pool.merchant)
    with tenancy.scope(pool.merchant.pk):
        make_sale_line(pool.merchant, home_customer_id=next(iter(pool.people)))

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(files, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            writer.run()
    assert rows(pool.merchant) == first
    assert writer.run().facts == {}  # it was in the lake already
    assert rows(pool.merchant) == first + 1
    answers(pool.merchant)


def test_nothing_is_done_where_nothing_changed(monkeypatch):
    pool = world.build(17, size=10, lines=10)
    with tenancy.scope(pool.merchant.pk):
        assert not building.refresh(pool.merchant.pk)
        assert rows(pool.merchant) == SaleLine.objects.count()

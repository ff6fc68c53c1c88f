"""The demo brand's files, read by our own readers into a real database, against the brand's truth.

Both sides were written from the same description of the platforms, by different hands.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from yutang.areas.imports import services as imports
from yutang.areas.merchants import queries
from yutang.areas.merchants import services as merchants
from yutang.areas.merchants.models import OrgNode
from yutang.areas.orders.models import Order, SaleLine, SalesChannel
from yutang.simulators import brand

if TYPE_CHECKING:
    from yutang.core.access import Actor

SCALE = 0.02
# What a platform's file does not print, the pool cannot know.
UNPRINTED = {"jd": {"shipped_at"}, "pos": {"shipped_at", "completed_at"}}
TABLES = (
    "orders_order", "orders_saleline", "orders_saleschannel", "orders_customerstatistic", "customers_customer",
    "customers_identity", "customers_merge", "customers_reviewcase",
)  # fmt: skip


@pytest.fixture(scope="module")
def truth() -> brand.Truth:
    """Without the people who share one phone: whether they are told apart is identity's business, not the readers'."""
    told = brand.make_brand(scale=SCALE)
    household = {person for each in told.households for person in each.members}
    return dataclasses.replace(told, orders=tuple(o for o in told.orders if o.buyer_no not in household))


@pytest.fixture
def stores(truth: brand.Truth, actor: Actor) -> None:
    root = queries.root_node()
    for store in truth.stores:
        merchants.add_node(parent=root, kind=OrgNode.Kind.STORE, code=store.code, name=store.name, actor=actor)


def run_import(
    file: brand.ExportFile | brand.DirtyFile, actor: Actor
) -> tuple[imports.Counts, list[tuple[int, str, str]]]:
    paths = [path for path in (file.path, file.companion) if path is not None]
    with ExitStack() as stack:
        run = imports.upload(
            files=[(path.name, stack.enter_context(path.open("rb"))) for path in paths],
            mapping=file.mapping.read_text(encoding="utf-8") if file.mapping else None,
            source=file.source if file.mapping else None,
            actor=actor,
        )
    imports.start(run_id=run.pk, dry_run=False, actor=actor)
    counts = imports.execute(run_id=run.pk, actor=actor)
    return counts, [(int(row["row"]), row["column"], row["code"]) for row in imports.rejected_rows(run)]


def everything() -> dict[str, tuple[int, str]]:
    """Rows of every table that an import writes, and a hash of what they say.

    Which run wrote an order last is left out: a closing adds no time, so an older export of a closed order, read again,
    speaks until the newer export follows.
    """
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT (to_jsonb(t) - 'import_run_id')::text FROM {table} t")
            rows = sorted(row[0] for row in cursor.fetchall())
            found[table] = len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def test_the_pool_holds_what_really_happened(truth, stores, actor, tmp_path):
    files = brand.write_files(truth, tmp_path)
    for file in files:
        counts, _ = run_import(file, actor)
        assert counts.rejected == 0, file.path.name
    compare_orders(truth)
    compare_people(truth)

    before = everything()
    for file in files:
        counts, _ = run_import(file, actor)
        assert (counts.facts, counts.orders_new, counts.customers_new) == (0, 0, 0), file.path.name
    assert everything() == before


def compare_orders(truth: brand.Truth) -> None:
    channels = {channel.pk: channel for channel in SalesChannel.objects.all()}
    codes = dict(OrgNode.objects.values_list("id", "code"))
    lines: dict[int, dict[str, list[int | str]]] = defaultdict(dict)
    for line in SaleLine.objects.order_by("id"):
        kept = lines[line.order_id].setdefault(line.line_key, [line.kind, 0, 0])
        kept[1] += line.quantity
        kept[2] += line.amount
    pool = {order.order_no: order for order in Order.objects.all()}
    assert set(pool) == {order.order_no for order in truth.orders}
    wrong = []
    for order in truth.orders:
        found = pool[order.order_no]
        channel = channels[found.channel_id]
        expected = {
            "source": order.channel,
            "status": order.status,
            "ordered_at": order.ordered_at,
            "paid_at": order.paid_at,
            "shipped_at": order.shipped_at,
            "completed_at": order.completed_at,
            "store": order.store_code or queries.root_node().code,
            "lines": {line.line_key: (line.kind, line.quantity, line.amount) for line in order.sale_lines},
            "sold": sum(line.amount for line in order.sale_lines if line.kind != "refund"),
            "refunded": -order.refunded,
        }
        seen = {
            "source": channel.source,
            **{key: getattr(found, key) for key in ("status", "ordered_at", "paid_at", "shipped_at", "completed_at")},
            "store": codes[found.node_id],
            "lines": {key: tuple(line) for key, line in lines[found.pk].items()},
            "sold": found.sold_amount,
            "refunded": found.refunded_amount,
        }
        for key in UNPRINTED.get(order.layout, ()):
            expected.pop(key), seen.pop(key)
        differences = {key: (expected[key], seen[key]) for key in expected if expected[key] != seen[key]}
        if differences:
            wrong.append((order.layout, order.order_no, differences))
    kinds = defaultdict(list)
    for layout, number, differences in wrong:
        for key, values in differences.items():
            kinds[layout, key].append((number, values))
    assert not wrong, "\n".join(f"{kind}: {len(found)} such as {found[:3]}" for kind, found in kinds.items())


def compare_people(truth: brand.Truth) -> None:
    expected = brand.expected_people(truth)
    owner = dict(Order.objects.values_list("order_no", "customer_id"))
    assert {n for n, p in owner.items() if p is not None} == set(expected.cluster_of)
    groups = defaultdict(set)
    for number, cluster in expected.cluster_of.items():
        groups[cluster].add(owner[number])
    assert all(len(people) == 1 for people in groups.values())
    assert len(set().union(*groups.values())) == len(expected.clusters)


def test_bad_rows_are_named_and_the_rest_arrives(truth, stores, actor, tmp_path):
    for file in brand.write_dirty_samples(truth, tmp_path):
        counts, rejected = run_import(file, actor)
        assert sorted(rejected) == sorted((error.row, error.column, error.code) for error in file.errors), (
            file.path.name
        )
        imported = set(Order.objects.filter(channel__source=file.source).values_list("order_no", flat=True))
        assert set(file.good_orders) <= imported
        assert counts.rejected == len({(error.path, error.row) for error in file.errors})

"""The demo brand's people, found again from what its orders show."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.factories.customers import resolve
from yutang.areas.customers.models import Identity
from yutang.simulators.brand import expected_people, make_brand, pair_precision

_COLUMN = {"phone": "phone", "email": "email", "unionid": "unionid", "external_userid": "external_userid",
           "member_card": "member_card"}  # fmt: skip


@pytest.mark.parametrize("chunk", [10_000, 150])
def test_clusters_are_the_expected_people(merchant, chunk):
    truth = make_brand(scale=0.05)
    expected = expected_people(truth)
    by_channel = defaultdict(list)
    for order in truth.orders:
        by_channel[order.channel].append(order)
    identity_of: dict[str, int] = {}
    for channel, orders in by_channel.items():
        for start in range(0, len(orders), chunk):
            part = orders[start : start + chunk]
            found = resolve(*map(_record, part), namespace=channel)
            identity_of |= {o.order_no: int(i) for o, i in zip(part, found.identity, strict=True) if i >= 0}
    owner = dict(_owners())
    person_of = {order_no: owner[identity] for order_no, identity in identity_of.items()}
    usable = {order_no: person for order_no, person in person_of.items() if order_no in expected.cluster_of}
    assert set(usable) == set(expected.cluster_of)
    assert pair_precision(usable, expected.true_person) >= 0.999
    assert _groups(usable) == _groups(expected.cluster_of)


def _record(order) -> dict:
    row = {_COLUMN.get(kind, "buyer_id"): value for kind, value in order.identifiers}
    return {**row, "seen_at": order.ordered_at}


def _owners():
    return Identity.objects.values_list("id", "customer_id")


def _groups(cluster_of: dict[str, int]) -> set[frozenset[str]]:
    groups = defaultdict(set)
    for order_no, cluster in cluster_of.items():
        groups[cluster].add(order_no)
    return {frozenset(group) for group in groups.values()}

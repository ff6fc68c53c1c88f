"""The demo brand in the pool, straight from its truth: no files, no readers between it and the figures."""

from __future__ import annotations

import pyarrow as pa

from yutang.areas.customers import services as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services
from yutang.areas.merchants.models import Merchant, OrgNode
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import SalesChannel
from yutang.core import access, tenancy
from yutang.simulators.brand import Truth, expected_people
from yutang.simulators.brand.truth import Order

KEYS = ("unionid", "external_userid", "buyer_id", "member_card", "openid", "phone", "email", "oaid")


def load(merchant: Merchant, truth: Truth) -> None:
    with tenancy.scope(merchant.pk):
        actor = access.system(merchant.pk, name="test")
        stores = _stores(truth, actor)
        owners = _people(truth, stores, actor)
        channels = {
            (order.channel, order.shop): SalesChannel.objects.get_or_create(
                merchant=merchant, source=order.channel, shop=order.shop
            )[0].pk
            for order in truth.orders
        }
        rows = [row for order in truth.orders for row in lines(order, owners, channels, stores)]
        orders.record_lines(lines=pa.Table.from_pylist(rows, orders.LINES), run_id=None, actor=actor)


def _stores(truth: Truth, actor: access.Actor) -> dict[str | None, int]:
    root = merchants.root_node()
    regions = {
        region.code: services.add_node(
            parent=root, kind=OrgNode.Kind.REGION, code=region.code, name=region.name, actor=actor
        )
        for region in truth.regions
    }
    found: dict[str | None, int] = {None: root.pk}
    for store in truth.stores:
        node = services.add_node(
            parent=regions[store.region_code], kind=OrgNode.Kind.STORE, code=store.code, name=store.name, actor=actor
        )
        found[store.code] = node.pk
    return found


def _people(truth: Truth, stores: dict[str | None, int], actor: access.Actor) -> dict[str, tuple[int, int]]:
    """(identity, person) of each order: one card per cluster that the truth expects."""
    cluster_of = expected_people(truth).cluster_of
    first: dict[int, Order] = {}
    for order in truth.orders:
        if (cluster := cluster_of.get(order.order_no)) is not None:
            first.setdefault(cluster, order)
    names = truth.person_by_no
    records = [
        dict.fromkeys(KEYS)
        | {
            "member_card": f"CLUSTER{cluster}",
            "name": names[order.buyer_no].name if order.buyer_no in names else "",
            "seen_at": order.ordered_at,
            "node_id": stores[order.store_code],
        }
        for cluster, order in first.items()
    ]
    found = customers.resolve(
        records=pa.Table.from_pylist(records, customers.RECORDS), source="test", namespace="pos", actor=actor
    )
    person = {
        cluster: (int(identity), int(customer))
        for cluster, identity, customer in zip(first, found.identity, found.customer, strict=True)
    }
    return {order_no: person[cluster] for order_no, cluster in cluster_of.items()}


def lines(order: Order, owners: dict, channels: dict, stores: dict) -> list[dict]:
    identity, person = owners.get(order.order_no, (None, None))
    refunded_at = {refund.line_key: refund.at for refund in order.refunds}
    return [
        {
            "channel_id": channels[order.channel, order.shop],
            "order_no": order.order_no,
            "line_key": line.line_key,
            "kind": line.kind,
            "status": order.status,
            "ordered_at": order.ordered_at,
            "paid_at": refunded_at[line.line_key] if line.kind == "refund" else order.paid_at,
            "title": line.title,
            "quantity": line.quantity,
            "amount": line.amount,
            "identity_id": identity,
            "home_customer_id": person,
            "customer_id": person,
            "node_id": stores[order.store_code],
            "row": 1,
        }
        for line in order.sale_lines
    ]

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.factories.shop import actor
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as organisation
from yutang.areas.merchants.models import OrgNode
from yutang.areas.orders.models import Order, OrderItem, SaleLine, SalesChannel
from yutang.core.ledger import kinds
from yutang.core.ledger import services as ledger
from yutang.core.ledger.lines import MERCHANT, Holder, Line

MAY, JUNE = (date(2026, 5, 1), date(2026, 5, 31)), (date(2026, 6, 1), date(2026, 6, 30))
IN_MAY, IN_JUNE = datetime(2026, 5, 10, 4, tzinfo=UTC), datetime(2026, 6, 10, 4, tzinfo=UTC)


def make_store(code: str) -> OrgNode:
    parent = merchants.root_node()
    return organisation.add_node(parent=parent, kind="store", code=code, name=f"Store {code}", actor=actor())


def sell(node: OrgNode, amount: int, *, at: datetime = IN_MAY, served_at: OrgNode | None = None, no: str = "") -> Order:
    """An order of the store as the facts have it, of one piece, given out by `served_at`."""
    who = actor()
    channel, _ = SalesChannel.objects.get_or_create(merchant_id=who.merchant_id, source="shop", shop="")
    order = Order.objects.create(
        merchant_id=who.merchant_id, channel=channel, order_no=no or f"S{Order.objects.count()}", status="completed",
        node=node, ordered_at=at, updated_at=at, paid_at=at,
    )  # fmt: skip
    OrderItem.objects.create(
        merchant_id=who.merchant_id, order=order, position=0, sku_id=1, product_id=1, node_id=(served_at or node).pk,
        kind="goods", title="Cake", sku_code="C", product_code="CAKE", quantity=1, list_amount=amount, amount=amount,
    )  # fmt: skip
    fact(order, "1", "goods", amount, at)
    return order


def fact(order: Order, key: str, kind: str, amount: int, at: datetime) -> SaleLine:
    return SaleLine.objects.create(
        merchant_id=order.merchant_id, order_id=order.pk, line_key=key, kind=kind, quantity=1, amount=amount,
        occurred_at=at, channel_id=order.channel_id, node_id=order.node_id, product_code="CAKE", title="Cake",
    )  # fmt: skip


def give_back(order: Order, amount: int, at: datetime) -> SaleLine:
    return fact(order, "#refund:x:1", "refund", -amount, at)


def recharge(node: OrgNode, amount: int, *, key: str, at: datetime = IN_MAY, kind: str = "wallet.held") -> None:
    """The store takes money for somebody's balance; the kinds are there before the wallet is."""
    for name, holder in (("wallet.held", "node"), ("wallet.gift_used", "node"), ("wallet.gift_given", "merchant")):
        if name not in kinds.KINDS:
            kinds.register_kind(name, holder=holder, may_be_negative=True)
    kinds.KINDS.setdefault("test.balances", kinds.AccountKind("test.balances", "merchant", may_be_negative=True))
    sign = -1 if kind == "wallet.held" else 1
    lines = [
        Line(kind, Holder("node", node.pk), sign * amount, "CNY"),
        Line("test.balances", MERCHANT, -sign * amount, "CNY"),
    ]
    ledger.post(key=key, kind="wallet.recharge", lines=lines, at=at, actor=actor())


def after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=3)

from __future__ import annotations

import itertools

from tests.factories.catalog import make_sku
from yutang.areas.catalog.models import Sku
from yutang.areas.customers.identity.single import identify
from yutang.areas.customers.models import Identity
from yutang.areas.inventory import services as inventory
from yutang.areas.inventory.models import StockMove
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order
from yutang.areas.orders.services import Recipient, Wish
from yutang.areas.payments import services as payments
from yutang.areas.payments.models import Tender
from yutang.areas.payments.providers import sandbox
from yutang.core import access, tenancy

_numbers = itertools.count(1)
HOME = Recipient("王小明", "+8613800138000", "浙江省", "杭州市", "西湖区", "文三路 1 号")


def actor() -> access.Actor:
    return access.system(tenancy.require_merchant_id(), name="tester")


def put(sku: Sku, quantity: int, node_id: int | None = None) -> None:
    """So many pieces come in, at the headquarters unless told otherwise."""
    move = inventory.Move(sku.pk, node_id or merchants.root_node().pk, quantity)
    inventory.move(moves=[move], kind=StockMove.Kind.RECEIPT, key=f"receipt:{next(_numbers)}", actor=actor())


def stocked(quantity: int = 10, price: int = 10_000, node_id: int | None = None, **overrides) -> Sku:
    sku = make_sku(price, **overrides)
    put(sku, quantity, node_id)
    return sku


def buyer(phone: str = "+8613800138000") -> Identity:
    return identify(kind="phone", value=phone, node_id=merchants.root_node().pk, source="shop", actor=actor())


def wish(*lines: tuple[Sku, int], **overrides) -> Wish:
    given = [(sku.pk, quantity) for sku, quantity in lines]
    return Wish(**{"lines": given, "fulfilment": "delivery", "recipient": HOME, **overrides})


def place(*lines: tuple[Sku, int], key: str | None = None, identity: Identity | None = None, **overrides) -> Order:
    return orders.place(
        wish=wish(*lines, **overrides), identity=identity or buyer(), key=key or f"checkout-{next(_numbers)}",
        actor=actor(),
    )  # fmt: skip


def start(order: Order, amount: int | None = None) -> Tender:
    return payments.open_tender(payable=("order", order.pk), provider="sandbox", amount=amount, actor=actor())


def notify(tender: Tender) -> str:
    """The sandbox says that the tender is paid."""
    told = sandbox.read(*sandbox.notice(tender))
    return payments.receive(provider="sandbox", told=told, actor=actor())


def pay(order: Order) -> Tender:
    tender = start(order)
    notify(tender)
    tender.refresh_from_db()
    return tender


def paid(*lines: tuple[Sku, int], **overrides) -> Order:
    order = place(*lines, **overrides)
    pay(order)
    return Order.objects.select_related("shop").get(pk=order.pk)

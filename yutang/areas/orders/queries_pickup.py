"""What a pickup desk keeps, to work while its line is gone: docs/decisions/0037-till-and-offline-desk.md."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q

from yutang.areas.orders import holds
from yutang.areas.orders.errors import UnknownPickupCode
from yutang.areas.orders.models import Order, OrderItem, PickupUse, ShopOrder
from yutang.areas.orders.queries_list import items_of
from yutang.areas.orders.services.paying import is_code

if TYPE_CHECKING:
    from datetime import datetime

Status = Order.Status
MOST = 300  # orders on a list
MARK_DIGITS = 6  # of 16: some six hundred of all possible codes have the same mark


@dataclass(frozen=True)
class Waiting:
    """An order that may be fetched. `left`: position → pieces that may be handed over now."""

    order: Order
    items: list[OrderItem]
    left: dict[int, int]


def waiting(node_id: int, *, until: datetime) -> list[Waiting]:
    """What may be fetched at a store before `until`, the next slots first. Three queries."""
    found = Order.objects.select_related("shop").filter(
        Q(shop__pickup_from__isnull=True) | Q(shop__pickup_from__lt=until), node=node_id,
        status__in=(Status.PAID, Status.PARTLY_SHIPPED), shop__pickup_node=node_id,
    )  # fmt: skip
    orders = list(found.order_by(F("shop__pickup_from").asc(nulls_last=True), "-ordered_at")[:MOST])
    items = items_of(order.pk for order in orders)
    held = holds.held_of([order.pk for order in orders])
    rows = []
    for order in orders:
        own = items.get(order.pk, [])
        kept = holds.with_gifts(own, held.get(order.pk, {}))
        rows.append(Waiting(order, own, {n.position: max(n.left - kept.get(n.position, 0), 0) for n in own}))
    return rows


def used(node_id: int, *, since: datetime) -> list[tuple[str, datetime]]:
    """(code, when) of orders that a store handed over completely."""
    uses = PickupUse.objects.filter(
        node=node_id, handed_over_at__gte=since, order__status=Status.COMPLETED
    ).order_by("-handed_over_at")  # fmt: skip
    return list(uses.values_list("order__shop__pickup_code", "handed_over_at")[:MOST])


def mark(code: str, salt: bytes) -> str:
    """By which a desk knows a code without being told it: too short to find the code from it."""
    return hmac.new(salt, code.encode(), hashlib.sha256).hexdigest()[:MARK_DIGITS]


def order_of(code: str) -> int:
    """Whatever has become of it. UnknownPickupCode."""
    found = ShopOrder.objects.filter(pickup_code=code).values_list("pk", flat=True).first() if is_code(code) else None
    if found is None:
        raise UnknownPickupCode(field="code")
    return found

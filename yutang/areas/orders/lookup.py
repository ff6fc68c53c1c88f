"""The checked door to orders for other systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.orders.models import CustomerStatistic, Order, SaleLine, SalesChannel
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from yutang.core.access import Actor


def orders(*, actor: Actor) -> QuerySet[Order]:
    """The orders the actor may see, with their channels."""
    nodes = actor.nodes("orders.view")
    found = Order.objects.select_related("channel")
    return found if nodes is None else found.filter(node_id__in=nodes)


def order(order_id: int, *, actor: Actor) -> Order:
    found = orders(actor=actor).filter(pk=order_id).first()
    if found is None:
        raise NotFound
    return found


def lines(order: Order) -> list[SaleLine]:
    """The lines of an order as they stand today: versions that were taken back are left out."""
    rows = list(SaleLine.objects.filter(order_id=order.pk).order_by("id"))
    taken_back = {(row.line_key, row.version) for row in rows if row.is_reversal}
    return [row for row in rows if not row.is_reversal and (row.line_key, row.version) not in taken_back]


def sources() -> list[str]:
    """Platforms and mappings that orders came from."""
    return list(SalesChannel.objects.values_list("source", flat=True).distinct())


def statistics(customer_ids: Iterable[int], *, actor: Actor) -> dict[int, CustomerStatistic]:
    """Figures of people, for who sees the orders of the whole merchant; for others they would tell too much."""
    if not actor.may("orders.view") or actor.nodes("orders.view") is not None:
        return {}
    return CustomerStatistic.objects.in_bulk(list(customer_ids))

"""Reads about orders and what people bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from yutang.areas.merchants import queries as merchants
from yutang.areas.orders.models import CustomerStatistic, Order, SaleLine, SalesChannel
from yutang.core import clock
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from django.db.models import Manager

    from yutang.areas.customers.models import Customer
    from yutang.core.access import Actor

Row = TypeVar("Row", Order, SaleLine)


def sources() -> list[str]:
    """Names of all platforms and mappings that orders came from."""
    return sorted(set(SalesChannel.objects.values_list("source", flat=True)))


def orders(actor: Actor, permission: str = "orders.view") -> QuerySet[Order]:
    """The orders that a permission reaches, of all channels; order by ("-ordered_at", "-id")."""
    return _within(actor, Order.objects.select_related("channel", "node"), permission)


def orders_of(actor: Actor, customer_id: int) -> QuerySet[Order]:
    """A person's orders."""
    return orders(actor).filter(customer_id=customer_id)


def order(actor: Actor, order_id: int, permission: str = "orders.view") -> Order:
    """The checked door."""
    found = orders(actor, permission).filter(pk=order_id).first()
    if found is None:
        raise NotFound
    return found


def buyers_by_order_no(actor: Actor, order_no: str) -> frozenset[int]:
    """People of the orders with this number (two shops may use the same). Whom one may see, `customers` decides."""
    found = orders(actor).filter(order_no=order_no[:80], customer__isnull=False)
    return frozenset(found.values_list("customer_id", flat=True)[:100])


def lines_of(order_ids: Iterable[int]) -> dict[int, list[SaleLine]]:
    """The lines of orders as they stand today, corrections applied; one query."""
    newest = (
        SaleLine.objects.filter(order_id__in=list(order_ids))
        .order_by("order_id", "line_key", "-version", "-is_reversal")
        .distinct("order_id", "line_key")
    )
    found: dict[int, list[SaleLine]] = {}
    for line in newest:
        if not line.is_reversal:
            found.setdefault(line.order_id, []).append(line)
    return found


def statistics(actor: Actor, customer_ids: Iterable[int]) -> dict[int, CustomerStatistic]:
    """Purchase statistics of many people in one query, out of the orders the actor sees; zeros for who has none."""
    ids = list(customer_ids)
    if not actor.may("orders.view"):
        found = {}
    elif actor.nodes("orders.view") is None:
        found = CustomerStatistic.objects.in_bulk(ids)
    else:
        found = _statistics_within(actor, ids)
    return {pk: found.get(pk) or CustomerStatistic(customer_id=pk) for pk in ids}


@dataclass(frozen=True)
class Span:
    """What somebody bought within some days."""

    purchases: int
    net_amount: int


def of_last_days(actor: Actor, customer_id: int, *, days: int, until: date) -> Span:
    """A person's lines of the last days, the merchant's own. An order counts where its lines of these days, refunds
    apart, sum to more than nothing."""
    zone = merchants.current_merchant(actor.merchant_id).timezone
    lines = _within(actor, SaleLine.objects).filter(
        customer_id=customer_id,
        occurred_at__gte=clock.start_of_day(until - timedelta(days=days - 1), zone),
        occurred_at__lt=clock.end_of_day(until, zone),
    )
    sold = lines.exclude(kind=SaleLine.Kind.REFUND).values("order_id").annotate(sold=Sum("amount"))
    net = lines.aggregate(net=Coalesce(Sum("amount"), 0))["net"]
    return Span(sold.filter(sold__gt=0).count(), net)


def _statistics_within(actor: Actor, ids: list[int]) -> dict[int, CustomerStatistic]:
    """The same figures as `services.recompute_statistics`, from the orders of some stores."""
    at, is_purchase = Coalesce("paid_at", "ordered_at"), Q(sold_amount__gt=0)
    timezone = ZoneInfo(merchants.current_merchant(actor.merchant_id).timezone)
    rows = (
        orders(actor)
        .order_by()
        .filter(customer_id__in=ids)
        .values("customer_id")
        .annotate(
            purchases=Count("id", filter=is_purchase),
            purchase_days=Count(TruncDate(at, tzinfo=timezone), distinct=True, filter=is_purchase),
            net=Sum(F("sold_amount") + F("refunded_amount")),
            first_purchase_at=Min(at, filter=is_purchase),
            last_purchase_at=Max(at, filter=is_purchase),
        )
    )
    return {
        row["customer_id"]: CustomerStatistic(
            customer_id=row["customer_id"], purchases=row["purchases"], purchase_days=row["purchase_days"],
            net_amount=row["net"], first_purchase_at=row["first_purchase_at"], last_purchase_at=row["last_purchase_at"],
        )
        for row in rows
    }  # fmt: skip


def ranked(people: QuerySet[Customer], *, among: Sequence[QuerySet[Any, int]] = ()) -> QuerySet[CustomerStatistic]:
    """Those of the people who ordered, to be paged by ("-by_net" | "-by_last", "-customer_id").

    Their own indexes give the first of everybody at once. Of people chosen by something else (`among`: their ids, each
    of which `people` obeys already), who may all be far down or not there, the best are found by sorting these alone:
    by an expression that no index knows."""
    rows = CustomerStatistic.objects.filter(customer__in=people.order_by().values("pk"))
    for ids in among:
        rows = rows.filter(customer__in=ids)
    if among:
        rows = rows.annotate(by_net=F("net_amount") + 0, by_last=F("last_purchase_at") + timedelta(0))
    else:
        rows = rows.annotate(by_net=F("net_amount"), by_last=F("last_purchase_at"))
    return rows.select_related("customer__home_node")


def purchased(actor: Actor, people: QuerySet[Customer], *, yes: bool) -> QuerySet[Customer]:
    """Those of the people with at least one purchase, or with none, as far as the actor sees orders."""
    if actor.nodes("orders.view") is None:
        bought = Exists(CustomerStatistic.objects.filter(customer=OuterRef("pk"), purchases__gt=0))
    else:
        bought = Exists(orders(actor).filter(customer=OuterRef("pk"), sold_amount__gt=0))
    return people.filter(bought if yes else ~bought)


def channels(ids: Iterable[int]) -> dict[int, SalesChannel]:
    return SalesChannel.objects.in_bulk(list(ids))


def order_numbers(ids: Iterable[int]) -> dict[int, str]:
    return dict(Order.objects.filter(pk__in=list(ids)).values_list("pk", "order_no"))


def _within(actor: Actor, rows: Manager[Row] | QuerySet[Row], permission: str = "orders.view") -> QuerySet[Row]:
    """Orders or lines of the part of the tree that the permission reaches."""
    nodes = actor.nodes(permission)
    return rows.all() if nodes is None else rows.filter(node_id__in=nodes)

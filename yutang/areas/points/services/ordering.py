"""Points and orders: what a paid order gives, what its refunds take, and points as a way to pay a part of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from yutang.areas.customers import balances
from yutang.areas.points import accounts, multipliers, queries, rules
from yutang.areas.points.errors import NotEnoughPoints
from yutang.areas.points.models import Kind, OrderPoints
from yutang.areas.points.services import earning
from yutang.core import clock
from yutang.core.ledger import queries as ledger_queries
from yutang.core.ledger import services as ledger
from yutang.core.ledger.errors import AlreadyReversed, Insufficient

if TYPE_CHECKING:
    from yutang.core.access import Actor

# Points that come back after their time had run out meanwhile live so long again: nobody loses by a return.
GRACE = timedelta(days=30)


@transaction.atomic
def follow_order(
    *, order_id: int, customer_id: int | None, paid: int, refunded: int, may_give: bool = True, actor: Actor
) -> OrderPoints | None:  # fmt: skip
    """Brings the points of an order to where its money is: given when it is paid, taken back in proportion to
    `refunded` of `paid` (minor units, all refunds so far). Harmless in any order and however often: a smaller
    `refunded` than one seen before takes nothing more, and what refunds take is never given again. `may_give`: False
    where a refund asks: an order that was paid while there was no rule gives nothing later."""
    if customer_id is None or paid <= 0:
        return None
    row = OrderPoints.objects.select_for_update().filter(order_id=order_id).first()
    if row is None and may_give:
        row = _give(order_id, customer_id, paid, actor)
    if row is None or row.entry_id is None:
        return row
    wanted = rules.to_take(row.earned, refunded=refunded, paid=row.paid) - row.taken - row.shortfall
    if wanted > 0:
        taken = _take(row, wanted, actor)
        row.taken += taken
        row.shortfall += wanted - taken
        row.save(update_fields=["taken", "shortfall"])
    return row


def spend(*, order_id: int, customer_id: int, points: int, actor: Actor) -> None:
    """At the checkout, in the transaction that writes the order; again: nothing. NotEnoughPoints."""
    person = balances.owner(customer_id)
    try:
        ledger.post(
            key=_spent(order_id), kind="points.spend", lines=accounts.spent(person, points), source=("order", order_id),
            detail={"points": points}, actor=actor,
        )  # fmt: skip
    except Insufficient as error:
        raise NotEnoughPoints(field="points", available=error.params["available"], wanted=points) from error


@transaction.atomic
def release(*, order_id: int, actor: Actor) -> None:
    """The order was closed without being paid: all its points come back. Again: nothing."""
    _return(order_id, None, f"{_spent(order_id)}:release", actor)


@transaction.atomic
def give_back(*, order_id: int, points: int | None, key: str, actor: Actor) -> None:
    """Pieces of the order came back, with them `points` (None: all that are left). The same `key` again: nothing."""
    if points is None or points > 0:
        _return(order_id, points, f"{_spent(order_id)}:back:{key}", actor)


# -- parts -------------------------------------------------------------------------------------------------------


def _spent(order_id: int) -> str:
    return f"order:{order_id}:points"


def _give(order_id: int, customer_id: int, paid: int, actor: Actor) -> OrderPoints | None:
    """None while no points are given for purchases: an order that was paid then gives none later either."""
    rule = queries.rule(Kind.PURCHASE)
    if rule is None:
        return None
    person = balances.owner(customer_id)
    row, is_new = OrderPoints.objects.get_or_create(
        merchant_id=actor.merchant_id, order_id=order_id,
        defaults={"customer_id": person, "home_customer_id": person, "paid": paid, "earned": 0},
    )  # fmt: skip
    if not is_new:  # another handler was faster
        return OrderPoints.objects.select_for_update().get(pk=row.pk)
    assert rule.per_amount is not None  # a check constraint
    wanted = rules.for_purchase(
        paid, points=rule.points, per_amount=rule.per_amount, percent=multipliers.percent_of(person)
    )
    entry = earning.give(
        kind=Kind.PURCHASE, customer_id=person, key=f"order:{order_id}:points.earn", wanted=wanted,
        source=("order", order_id), reason=gettext_noop("Purchase"), at=clock.now(), actor=actor,
    )  # fmt: skip
    if entry is not None:
        row.entry, row.earned = entry, entry.detail["points"]
        row.save(update_fields=["entry", "earned"])
    return row


def _take(row: OrderPoints, wanted: int, actor: Actor) -> int:
    """Takes as far as there is."""
    assert row.entry_id is not None
    key = f"order:{row.order_id}:points.taken:{row.taken + row.shortfall + wanted}"
    try:
        ledger.reverse(entry_id=row.entry_id, amount=wanted, key=key, actor=actor)
    except Insufficient as error:
        wanted = int(error.params["available"])
        if wanted > 0:
            ledger.reverse(entry_id=row.entry_id, amount=wanted, key=key, actor=actor)
    return wanted


def _return(order_id: int, points: int | None, key: str, actor: Actor) -> None:
    """`points` None: all that are left. Never more than are left."""
    spent = ledger_queries.posted(_spent(order_id))
    if spent is None or ledger_queries.posted(key) is not None:
        return
    until = clock.now() + GRACE
    try:
        ledger.reverse(entry_id=spent.pk, amount=points, key=key, expired_until=until, actor=actor)
    except AlreadyReversed as error:
        if left := error.params["available"]:
            ledger.reverse(entry_id=spent.pk, amount=left, key=key, expired_until=until, actor=actor)

"""Putting goods into a cart, changing it, and handing it over at log-in. Every change of a cart waits for the one
before it, so that its limits hold and no piece is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext

from yutang.areas.catalog import queries as catalog
from yutang.areas.customers import queries as customers
from yutang.areas.orders.errors import CartFull, NotOnSale, OnlyForMembers, TooManyInCart
from yutang.areas.orders.models import CartLine
from yutang.areas.orders.models.cart import MOST_PIECES
from yutang.areas.orders.queries_cart import NEWEST_FIRST, Holder, closed_to, lines_of
from yutang.core import clock, idempotency, locks
from yutang.core.errors import Invalid
from yutang.core.idempotency import Answer
from yutang.core.locks import Lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from yutang.core.access import Actor

MOST_LINES = 120  # different SKUs in a cart


@transaction.atomic
def put(*, holder: Holder, sku_id: int, quantity: int, key: str, actor: Actor) -> int:
    """Adds pieces; returns how many of the SKU the cart has now. `key`: the tap's, a repeated one adds nothing and
    returns what the first did. Invalid, NotOnSale, OnlyForMembers, CartFull, TooManyInCart."""

    def act() -> Answer:
        return Answer(200, _add(holder, sku_id, quantity, actor))

    scope = f"cart {holder.visitor or holder.identity_id}"
    return int(idempotency.once(key=key, scope=scope, body=f"{sku_id} {quantity}".encode(), act=act).response)


@transaction.atomic
def set(*, holder: Holder, sku_id: int, quantity: int, actor: Actor) -> None:
    """So many pieces of the SKU and no others, whichever of the person's accounts put them in; 0 takes it out. The
    errors of `put`."""
    lines = list(_locked(holder).filter(sku_id=sku_id).order_by(*NEWEST_FIRST))
    if quantity and not lines:
        _add(holder, sku_id, quantity, actor)
        return
    if quantity:
        _check(quantity)
        kept = lines.pop(0)
        kept.quantity = quantity
        kept.save(update_fields=["quantity"])
    CartLine.objects.filter(pk__in=[line.pk for line in lines]).delete()


def clear(*, holder: Holder, sku_ids: Iterable[int], actor: Actor) -> None:
    """Takes these out: they were ordered, or are not wanted any more."""
    del actor
    lines_of(holder).filter(sku_id__in=list(sku_ids)).delete()


@transaction.atomic
def merge(*, visitor: str, identity_id: int, actor: Actor) -> int:
    """At log-in the browser's cart becomes the person's: pieces add up, at most `MOST_PIECES` of a SKU. Once: the
    browser's cart is empty afterwards. Returns how many SKUs found no room; those put in last go first."""
    browser, person = Holder(visitor=visitor), Holder(identity_id=identity_id)
    brought = list(_locked(browser).order_by(*NEWEST_FIRST))
    if not brought:
        return 0
    held = _pieces(_locked(person))
    room = MOST_LINES - len(held)
    taken: list[CartLine] = []
    for line in brought:
        if line.sku_id not in held:
            if room <= 0:
                continue
            room -= 1
        line.quantity = min(line.quantity, MOST_PIECES - held.get(line.sku_id, 0))
        taken.append(line)
    CartLine.objects.filter(pk__in=[line.pk for line in brought]).delete()
    _write(person, [line for line in taken if line.quantity > 0], actor)
    return len(brought) - len(taken)


# -- parts -------------------------------------------------------------------------------------------------------------


def _add(holder: Holder, sku_id: int, quantity: int, actor: Actor) -> int:
    _check(quantity)
    offer = catalog.offers([sku_id]).get(sku_id)
    if offer is None or not offer.is_on_sale:
        raise NotOnSale(field="sku_id", title=offer.title if offer else "?")
    if closed := closed_to(holder, [offer]):
        raise OnlyForMembers(field="sku_id", title=offer.title, whom=closed[sku_id])
    held = _pieces(_locked(holder))
    if sku_id not in held and len(held) >= MOST_LINES:
        raise CartFull(field="sku_id", most=MOST_LINES)
    pieces = held.get(sku_id, 0) + quantity
    if pieces > MOST_PIECES:
        raise TooManyInCart(field="quantity", title=offer.title, most=MOST_PIECES)
    _write(holder, [CartLine(sku_id=sku_id, quantity=quantity, price=offer.price, added_at=clock.now())], actor)
    return pieces


def _check(quantity: int) -> None:
    if not 1 <= quantity <= MOST_PIECES:
        reason = gettext("From 1 to %(most)s.") % {"most": MOST_PIECES}
        raise Invalid(field="quantity", field_label=gettext("Quantity"), reason=reason)


def _locked(holder: Holder) -> QuerySet[CartLine]:
    """The lines of a cart that nobody else changes until the transaction ends. A browser's cart is locked before a
    person's."""
    if holder.identity_id is None:
        locks.until_commit(Lock.CART, holder.visitor)
        return lines_of(holder)
    person, accounts = customers.accounts_of(holder.identity_id)
    locks.until_commit(Lock.CART, person)
    return CartLine.objects.filter(identity__in=accounts)


def _pieces(lines: QuerySet[CartLine]) -> dict[int, int]:
    """SKU id → pieces."""
    return dict(lines.order_by().values_list("sku_id").annotate(Sum("quantity")))


_WRITE = """
INSERT INTO orders_cartline (merchant_id, visitor, identity_id, sku_id, quantity, price, added_at)
SELECT %(merchant)s, %(visitor)s, %(identity)s, l.sku_id, l.quantity, l.price, l.added_at
  FROM unnest(%(skus)s::bigint[], %(quantities)s::int[], %(prices)s::bigint[], %(times)s::timestamptz[])
       AS l (sku_id, quantity, price, added_at)
    ON CONFLICT {of_one} DO UPDATE
   SET quantity = orders_cartline.quantity + EXCLUDED.quantity, price = EXCLUDED.price, added_at = EXCLUDED.added_at
"""
# The unique index that decides which line pieces are added to.
_OF_VISITOR = _WRITE.format(of_one="(merchant_id, visitor, sku_id) WHERE NOT (visitor = '')")
_OF_ACCOUNT = _WRITE.format(of_one="(merchant_id, identity_id, sku_id) WHERE identity_id IS NOT NULL")


def _write(holder: Holder, lines: Sequence[CartLine], actor: Actor) -> None:
    """Pieces are added to those that the cart has; the price seen last counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OF_VISITOR if holder.visitor else _OF_ACCOUNT,
            {
                "merchant": actor.merchant_id, "visitor": holder.visitor, "identity": holder.identity_id,
                "skus": [line.sku_id for line in lines], "quantities": [line.quantity for line in lines],
                "prices": [line.price for line in lines], "times": [line.added_at for line in lines],
            },
        )  # fmt: skip

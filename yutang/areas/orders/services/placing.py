"""From a basket to an order that waits for its money, if it costs any: quoted, written, and its stock held, in one
transaction.

The hot path of the shop: few statements, and the stock is locked last, so that buyers of the same goods wait for each
other only while the transaction commits."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from yutang.areas.customers.addresses import Recipient
from yutang.areas.inventory import queries as inventory
from yutang.areas.inventory import services as stock
from yutang.areas.inventory.errors import OutOfStock
from yutang.areas.inventory.services import Wanted
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import perks
from yutang.areas.orders.errors import PriceChanged, SlotClosed, SoldOut
from yutang.areas.orders.models import Order
from yutang.areas.orders.pricing import gifts
from yutang.areas.orders.services.channels import channels
from yutang.areas.orders.services.quoting import Fulfilment, Wish, questions, quoted
from yutang.areas.payments import payables
from yutang.core import clock, prepared
from yutang.core.errors import DomainError, NotFound
from yutang.core.questions import Question, ask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yutang.areas.customers.models import Identity
    from yutang.areas.inventory.queries import Stock
    from yutang.areas.orders.pricing import Gift, Line, Quote
    from yutang.core.access import Actor

UNPAID_FOR = timedelta(minutes=30)
SOURCE, TILL = "shop", "pos"  # of the sales channels
PAYABLE = "order"
Before = Callable[[], None] | None


def place(
    *, wish: Wish, identity: Identity | None, key: str, expected: int | None = None, before_stock: Before = None,
    actor: Actor,
) -> Order:  # fmt: skip
    """The order of a checkout; the same `key` again is the same order. `expected`: the total the buyer saw.
    `before_stock`: what else the caller's transaction locks. Everybody locks coupons, points, balances, then stock.

    Call inside a transaction and commit at once. SoldOut, PriceChanged, SlotClosed, and what `quote` raises; then
    nothing is written. Whoever loses the race for the last pieces has written already: that transaction can only be
    rolled back.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an order is placed inside tenancy.scope(merchant_id)")
    try:
        offered = _offered(wish, identity, expected, actor)
    except DomainError:
        # A second tap: its order may have taken the last piece, and prices may have changed since it was made.
        if (earlier := Order.objects.filter(shop__key=key).first()) is not None:
            return earlier
        raise
    if offered.gift is not None:
        try:
            with transaction.atomic():  # back to here, and on without the gift, when others have taken its last pieces
                return _placed(wish, offered, identity, key, before_stock, actor)
        except _GiftGone:
            offered = offered.without_gift()
    return _placed(wish, offered, identity, key, before_stock, actor)


def held_by(order_id: int) -> str:
    """The key of an order's reservation."""
    return f"order:{order_id}"


# -- parts -------------------------------------------------------------------------------------------------------


class _GiftGone(Exception):
    """Between the look at the stock and holding it."""


@dataclass(frozen=True, slots=True)
class _Shop:
    currency: str
    channel_id: int
    root_id: int


@dataclass(frozen=True, slots=True)
class _Offered:
    """By which shop, what it costs, and the stock that each SKU is taken from; `gift`: that of the quote's gift, if
    there is one."""

    shop: _Shop
    quote: Quote
    taken: dict[int, Stock]
    gift: Stock | None = None

    def without_gift(self) -> _Offered:
        return _Offered(self.shop, replace(self.quote, gift=None), self.taken)

    def wanted(self) -> list[Wanted]:
        found = [Wanted(self.taken[one.line.offer.sku_id], one.line.quantity) for one in self.quote.lines]
        if self.gift is not None and self.quote.gift is not None:
            found.append(Wanted(self.gift, self.quote.gift.line.quantity))
        return found


def _placed(
    wish: Wish, offered: _Offered, identity: Identity | None, key: str, before_stock: Before, actor: Actor
) -> Order:  # fmt: skip
    """Written, perks taken, stock held. _GiftGone."""
    quote = offered.quote
    order_id = _write(wish, offered, identity, key, actor)
    if order_id is None:
        return Order.objects.get(shop__key=key)
    try:
        perks.take(
            order_id=order_id, customer_id=identity.customer_id if identity else None, quote=quote, actor=actor
        )  # fmt: skip
    except DomainError:
        transaction.set_rollback(True)
        raise
    if before_stock is not None:
        before_stock()
    try:
        stock.hold(wanted=offered.wanted(), holder_key=f"order:{order_id}", key=held_by(order_id), actor=actor)
    except OutOfStock as error:
        transaction.set_rollback(True)
        if offered.gift is not None and error.params["sku_id"] == offered.gift.sku_id:
            raise _GiftGone from error
        titles = {line.line.offer.sku_id: line.line.offer.title for line in quote.lines}
        title = titles[error.params["sku_id"]]
        raise SoldOut(field="lines", title=title, available=error.params["available"]) from error
    if not quote.total:  # no money will come that could settle it
        payables.get(PAYABLE).settle(order_id, actor)
        return Order.objects.get(pk=order_id)
    return Order(
        id=order_id, merchant_id=actor.merchant_id, status=Order.Status.UNPAID,
        customer_id=identity.customer_id if identity else None,
    )  # fmt: skip


# Each store's till is a channel of its own.
_SHOP = """
SELECT m.currency, n.id AS root_id, c.id AS channel_id, t.name AS till
  FROM merchants_merchant m
  JOIN merchants_orgnode n ON n.merchant_id = m.id AND n.parent_id IS NULL
  LEFT JOIN merchants_orgnode t ON t.merchant_id = m.id AND t.id = %(till)s::bigint
  LEFT JOIN orders_saleschannel c
         ON c.merchant_id = m.id AND c.source = %(source)s AND c.shop = COALESCE(t.name, '')
 WHERE m.id = %(merchant)s
"""


def _offered(wish: Wish, identity: Identity | None, expected: int | None, actor: Actor) -> _Offered:
    """Shop, goods, terms, freight and stock are asked in one statement; nothing is held yet."""
    _slot_must_be_open(wish)
    pieces, customer_id = wish.pieces, identity.customer_id if identity else None
    at_store = [wish.node_id] if wish.node_id is not None else None
    till = wish.node_id if wish.fulfilment == Fulfilment.COUNTER else None
    source = SOURCE if till is None else TILL
    told = ask(
        shop=Question(_SHOP, {"merchant": actor.merchant_id, "source": source, "till": till}, lambda rows: rows[0]),
        stock=inventory.stock_question(pieces, node_ids=at_store), **questions(wish, pieces, customer_id),
    )  # fmt: skip
    found = told["shop"]
    if till is not None and found["till"] is None:
        raise NotFound
    price = quoted(told, wish=wish, customer_id=customer_id, currency=found["currency"])
    if expected is not None and expected != price.total:
        raise PriceChanged(field="total", before=expected, now=price.total)
    to, stocks = wish.recipient, told["stock"]
    taken = inventory.chosen(pieces, stocks, province=to.province, city=to.city)
    if taken is None:
        raise _sold_out(price, pieces, stocks)
    place = found["till"] or ""
    channel_id = found["channel_id"] or channels(source=source, shops=[place], actor=actor)[place]
    offered = _Offered(_Shop(found["currency"], channel_id, found["root_id"]), price, taken)
    if price.gift is None:
        return offered
    gift = _stock_of_gift(price.gift.line, offered, pieces, to, at_store)
    return offered.without_gift() if gift is None else replace(offered, gift=gift)


def _stock_of_gift(
    gift: Line, offered: _Offered, pieces: Mapping[int, int], to: Recipient, at_store: list[int] | None
) -> Stock | None:
    """From a store that sends anything, else the nearest that has it. It never moves what was bought elsewhere."""
    sku_id = gift.offer.sku_id
    besides = {(sku_id, offered.taken[sku_id].node_id): pieces[sku_id]} if sku_id in pieces else {}
    for nodes in ({lies.node_id for lies in offered.taken.values()}, at_store):
        found = inventory.allocate(
            {sku_id: gift.quantity}, province=to.province, city=to.city,
            node_ids=None if nodes is None else sorted(nodes), besides=besides,
        )  # fmt: skip
        if found is not None:
            return found[sku_id]
    return None


def _slot_must_be_open(wish: Wish) -> None:
    """Whoever chose no time comes when the store is open, or has it brought as soon as that can be."""
    starts, ends = wish.pickup_from, wish.pickup_until
    if wish.fulfilment not in (Fulfilment.PICKUP, Fulfilment.LOCAL) or (starts is None and ends is None):
        return
    if starts is None or ends is None or wish.node_id is None or ends <= clock.now():
        raise SlotClosed(field="pickup_from")
    if not merchants.is_open(wish.node_id, starts, ends):
        raise SlotClosed(field="pickup_from")


def _sold_out(quote: Quote, pieces: dict[int, int], stocks: Sequence[Stock]) -> SoldOut:
    """Names the first line that no single store has in this number."""
    most: dict[int, int] = {}
    for row in stocks:
        most[row.sku_id] = max(most.get(row.sku_id, 0), row.available)
    offer = next(
        line.line.offer for line in quote.lines
        if most.get(line.line.offer.sku_id, 0) < pieces[line.line.offer.sku_id]
    )  # fmt: skip
    return SoldOut(field="lines", title=offer.title, available=most.get(offer.sku_id, 0))


# One statement writes the order with its items, reasons and first step; none of it when the key was used before.
_WRITE = """
WITH shop AS (
  INSERT INTO orders_shoporder (order_id, merchant_id, key, fulfilment, currency, freight, total, expires_at, province,
         city, recipient, pickup_node_id, pickup_from, pickup_until, pickup_code, buyer_note, closed_because)
  VALUES (nextval('orders_order_id_seq'), %(merchant)s, %(key)s, %(fulfilment)s, %(currency)s, %(freight)s, %(total)s,
          %(expires_at)s, %(province)s, %(city)s, %(recipient)s, %(pickup_node)s, %(pickup_from)s, %(pickup_until)s, '',
          %(note)s, '')
  ON CONFLICT (merchant_id, key) DO NOTHING RETURNING order_id
), head AS (
  INSERT INTO orders_order (id, merchant_id, channel_id, order_no, status, raw_status, identity_id, customer_id,
         node_id, ordered_at, updated_at, sold_amount, refunded_amount, line_count, guide, host, note)
  SELECT order_id, %(merchant)s, %(channel)s, %(order_no)s, 'unpaid', '', %(identity)s, %(customer)s, %(node)s,
         %(now)s, %(now)s, 0, 0, 0, '', '', '' FROM shop
), item AS (
  INSERT INTO orders_orderitem (merchant_id, order_id, position, sku_id, product_id, node_id, kind, title, spec,
         sku_code, product_code, picture, quantity, list_amount, amount, cost, gift_coupon_id, shipped, returned,
         cancelled, refunded)
  SELECT %(merchant)s, order_id, i.position, i.sku_id, i.product_id, i.node_id, i.kind, i.title, i.spec, i.sku_code,
         i.product_code, i.picture, i.quantity, i.list_amount, i.amount, i.cost, i.gift_coupon_id, 0, 0, 0, 0
    FROM shop, jsonb_to_recordset(%(items)s) AS i(position smallint, sku_id bigint, product_id bigint, node_id bigint,
         kind text, title text, spec text, sku_code text, product_code text, picture text, quantity int,
         list_amount bigint, amount bigint, cost bigint, gift_coupon_id bigint)
), reason AS (
  INSERT INTO orders_adjustment (merchant_id, order_id, position, step, source_type, source_id, label, amount)
  SELECT %(merchant)s, order_id, r.line, r.step, r.source_type, r.source_id, r.label, r.amount
    FROM shop, jsonb_to_recordset(%(reasons)s) AS r(line smallint, step text, source_type text, source_id text,
         label text, amount bigint)
), step AS (
  INSERT INTO orders_orderstep (merchant_id, order_id, what, status, detail, by, at)
  SELECT %(merchant)s, order_id, 'placed', 'unpaid', '{}', %(by)s, %(now)s FROM shop
)
SELECT order_id FROM shop
"""


def _write(wish: Wish, offered: _Offered, identity: Identity | None, key: str, actor: Actor) -> int | None:
    now, quote, shop = clock.now(), offered.quote, offered.shop
    items = [
        _item(position, line.line, offered.taken[line.line.offer.sku_id], line.list_amount, line.amount)
        for position, line in enumerate(quote.lines)
    ]
    reasons = [
        {
            "line": reason.line, "step": reason.step, "source_type": reason.source_type,
            "source_id": reason.source_id, "label": reason.label, "amount": reason.amount,
        }
        for reason in quote.reasons
    ]  # fmt: skip
    if quote.gift is not None and offered.gift is not None:
        gift = quote.gift
        reasons.append(
            {
                "line": len(items), "step": gifts.KEY, "source_type": "coupon", "source_id": str(gift.coupon_id),
                "label": gift.label, "amount": -gift.list_amount,
            }
        )  # fmt: skip
        items.append(_item(len(items), gift.line, offered.gift, gift.list_amount, 0, gift))
    is_pickup = wish.fulfilment == Fulfilment.PICKUP
    to = wish.recipient
    written = prepared.rows(
        _WRITE,
        {
            "merchant": actor.merchant_id, "key": key, "fulfilment": wish.fulfilment, "currency": shop.currency,
            "freight": quote.freight, "total": quote.total, "expires_at": now + UNPAID_FOR,
            "province": to.province, "city": to.city,
            "recipient": to.sealed(actor.merchant_id) if to != Recipient() else None,
            "pickup_node": wish.node_id if is_pickup else None, "pickup_from": wish.pickup_from,
            "pickup_until": wish.pickup_until, "note": wish.note[:200], "channel": shop.channel_id,
            "order_no": f"{now:%y%m%d}{secrets.randbelow(10**10):010d}",
            "identity": identity.pk if identity else None,
            "customer": identity.customer_id if identity else None,
            "node": wish.node_id if wish.node_id is not None else shop.root_id, "now": now, "by": actor.name,
            "items": json.dumps(items), "reasons": json.dumps(reasons),
        },
    )  # fmt: skip
    return written[0][0] if written else None


def _item(
    position: int, line: Line, lies: Stock, list_amount: int, amount: int, gift: Gift | None = None
) -> dict[str, Any]:  # fmt: skip
    offer = line.offer
    return {
        "position": position, "sku_id": offer.sku_id, "product_id": offer.product_id, "node_id": lies.node_id,
        "kind": offer.kind, "title": offer.title, "spec": offer.spec, "sku_code": offer.sku_code,
        "product_code": offer.product_code, "picture": offer.picture, "quantity": line.quantity,
        "list_amount": list_amount, "amount": amount,
        "cost": None if offer.cost is None else offer.cost * line.quantity,
        "gift_coupon_id": gift.coupon_id if gift else None,
    }  # fmt: skip

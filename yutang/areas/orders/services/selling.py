"""A basket on the counter becomes an order, paid in cash, by a code on the screen, from a balance, or by several.

One key from the basket to the order: whoever presses Enter twice, reloads, or never got the answer finds the order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum

from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import pricing
from yutang.areas.orders.errors import BasketGone, CodeNeeded, DiscountTooLarge, EmptyBasket
from yutang.areas.orders.models import Adjustment, Order, OrderItem, ShopOrder, TillBasket
from yutang.areas.orders.pricing import coupons, points
from yutang.areas.orders.services import baskets
from yutang.areas.orders.services.paying import close, lock
from yutang.areas.orders.services.placing import PAYABLE, place
from yutang.areas.orders.services.quoting import Wish
from yutang.areas.payments import queries as payments_of
from yutang.areas.payments import services as payments
from yutang.areas.payments.errors import AlreadyPaid
from yutang.areas.wallet import queries as balances
from yutang.areas.wallet import services as wallet
from yutang.areas.wallet.errors import BalanceTooLow, WrongPerson
from yutang.core import audit, money

if TYPE_CHECKING:
    from yutang.areas.customers.models import Identity
    from yutang.core.access import Actor

Status = Order.Status
Fulfilment = ShopOrder.Fulfilment


def wish(basket: TillBasket) -> Wish:
    """What is sold when the basket is: for `services.quote` and `place`. Coupons count for who is in the basket, points
    for who has just shown that they are there."""
    prices = {int(sku_id): price for sku_id, price in basket.prices.items()}
    choices = pricing.Lowered(prices, basket.off, basket.reason).choices
    if basket.identity_id is not None:
        choices[coupons.KEY] = basket.coupons
        if basket.uses_points and basket.is_shown:
            choices[points.STEP] = points.ALL
    return Wish(
        lines=list(basket.wanted.items()), fulfilment=Fulfilment.COUNTER, node_id=basket.node_id, choices=choices
    )


def refuse_discount(off: int, before: int) -> None:
    """`off`: what the till takes off goods that would cost `before`. DiscountTooLarge beyond the merchant's limit."""
    most = baskets.rules().largest_discount
    if off * 100 > before * most:
        raise DiscountTooLarge(field="amount", most=most)


@transaction.atomic
def sell(
    *, key: str, expected: int, cash: int | None = None, pay_code: str = "", from_balance: bool = False, actor: Actor
) -> Order:  # fmt: skip
    """The order of a basket; `cash` is what the buyer puts on the counter for it now, `pay_code` opens the balance of
    whoever shows it, `from_balance` that of a buyer who has shown one for this basket: all of it is paid, or a part,
    and the rest waits. The same key again is the same order, and takes no money, coupons or points.

    EmptyBasket, PriceChanged, SoldOut, NotOnSale, DiscountTooLarge, NoShift, CouponGone, NotEnoughPoints, and of a code
    WrongPerson, CodeInvalid, CodeNeeded, BalanceTooLow; then nothing is written."""
    try:
        basket = baskets.locked(key, actor)
    except BasketGone:
        if (sold := Order.objects.filter(shop__key=key, shop__fulfilment=Fulfilment.COUNTER).first()) is not None:
            return sold
        raise
    if not basket.lines:
        raise EmptyBasket(field="lines")
    if pay_code:
        payer = wallet.codes.use(code=pay_code, actor=actor)
        if basket.identity is None:
            basket.identity = payer
        _refuse_other(payer, basket.identity.customer_id)
    elif from_balance and not basket.is_shown:
        raise CodeNeeded(field="code")
    whose = basket.identity.customer_id if basket.identity and (pay_code or from_balance) else None
    placed = place(
        wish=wish(basket), identity=basket.identity, key=key, expected=expected, actor=actor,
        before_stock=None if whose is None else partial(
            wallet.spending.lock_ahead, customer_id=whose, node_id=basket.node_id, actor=actor,
            currency=merchants.current_merchant(actor.merchant_id).currency,
        ),
    )  # fmt: skip
    if basket.prices or basket.off:
        _answer_for_discount(placed.pk, basket.reason, actor)
    basket.delete()
    if cash is not None:
        pay_cash(order_id=placed.pk, given=cash, actor=actor)
    order = lock(placed.pk)
    if (pay_code or from_balance) and order.status == Status.UNPAID:
        _pay_balance(order, actor)
        order = lock(placed.pk)
    return order


@transaction.atomic
def pay_cash(*, order_id: int, given: int | None = None, due: int | None = None, actor: Actor) -> Order:
    """Cash for what is still due, or for as much of it as is `given`; more is change. Paid already: nothing; nor where
    something came since `due` was read, for then this may have been said before. NoShift."""
    order = lock(order_id)
    if order.status != Status.UNPAID:
        return order
    payments.drawer.require_shift(node_id=order.node_id, actor=actor)
    left = order.shop.total - payments_of.paid_amount((PAYABLE, order_id))
    if due is not None and due != left:
        return order
    amount = left if given is None else min(given, left)
    try:
        tender = payments.take_cash(payable=(PAYABLE, order_id), amount=amount, actor=actor)
    except AlreadyPaid:
        return lock(order_id)
    if given is not None and given > amount:
        payments.drawer.note_given(tender_id=tender.pk, given=given)
    return lock(order_id)


@transaction.atomic
def pay_balance(*, order_id: int, code: str, actor: Actor) -> Order:
    """What the buyer's balance can pay of what is still due; the rest waits. Paid already: nothing, and the code stays
    good. CodeInvalid, WrongPerson, BalanceTooLow."""
    order = lock(order_id)
    if order.status != Status.UNPAID:
        return order
    _refuse_other(wallet.codes.use(code=code, actor=actor), order.customer_id)
    _pay_balance(order, actor)
    return lock(order_id)


@transaction.atomic
def call_off(*, order_id: int, actor: Actor) -> Order:
    """A sale that is not paid is given up: what came for it goes back, its goods are for others again, and lie on the
    counter again where that is empty. WrongState when it is paid."""
    if lock(order_id).status == Status.CLOSED:
        return lock(order_id)
    order = close(order_id=order_id, because="by_staff", actor=actor)
    basket = baskets.in_hand(node_id=order.node_id, actor=actor)
    if not basket.lines:
        items = OrderItem.objects.filter(order=order, gift_coupon_id=None).order_by("position")
        basket.lines = [[item.sku_id, item.quantity] for item in items]
        basket.identity_id = order.identity_id
        baskets.forget_choices(basket)
        basket.save()
    return order


def _refuse_other(payer: Identity, customer_id: int | None) -> None:
    if payer.customer_id != customer_id:
        raise WrongPerson(field="code")


def _pay_balance(order: Order, actor: Actor) -> None:
    left = order.shop.total - payments_of.paid_amount((PAYABLE, order.pk))
    has = balances.balance(order.customer_id or 0, order.shop.currency).total
    if not has:
        raise BalanceTooLow(field="code", available=money.formatted(0, order.shop.currency))
    payments.open_tender(payable=(PAYABLE, order.pk), provider=wallet.BALANCE, amount=min(has, left), actor=actor)


def _answer_for_discount(order_id: int, reason: str, actor: Actor) -> None:
    """What was taken off stands in the order; it must be allowed, and is written down."""
    actor.require("pos.discount")
    steps = Adjustment.objects.filter(order=order_id, step=pricing.TILL)
    off = -(steps.aggregate(sum=Sum("amount"))["sum"] or 0)
    goods = OrderItem.objects.filter(order=order_id).aggregate(sum=Sum("amount"))["sum"] or 0
    refuse_discount(off, goods + off)
    if off:
        detail = {"amount": off, "reason": reason}
        audit.record("orders.discount", actor=actor, object_type="order", object_id=order_id, detail=detail)

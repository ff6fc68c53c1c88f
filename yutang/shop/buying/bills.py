"""What the pay page asks money for: an order, a recharge, a card, a booking. One page for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.bookings import queries as bookings
from yutang.areas.bookings.models import Booking
from yutang.areas.bookings.services import PAYABLE as BOOKING
from yutang.areas.membership import queries_cards
from yutang.areas.membership.models import Card
from yutang.areas.orders import queries_mine
from yutang.areas.orders.models import Order
from yutang.areas.orders.services import PAYABLE
from yutang.areas.payments import queries as payments
from yutang.areas.wallet import queries as balances
from yutang.areas.wallet import services as wallet
from yutang.core.errors import NotFound
from yutang.shop.door import address

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest


@dataclass(frozen=True)
class Bill:
    """`total` in minor units. `done`: where the buyer goes once it is paid, or closed; `back`: where "back" leads.
    `takes_balance`: whether stored value may pay it (not what fills the balance itself)."""

    payable: tuple[str, int]
    title: str
    total: int
    currency: str
    is_open: bool
    done: str
    back: str
    expires_at: datetime | None = None
    takes_balance: bool = True

    @property
    def kind(self) -> str:
        return self.payable[0]

    @property
    def id(self) -> int:
        return self.payable[1]

    @property
    def paid(self) -> int:
        return payments.paid_amount(self.payable)


def of_order(request: HttpRequest, order_id: int) -> Bill:
    order = queries_mine.order(request.shopper.customer_id, order_id)
    page = address(request, "order", order.pk)
    return Bill(
        (PAYABLE, order.pk), gettext("Order %(no)s") % {"no": order.order_no}, order.shop.total, order.shop.currency,
        is_open=order.status == Order.Status.UNPAID, done=page, back=page, expires_at=order.shop.expires_at,
    )  # fmt: skip


def of_booking(request: HttpRequest, booking_id: int) -> Bill:
    found = bookings.booking_of(request.shopper.customer_id, booking_id)
    page = address(request, "booking", found.pk)
    return Bill(
        (BOOKING, found.pk), found.session.experience.title, found.amount, found.currency,
        is_open=found.state in (Booking.State.HELD, Booking.State.OFFERED), done=page, back=page,
        expires_at=found.expires_at,
    )  # fmt: skip


def of_recharge(request: HttpRequest, recharge_id: int) -> Bill:
    mine = balances.my_recharge(request.shopper.customer_id, recharge_id)
    title = gettext("Recharge %(name)s") % {"name": mine.name} if mine.name else gettext("Recharge")
    return Bill(
        (wallet.RECHARGE, mine.pk), title, mine.amount, mine.currency, is_open=mine.state == mine.State.UNPAID,
        done=address(request, "wallet"), back=address(request, "recharge"), expires_at=mine.expires_at,
        takes_balance=False,
    )  # fmt: skip


def of_card(request: HttpRequest, card_id: int) -> Bill:
    card = queries_cards.card_of(request.shopper.customer_id, card_id)
    title = gettext("%(name)s as a gift") % {"name": card.plan.name} if card.is_gift else card.plan.name
    is_open = card.state == Card.State.UNPAID
    done = (
        address(request, "membership") if card.state == Card.State.CLOSED else address(request, "member_card", card.pk)
    )
    return Bill(
        (queries_cards.PAYABLE, card.pk), title, card.amount, card.currency, is_open=is_open, done=done,
        back=address(request, "membership"), expires_at=card.expires_at,
    )  # fmt: skip


# What can be paid here, by the type of the payable; each finds only what belongs to the shopper (NotFound).
BILLS: dict[str, Callable[[HttpRequest, int], Bill]] = {
    PAYABLE: of_order,
    BOOKING: of_booking,
    wallet.RECHARGE: of_recharge,
    queries_cards.PAYABLE: of_card,
}


def bill(request: HttpRequest, payable: str, payable_id: int) -> Bill:
    """NotFound."""
    if payable not in BILLS:
        raise NotFound
    return BILLS[payable](request, payable_id)

"""What coupons know of a person: which they got and used. Nothing of it is written by people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from yutang.areas.coupons.models import Coupon, Gift, Use
from yutang.areas.merchants import queries as merchants
from yutang.areas.privacy import registry
from yutang.core import money

if TYPE_CHECKING:
    from yutang.areas.customers.erasing import Person
    from yutang.core.access import Actor


def register() -> None:
    registry.register(
        registry.Holder(area="coupons", tables=("coupons_coupon", "coupons_use"), copy=copy, erase=erase)
    )  # fmt: skip


def copy(person: Person) -> registry.Section:
    currency = merchants.current_merchant(person.merchant_id).currency
    coupons = Coupon.objects.filter(customer=person.customer_id).select_related("template").order_by("pk")
    uses = Use.objects.filter(customer=person.customer_id).select_related("template").order_by("pk")
    return {
        gettext_noop("Coupons"): [
            {
                "name": coupon.template.name, "state": coupon.get_state_display(), "got": coupon.issued_at,
                "how": coupon.get_via_display(), "valid_from": coupon.valid_from, "valid_until": coupon.valid_until,
                "used": coupon.used_at,
            }
            for coupon in coupons
        ],
        gettext_noop("Uses of coupons"): [
            {
                "name": use.template.name, "at": use.at, "amount": str(money.to_decimal(use.amount, currency)),
                "currency": currency,
            }
            for use in uses
        ],
    }  # fmt: skip


def erase(person: Person, actor: Actor) -> None:
    """What is unused is nobody's any more; what was used belongs to the orders, which stay and name nobody."""
    del actor
    mine = Coupon.objects.filter(customer=person.customer_id)
    Gift.objects.filter(coupon__in=mine, taken_at__isnull=True).delete()
    mine.filter(state=Coupon.State.USABLE).update(state=Coupon.State.WITHDRAWN)

from __future__ import annotations

import itertools

from tests.factories import shop
from yutang.areas.coupons import services
from yutang.areas.coupons.models import Coupon, Run, Template
from yutang.areas.coupons.services import Draft, Limits
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order

_numbers = itertools.count(1)
AMOUNT = {"kind": "amount", "value": 2_000}


def make_template(*, limits: dict | None = None, state: str = "active", name: str = "", **terms) -> Template:
    """Active, 20.00 off without a threshold, as often as one likes, unless told otherwise."""
    made = services.create(
        name=name or f"Coupon {next(_numbers)}", draft=Draft(**{**AMOUNT, **terms}),
        limits=Limits(**{"per_person": None, **(limits or {})}), actor=shop.actor(),
    )  # fmt: skip
    if state != "draft":
        services.set_state(template_id=made.pk, state="active", actor=shop.actor())
    if state not in ("draft", "active"):
        services.set_state(template_id=made.pk, state=state, actor=shop.actor())
    made.refresh_from_db()
    return made


def give(template: Template, customer_id: int, key: str = "") -> Coupon:
    return services.issue(
        template_id=template.pk, customer_id=customer_id, via="staff", key=key or f"test-{next(_numbers)}",
        actor=shop.actor(),
    )  # fmt: skip


def with_coupon(customer_id: int, *, limits: dict | None = None, name: str = "", **terms) -> Coupon:
    """A coupon of a template of its own, in the person's hands."""
    return give(make_template(limits=limits, name=name, **terms), customer_id)


def total(identity, *lines, coupons: str = "auto", **overrides) -> int:
    """What these lines cost the person."""
    wish = shop.wish(*lines, choices={"coupon": coupons}, **overrides)
    return orders.quote(wish=wish, customer_id=identity.customer_id, currency="CNY").total


def bought(identity, *lines, coupons: str = "auto", is_paid: bool = True, **overrides) -> Order:
    buy = shop.paid if is_paid else shop.place
    return buy(*lines, identity=identity, choices={"coupon": coupons}, **overrides)


def state_of(coupon: Coupon) -> str:
    return str(Coupon.objects.values_list("state", flat=True).get(pk=coupon.pk))


def run_of(template: Template, people, share: float = 0.0, key: str = "") -> Run:
    from pyroaring import BitMap64

    return services.running.store(
        template_id=template.pk, people=BitMap64(people), share=share, key=key or f"run-{next(_numbers)}",
        actor=shop.actor(),
    )  # fmt: skip

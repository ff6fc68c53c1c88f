"""Coupons of a merchant: offered, held, used, given, codes, and a run, for the tests of isolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import shop
from tests.factories.coupons import give, make_template, run_of
from yutang.areas.coupons import services

if TYPE_CHECKING:
    from yutang.areas.customers.models import Customer
    from yutang.areas.merchants.models import OrgNode


def furnish(mark: str, person: Customer, node: OrgNode) -> dict[str, object]:
    """Something in every table of coupons; ids for addresses."""
    template = make_template(name=f"Coupon {mark}", is_giftable=True, limits={"is_claimable": True, "total": 50})
    held = give(template, person.pk, key=f"{mark}-held")
    used = give(template, person.pk, key=f"{mark}-used")
    services.take(order_id=used.pk, customer_id=person.pk, taken=[services.Taken(used.pk, 100)])
    token = services.offer_gift(coupon_id=held.pk, customer_id=person.pk, actor=shop.actor())
    batch = services.make_codes(template_id=template.pk, name=f"Leaflet {mark}", count=2, actor=shop.actor())
    run = run_of(template, [person.pk], key=f"{mark}-{node.pk}")
    return {
        "coupon_template_id": template.pk, "coupon_id": held.pk, "coupon_batch_id": batch.pk, "coupon_run_id": run.pk,
        "coupon_token": token,
    }  # fmt: skip

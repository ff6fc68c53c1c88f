"""Coupons for a gift: from 100.00 on, one mug of 30.00 that cost 12.00."""

from __future__ import annotations

import itertools

from tests.factories import shop
from tests.factories.catalog import make_product
from tests.factories.coupons import with_coupon
from yutang.areas.catalog import services as catalog
from yutang.areas.catalog.models import Sku
from yutang.areas.coupons.models import Coupon

_numbers = itertools.count(1)


def make_mug(quantity: int = 5, price: int = 3_000, node_id: int | None = None, **product) -> Sku:
    draft = catalog.SkuDraft(code=f"MUG{next(_numbers)}", price=price, cost=1_200, weight=900)
    mug = make_product(draft, **{"name": "Mug", **product}).skus.get()
    if quantity:
        shop.put(mug, quantity, node_id)
    return mug


def gift_coupon(customer_id: int, mug: Sku, pieces: int = 1, **terms) -> Coupon:
    return with_coupon(customer_id, **gift_terms(mug, pieces, **terms))


def gift_terms(mug: Sku, pieces: int = 1, **terms) -> dict:
    return {"kind": "gift", "value": pieces, "threshold": 10_000, "gift_sku_id": mug.pk, **terms}

from __future__ import annotations

import itertools

from yutang.areas.catalog import services
from yutang.areas.catalog.models import FreightTemplate, Product, Sku
from yutang.areas.catalog.rules import FreightRow
from yutang.core import access, tenancy

_numbers = itertools.count(1)


def _actor() -> access.Actor:
    return access.system(tenancy.require_merchant_id(), name="tester")


def make_product(*skus: services.SkuDraft, is_on_sale: bool = True, **overrides) -> Product:
    """On sale, with one SKU of 100.00 unless told otherwise."""
    number = next(_numbers)
    skus = skus or (services.SkuDraft(code=f"S{number}", price=10_000, weight=500),)
    draft = services.ProductDraft(**{"code": f"P{number}", "name": f"Product {number}", "skus": skus, **overrides})
    product = services.save_product(draft=draft, actor=_actor())
    if is_on_sale:
        services.set_state(product_ids=[product.pk], state=Product.State.ON_SALE, actor=_actor())
        product.refresh_from_db()
    return product


def make_sku(price: int = 10_000, **overrides) -> Sku:
    number = next(_numbers)
    sku = services.SkuDraft(code=f"K{number}", price=price, weight=500)
    return make_product(sku, **overrides).skus.get()


def make_freight(*rows: FreightRow, is_default: bool = True, basis: str = "weight") -> FreightTemplate:
    """The first kilogram 8.00, each further 2.00, everywhere, unless told otherwise."""
    rows = rows or (FreightRow(first=1000, first_fee=800, further=1000, further_fee=200),)
    return services.save_freight_template(
        name=f"Freight {next(_numbers)}", basis=basis, rows=rows, is_default=is_default, actor=_actor()
    )

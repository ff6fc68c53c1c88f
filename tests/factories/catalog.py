from __future__ import annotations

import io
import itertools

from PIL import Image

from yutang.areas.catalog import services
from yutang.areas.catalog.models import FreightTemplate, Product, Review, Sku
from yutang.areas.catalog.rules import FreightRow
from yutang.areas.customers.models import Customer
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


def make_picture_file(
    width: int = 900, height: int = 600, colour: str = "orange", kind: str = "JPEG", **options
) -> io.BytesIO:
    """An upload, rewound."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind, **options)
    out.seek(0)
    return out


def make_review(sku: Sku, customer: Customer, *, rating: int = 5, text: str = "Delicious", **more) -> Review:
    return services.write_review(
        order_item_id=next(_numbers), sku=sku, customer=customer, rating=rating, text=text, actor=_actor(), **more
    )


def furnish(mark: str, customer: Customer) -> dict[str, object]:
    """Something in every table of the catalogue, and its ids for addresses."""
    category = services.save_category(name=f"Category {mark}", actor=_actor())
    template = make_freight()
    sku = services.SkuDraft(code=f"SKU {mark}", price=8800, values=("6",), level_prices={"gold": 8000})
    product = make_product(
        sku, code=f"P-{mark}".replace(" ", "-"), name=f"Cake {mark}", specifications={"Size": ["6"]},
        category_id=category.pk, freight_template_id=template.pk,
    )  # fmt: skip
    picture = services.add_picture(product_id=product.pk, content=make_picture_file(), alt=mark, actor=_actor())
    services.save_region_rule(product_id=product.pk, effect="except", provinces=[mark], actor=_actor())
    review = make_review(product.skus.get(), customer, text=f"Review {mark}")
    return {
        "product_id": product.pk, "product_code": product.code, "category_id": category.pk, "template_id": template.pk,
        "review_id": review.pk, "merchant_id": product.merchant_id, "digest": picture.digest, "width": 200,
    }  # fmt: skip

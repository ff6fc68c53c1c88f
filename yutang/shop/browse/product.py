"""The page of a product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog.models import Picture, Product, Sku
from yutang.areas.coupons import queries as coupons
from yutang.areas.inventory import queries as inventory
from yutang.core import money
from yutang.core.errors import NotFound
from yutang.shop.aftersale.promises import promised
from yutang.shop.door import address, page, shown
from yutang.shop.sharing.card import Card, breadcrumbs
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FIRST_REVIEWS = 3


@page()
def product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Also what is no longer sold, so that an old link says so and leads on."""
    found = visible(product_id)
    skus = catalog.active_skus(found.pk)
    left = inventory.available([sku.pk for sku in skus])
    pictures = catalog.pictures_of([found.pk]).get(found.pk, [])
    rating = catalog.rating(found.pk)
    context = {
        "product": found, "skus": skus, "pictures": [one for one in pictures if one.sku_id is None] or pictures[:1],
        "is_on_sale": found.state == Product.State.ON_SALE and bool(skus), "is_sold_out": not any(left.values()),
        "price": _range(skus), "list_price": max((sku.list_price or 0 for sku in skus), default=0),
        "choices": _choices(request, found, skus, left, {one.sku_id: one.digest for one in pictures}),
        "rating": rating, "reviews": catalog.newest_reviews(found.pk, FIRST_REVIEWS),
        "data": _structured(request, found, skus, left, rating, pictures),
        "promises": promised(found.kind), "has_coupons": coupons.is_offered(),
        "card": Card.of(
            request, title=found.name, text=found.subtitle, path=address(request, "product", found.pk),
            picture=pictures[0].digest if pictures else "", poster=address(request, "product_poster", found.pk),
        ),
    }  # fmt: skip
    status = 200 if context["is_on_sale"] else 410
    return shown(request, "shop/browse/product.html", context, status, is_for_all=True)


@page()
def reviews(request: HttpRequest, product_id: int) -> HttpResponse:
    found = visible(product_id)
    said = page_of(catalog.reviews_of(found.pk), request, size=20)
    is_more = request.headers.get("HX-Request") and "cursor" in request.GET
    template = "shop/browse/_reviews.html" if is_more else "shop/browse/reviews.html"
    return shown(request, template, {"product": found, "page": said, "rating": catalog.rating(found.pk)})


def visible(product_id: int) -> Product:
    """One that a shopper may look at."""
    found = catalog.product(product_id)
    if found.state not in (Product.State.ON_SALE, Product.State.OFF_SALE):
        raise NotFound
    return found


def _range(skus: list[Sku]) -> tuple[int, int]:
    prices = [sku.price for sku in skus] or [0]
    return min(prices), max(prices)


def _choices(
    request: HttpRequest, found: Product, skus: list[Sku], left: dict[int, int], pictures: dict[int | None, str]
) -> dict[str, Any]:
    """What the picker of the page needs: specifications, and each SKU with what it costs and how many there are."""
    currency, language = request.merchant.currency, request.LANGUAGE_CODE
    return {
        "specifications": found.specifications,
        "skus": [
            {
                "id": sku.pk, "values": sku.values, "left": left[sku.pk],
                "price": money.formatted(sku.price, currency, language), "picture": pictures.get(sku.pk, ""),
            }
            for sku in skus
        ],
    }  # fmt: skip


def _structured(
    request: HttpRequest, found: Product, skus: list[Sku], left: dict[int, int], rating: catalog.Rating,
    pictures: list[Picture],
) -> list[dict[str, Any]]:  # fmt: skip
    """schema.org/Product and the way to it, as search engines read them."""
    here = address(request, "product", found.pk)
    whole = request.build_absolute_uri(here)
    data: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Product", "name": found.name, "sku": found.code, "url": whole,
        "description": found.subtitle, "brand": {"@type": "Brand", "name": request.merchant.name},
        "image": [
            request.build_absolute_uri(reverse("media:picture", args=[request.merchant.pk, one.digest, 800]))
            for one in pictures[:5]
        ],
        "offers": [
            {
                "@type": "Offer", "sku": sku.code, "priceCurrency": request.merchant.currency, "url": whole,
                "price": str(money.to_decimal(sku.price, request.merchant.currency)),
                "availability": f"https://schema.org/{'InStock' if left[sku.pk] > 0 else 'OutOfStock'}",
            }
            for sku in skus
        ],
    }  # fmt: skip
    if rating.average is not None:
        data["aggregateRating"] = {
            "@type": "AggregateRating", "ratingValue": round(rating.average, 1), "reviewCount": rating.count,
        }  # fmt: skip
    return [data, breadcrumbs(request, [*_way(request, found), (found.name, here)])]


def _way(request: HttpRequest, found: Product) -> list[tuple[str, str]]:
    """The categories above the product, from the top: name and address."""
    if found.category_id is None:
        return []
    return [(name, address(request, "category", pk)) for pk, name in catalog.way_to(found.category_id)]

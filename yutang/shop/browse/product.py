"""The page of a product."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from yutang.areas.aftersale import queries as aftersale
from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog.models import Picture, Product, Sku
from yutang.areas.coupons import queries as coupons
from yutang.areas.inventory import queries as inventory
from yutang.core import money
from yutang.core.errors import NotFound
from yutang.core.questions import Answers, ask
from yutang.shop.aftersale.promises import promised
from yutang.shop.browse import members
from yutang.shop.door import address, page, shown, shown_to_all
from yutang.shop.sharing.card import Card, breadcrumbs
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FIRST_REVIEWS = 3


@page()
def product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Also what is no longer sold, so that an old link says so and leads on."""
    told = ask(
        product=catalog.product_question(product_id), skus=catalog.skus_question(product_id),
        left=inventory.left_question(product_id), pictures=catalog.pictures_question(product_id),
        way=catalog.way_question(product_id), rating=catalog.rating_question(product_id),
        reviews=catalog.newest_reviews_question(product_id, FIRST_REVIEWS),
        terms=aftersale.terms_question(), promises=aftersale.promises_question(), coupons=coupons.offered_question(),
        exclusive=catalog.exclusive_question(product_id),
    )  # fmt: skip
    if told.has_rows("exclusive"):  # what it says depends on who reads it
        context, status = _page(request, told)
        gate = members.gate(request, context["product"])
        return shown(request, "shop/browse/product.html", context | {"gate": gate}, status=status)
    return shown_to_all(request, "shop/browse/product.html", told, partial(_page, request))


def _page(request: HttpRequest, told: Answers) -> tuple[dict[str, Any], int]:
    found = _shown(told["product"])
    skus, pictures, rating = told["skus"], told["pictures"], told["rating"]
    left = dict.fromkeys((sku.pk for sku in skus), 0) | told["left"]
    is_on_sale = found.state == Product.State.ON_SALE and bool(skus)
    context = {
        "product": found, "skus": skus, "pictures": [one for one in pictures if one.sku_id is None] or pictures[:1],
        "is_on_sale": is_on_sale, "is_sold_out": not any(left.values()),
        "price": _range(skus), "list_price": max((sku.list_price or 0 for sku in skus), default=0),
        "choices": _choices(request, found, skus, left, {one.sku_id: one.digest for one in pictures}),
        "rating": rating, "reviews": told["reviews"],
        "data": [
            _structured(request, found, skus, left, rating, pictures),
            breadcrumbs(request, [
                *((name, address(request, "category", pk)) for pk, name in told["way"]),
                (found.name, address(request, "product", found.pk)),
            ]),
        ],
        "promises": promised(told["terms"], told["promises"][found.kind]), "has_coupons": told["coupons"],
        "card": Card.of(
            request, title=found.name, text=found.subtitle, path=address(request, "product", found.pk),
            picture=pictures[0].digest if pictures else "", poster=address(request, "product_poster", found.pk),
        ),
    }  # fmt: skip
    return context, 200 if is_on_sale else 410


@page()
def reviews(request: HttpRequest, product_id: int) -> HttpResponse:
    found = visible(product_id)
    said = page_of(catalog.reviews_of(found.pk), request, size=20)
    is_more = request.headers.get("HX-Request") and "cursor" in request.GET
    template = "shop/browse/_reviews.html" if is_more else "shop/browse/reviews.html"
    return shown(request, template, {"product": found, "page": said, "rating": catalog.rating(found.pk)})


def visible(product_id: int) -> Product:
    """One that a shopper may look at."""
    return _shown(catalog.product(product_id))


def _shown(found: Product) -> Product:
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
) -> dict[str, Any]:  # fmt: skip
    """schema.org/Product, as search engines read it."""
    whole = request.build_absolute_uri(address(request, "product", found.pk))
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
    return data

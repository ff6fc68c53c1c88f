"""Finding products: by what is typed (docs/decisions/0027) and by filters."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from yutang.areas.catalog import rules
from yutang.areas.catalog.models import Product, Sku
from yutang.areas.catalog.queries.catalogue import descendants
from yutang.areas.catalog.queries.regions import visible

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST = 60  # characters of a search that are looked at
SIMILAR = 0.6  # share of the asked pieces that a product must have to be similar
SHORTEST_SIMILAR = 4  # fewer pieces must all be there
ORDER = ("-position", "-id")
FOUND_ORDER = ("rank", "-score", "-id")


@dataclass(frozen=True)
class Search:
    """Empty filters let everything through. Prices: of the cheapest SKU, in minor units. `province`: seen there."""

    text: str = ""
    states: tuple[str, ...] = ()
    category_id: int | None = None  # with everything below it
    tag: str = ""
    kind: str = ""
    price_from: int | None = None
    price_to: int | None = None
    province: str = ""


def search(wanted: Search) -> QuerySet[Product]:
    """Products that fulfil all of it, to be ordered by `in_order(wanted)`. With a text rows carry `rank` (0 its code or
    barcode, 1 the name begins with it, 2 it contains it, 3 it is similar) and `score`."""
    found = _filtered(Product.objects.all(), wanted)
    text = rules.normal(" ".join(wanted.text.split()))[:LONGEST]
    return _ranked(found, text) if text else found


def in_order(wanted: Search) -> tuple[str, ...]:
    """Key of the pages, ending in the id."""
    return FOUND_ORDER if wanted.text.strip() else ORDER


def suggestions(text: str, *, province: str = "", limit: int = 8) -> list[Product]:
    """What the shop offers while somebody types."""
    if not text.strip():
        return []
    found = search(Search(text=text, states=(Product.State.ON_SALE,), province=province))
    return list(found.only("name", "code", "lowest_price").order_by(*FOUND_ORDER)[:limit])


def skus_by_number(text: str) -> list[int]:
    """SKUs with exactly this code or barcode, as typed or in capitals: what a scanner reads."""
    written = {text.strip(), text.strip().upper()} - {""}
    found = Sku.objects.filter(Q(code__in=written) | Q(barcode__in=written), is_active=True)
    return list(found.order_by("pk").values_list("pk", flat=True)[:20])


def _filtered(found: QuerySet[Product], wanted: Search) -> QuerySet[Product]:
    if wanted.states:
        found = found.filter(state__in=wanted.states)
    if wanted.category_id is not None:
        found = found.filter(category__in=descendants(wanted.category_id))
    if wanted.tag:
        found = found.filter(tags__contains=[wanted.tag])
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.price_from is not None:
        found = found.filter(lowest_price__gte=wanted.price_from)
    if wanted.price_to is not None:
        found = found.filter(lowest_price__lte=wanted.price_to)
    return visible(found, wanted.province)


def _ranked(found: QuerySet[Product], text: str) -> QuerySet[Product]:
    written, sounds = rules.asked_grams(text)
    if not written:  # nothing but punctuation
        return found.none().annotate(rank=Value(0), score=Value(0))
    return (
        found.filter(grams__gram__in=written | sounds)
        .annotate(
            as_written=Count("grams", filter=Q(grams__gram__in=written)),
            as_sounds=Count("grams", filter=Q(grams__gram__in=sounds)),
        )
        .filter(Q(as_written__gte=_enough(written)) | Q(as_sounds__gte=_enough(sounds)))
        .annotate(
            score=F("as_written") + F("as_sounds"),
            rank=Case(
                When(pk__in=_numbered(text), then=Value(0)),
                When(name__istartswith=text, then=Value(1)),
                When(search_text__contains=text, then=Value(2)),
                default=Value(3),
                output_field=IntegerField(),
            ),
        )
    )


def _enough(pieces: Collection[str]) -> int:
    return len(pieces) if len(pieces) < SHORTEST_SIMILAR else ceil(SIMILAR * len(pieces))


def _numbered(text: str) -> set[int]:
    """Products with this code, or a SKU with this code or barcode, as typed or in capitals."""
    written = {text, text.upper()}
    products = set(Product.objects.filter(code__in=written).values_list("pk", flat=True))
    of_skus = Sku.objects.filter(Q(code__in=written) | Q(barcode__in=written, barcode__gt=""))
    return products | set(of_skus.values_list("product_id", flat=True))

"""Which goods a region sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, Q, When

from yutang.areas.catalog.models import Category, Product, RegionRule
from yutang.areas.catalog.rules import PROVINCE_SUFFIX, PROVINCES, province_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from yutang.areas.catalog.queries.offers import Offer

__all__ = ["PROVINCES", "PROVINCE_SUFFIX", "not_offered", "province_name", "region_rule_of", "region_rules", "visible"]


def region_rules() -> QuerySet[RegionRule]:
    return RegionRule.objects.select_related("product", "category")


def region_rule_of(*, product_id: int | None = None, category_id: int | None = None) -> RegionRule | None:
    return RegionRule.objects.filter(product=product_id, category=category_id).first()


def visible(products: QuerySet[Product], province: str) -> QuerySet[Product]:
    """Those that this province sees: a product's own rule decides, else that of its category, else that of the nearest
    category above. Where the shopper is from is not known ("" ) nothing is held back; the order asks again with the
    address."""
    if not (province := province_name(province)):
        return products
    is_named = Q(provinces__contains=[province])
    allowing = Q(effect=RegionRule.Effect.ONLY) & is_named | Q(effect=RegionRule.Effect.EXCEPT) & ~is_named
    of_products = RegionRule.objects.filter(product__isnull=False)
    of_categories = RegionRule.objects.filter(category__isnull=False)
    rows = of_categories.values_list("category_id", Case(When(allowing, then=True), default=False))
    by_category = ~Q(category__in=_hidden(dict(rows))) | Q(category__isnull=True)
    return products.filter(
        Q(pk__in=of_products.filter(allowing).values("product"))
        | by_category & ~Q(pk__in=of_products.values("product"))
    )


def not_offered(offers: Iterable[Offer], province: str) -> set[int]:
    """Products of these that the province is not offered. No statement for a merchant without such rules."""
    ruled = {offer.product_id for offer in offers if offer.is_ruled}
    if not ruled:
        return set()
    return ruled - set(visible(Product.objects.filter(pk__in=ruled), province).values_list("pk", flat=True))


def _hidden(rules: dict[int | None, bool]) -> set[int]:
    """Categories whose nearest rule, their own or one above, refuses. `rules`: category id → whether it allows."""
    if all(rules.values()):
        return set()
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    hidden = set()
    for pk in parents:
        at: int | None = pk
        while at is not None and at not in rules:
            at = parents[at]
        if at is not None and not rules[at]:
            hidden.add(pk)
    return hidden

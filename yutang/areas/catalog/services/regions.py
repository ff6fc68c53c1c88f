"""Which regions see a product or a category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.catalog import queries
from yutang.areas.catalog.models import RegionRule
from yutang.areas.catalog.rules import province_name
from yutang.core import audit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.core.access import Actor


@transaction.atomic
def save_region_rule(
    *,
    effect: str,
    provinces: Sequence[str],
    product_id: int | None = None,
    category_id: int | None = None,
    actor: Actor,
) -> RegionRule | None:
    """One rule for a product or a category; the new one takes the place of the old. Without provinces it is taken
    away, and None comes back."""
    queries.require_everywhere(actor)
    if (product_id is None) == (category_id is None):
        raise ValueError("a rule names a product or a category")
    if product_id is not None:
        queries.product(product_id)
    if category_id is not None:
        queries.category(category_id)
    named = sorted({short for name in provinces if (short := province_name(name))})
    of = {"product_id": product_id, "category_id": category_id}
    RegionRule.objects.filter(**of).delete()
    rule = None
    if named:
        rule = RegionRule.objects.create(
            merchant_id=actor.merchant_id, effect=RegionRule.Effect(effect), provinces=named, **of
        )
    audit.record(
        "catalog.region_rule", actor=actor, object_type="product" if product_id else "category",
        object_id=product_id or category_id, detail={"effect": effect, "provinces": named},
    )  # fmt: skip
    return rule

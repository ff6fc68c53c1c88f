"""Products and their SKUs, saved as one."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yutang.areas.catalog import rules
from yutang.areas.catalog.errors import BadSpecification, CodeTaken, NothingToSell
from yutang.areas.catalog.models import LevelPrice, Product, Sku
from yutang.core import audit, clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yutang.core.access import Actor


@dataclass(frozen=True)
class SkuDraft:
    """Amounts in minor units, weight in grams. `level_prices`: level key → price."""

    code: str
    price: int
    values: tuple[str, ...] = ()
    barcode: str = ""
    list_price: int | None = None
    cost: int | None = None
    weight: int = 0
    is_active: bool = True
    level_prices: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ProductDraft:
    """`specifications`: name → values, in the order shown. `description` is cleaned when it is saved."""

    code: str
    name: str
    skus: Sequence[SkuDraft]
    kind: str = Product.Kind.GOODS
    subtitle: str = ""
    description: str = ""
    category_id: int | None = None
    tags: tuple[str, ...] = ()
    specifications: Mapping[str, Sequence[str]] = field(default_factory=dict)
    freight_template_id: int | None = None
    is_delivered: bool = True
    is_picked_up: bool = True
    promises: tuple[str, ...] = ()
    position: int = 0


@transaction.atomic
def save_product(*, draft: ProductDraft, product: Product | None = None, actor: Actor) -> Product:
    """Makes a product, or changes `product` into what the draft says. SKUs are known by their codes; one that the
    draft no longer names is switched off. A new product is a draft until `set_state`.

    CodeTaken, BadSpecification (field `skus`); NothingToSell when a product on sale would lose its last SKU."""
    _check_values(draft)
    if product is None:
        product = Product(merchant_id=actor.merchant_id)
    else:
        product = Product.objects.select_for_update().get(pk=product.pk)
    if Product.objects.filter(code=draft.code).exclude(pk=product.pk).exists():
        raise CodeTaken(field="code", code=draft.code)
    for name in (
        "code", "name", "kind", "subtitle", "category_id", "freight_template_id", "is_delivered", "is_picked_up",
        "position",
    ):  # fmt: skip
        setattr(product, name, getattr(draft, name))
    product.description = rules.cleaned(draft.description)
    product.tags, product.promises = list(draft.tags), list(draft.promises)
    product.specifications = [{"name": name, "values": list(values)} for name, values in draft.specifications.items()]
    product.search_text = rules.search_text(
        product.name, product.subtitle, product.tags, [product.code, *(sku.code for sku in draft.skus)]
    )
    active = [sku.price for sku in draft.skus if sku.is_active]
    if product.state == Product.State.ON_SALE and not active:
        raise NothingToSell(field="skus")
    product.lowest_price = min(active, default=0)
    product.updated_at = clock.now()
    product.save()
    _save_skus(product, draft.skus, actor)
    audit.record(
        "catalog.save", actor=actor, object_type="product", object_id=product.pk, detail={"code": product.code}
    )
    return product


@transaction.atomic
def set_state(*, product_ids: Sequence[int], state: str, actor: Actor) -> int:
    """Puts products on sale, off sale or into the recycle bin; how many changed. NothingToSell."""
    changed = 0
    for product in Product.objects.select_for_update().filter(pk__in=product_ids).exclude(state=state).order_by("pk"):
        if state == Product.State.ON_SALE and not product.skus.filter(is_active=True).exists():
            raise NothingToSell(field="state")
        product.state = state
        if state == Product.State.ON_SALE and product.published_at is None:
            product.published_at = clock.now()
        product.updated_at = clock.now()
        product.save(update_fields=["state", "published_at", "updated_at"])
        audit.record("catalog.state", actor=actor, object_type="product", object_id=product.pk, detail={"state": state})
        changed += 1
    return changed


def _check_values(draft: ProductDraft) -> None:
    allowed = set(itertools.product(*draft.specifications.values())) if draft.specifications else {()}
    seen: set[Any] = set()
    for sku in draft.skus:
        if sku.is_active and (sku.values not in allowed or sku.values in seen):
            raise BadSpecification(field="skus", values=" / ".join(sku.values) or sku.code)
        if sku.is_active:
            seen.add(sku.values)


def _save_skus(product: Product, drafts: Sequence[SkuDraft], actor: Actor) -> None:
    codes = [draft.code for draft in drafts]
    if len(set(codes)) < len(codes):
        raise CodeTaken(field="skus", code=next(code for code in codes if codes.count(code) > 1))
    known = {sku.code: sku for sku in Sku.objects.select_for_update().filter(code__in=codes).order_by("pk")}
    for code, sku in known.items():
        if sku.product_id != product.pk:
            raise CodeTaken(field="skus", code=code)
    # Switched off first: two SKUs may swap their values.
    Sku.objects.filter(product=product).update(is_active=False)
    for position, draft in enumerate(drafts):
        sku = known.get(draft.code) or Sku(merchant_id=actor.merchant_id, product=product, code=draft.code)
        for name in ("barcode", "price", "list_price", "cost", "weight", "is_active"):
            setattr(sku, name, getattr(draft, name))
        sku.values, sku.position = list(draft.values), position
        sku.save()
        LevelPrice.objects.filter(sku=sku).delete()
        LevelPrice.objects.bulk_create(
            LevelPrice(merchant_id=actor.merchant_id, sku=sku, level=level, price=price)
            for level, price in sorted(draft.level_prices.items())
        )

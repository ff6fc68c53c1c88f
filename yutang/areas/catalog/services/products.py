"""Products and their SKUs, saved as one."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yutang.areas.catalog import queries, rules
from yutang.areas.catalog.errors import (
    BadPrice,
    BadSpecification,
    CodeTaken,
    NoSuchCategory,
    NoSuchFreightTemplate,
    NothingToSell,
    TooMany,
)
from yutang.areas.catalog.models import Category, FreightTemplate, LevelPrice, Product, ProductGram, Sku
from yutang.core import audit, clock
from yutang.core.richtext import cleaned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yutang.core.access import Actor

MOST_SKUS = 600


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
    only_levels: tuple[str, ...] = ()  # keys of member levels
    only_cards: bool = False


@transaction.atomic
def save_product(*, draft: ProductDraft, product: Product | None = None, actor: Actor) -> Product:
    """Makes a product, or changes `product` into what the draft says. SKUs are known by their codes; one that the
    draft no longer names is switched off. A new product is a draft until `set_state`.

    CodeTaken, BadSpecification, BadPrice (field `skus`), NoSuchCategory, NoSuchFreightTemplate; NothingToSell when a
    product on sale would lose its last SKU."""
    queries.require_everywhere(actor)
    _check(draft)
    if product is None:
        product = Product(merchant_id=actor.merchant_id)
    else:
        product = Product.objects.select_for_update().get(pk=product.pk)
    _check_codes(draft, product)
    for name in (
        "code", "name", "kind", "subtitle", "category_id", "freight_template_id", "is_delivered", "is_picked_up",
        "position", "only_cards",
    ):  # fmt: skip
        setattr(product, name, getattr(draft, name))
    product.description = cleaned(draft.description)
    product.tags, product.promises = list(draft.tags), list(draft.promises)
    product.only_levels = sorted(set(draft.only_levels))
    product.specifications = [{"name": name, "values": list(values)} for name, values in draft.specifications.items()]
    active = [sku.price for sku in draft.skus if sku.is_active]
    if product.state == Product.State.ON_SALE and not active:
        raise NothingToSell(field="skus")
    product.lowest_price = min(active, default=0)
    product.updated_at = clock.now()
    with _codes_free(draft):
        searched, product.search_text = product.search_text, _search_text(draft)
        product.save()
        _save_skus(product, draft.skus, actor)
    if product.search_text != searched:
        _save_grams(product)
    audit.record(
        "catalog.save", actor=actor, object_type="product", object_id=product.pk, detail={"code": product.code}
    )
    return product


def draft_of(product: Product, **changes: Any) -> ProductDraft:
    """The product as it stands, to be saved with changes. SKUs that were switched off stay so."""
    skus = [
        SkuDraft(
            code=sku.code, price=sku.price, values=tuple(sku.values), barcode=sku.barcode, list_price=sku.list_price,
            cost=sku.cost, weight=sku.weight, is_active=sku.is_active,
            level_prices={row.level: row.price for row in sku.level_prices.all()},
        )
        for sku in queries.skus_of([product.pk]).get(product.pk, [])
    ]  # fmt: skip
    plain = ("code", "name", "kind", "subtitle", "description", "category_id", "freight_template_id", "is_delivered",
             "is_picked_up", "position", "only_cards")  # fmt: skip
    values: dict[str, Any] = {name: getattr(product, name) for name in plain} | {
        "skus": skus, "tags": tuple(product.tags), "promises": tuple(product.promises),
        "only_levels": tuple(product.only_levels),
        "specifications": {row["name"]: tuple(row["values"]) for row in product.specifications},
    }  # fmt: skip
    return ProductDraft(**(values | changes))


@transaction.atomic
def set_state(*, product_ids: Sequence[int], state: str, actor: Actor) -> int:
    """Puts products on sale, off sale or into the recycle bin; how many changed. NothingToSell."""
    queries.require_everywhere(actor)
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


@transaction.atomic
def move_to_category(*, product_ids: Sequence[int], category_id: int | None, actor: Actor) -> int:
    """How many were moved; None takes them out of every category."""
    queries.require_everywhere(actor)
    if category_id is not None:
        queries.category(category_id)
    rows = Product.objects.select_for_update().filter(pk__in=product_ids).order_by("pk")
    moved = [pk for pk, held in rows.values_list("pk", "category_id") if held != category_id]
    Product.objects.filter(pk__in=moved).update(category_id=category_id, updated_at=clock.now())
    audit.record_many(
        "catalog.move", actor=actor, object_type="product", objects=[(pk, {"category": category_id}) for pk in moved]
    )
    return len(moved)


def _check(draft: ProductDraft) -> None:
    if len(draft.skus) > MOST_SKUS:
        raise TooMany(field="skus", most=MOST_SKUS)
    for sku in draft.skus:
        amounts = (sku.price, sku.cost or 0, sku.weight, *sku.level_prices.values())
        if min(amounts) < 0 or (sku.list_price is not None and sku.list_price < sku.price):
            raise BadPrice(field="skus", code=sku.code)
    _check_values(draft)
    # Foreign keys look past row-level security; these must be the merchant's own.
    if draft.category_id is not None and not Category.objects.filter(pk=draft.category_id).exists():
        raise NoSuchCategory(field="category_id")
    template = draft.freight_template_id
    if template is not None and not FreightTemplate.objects.filter(pk=template).exists():
        raise NoSuchFreightTemplate(field="freight_template_id")


def _check_values(draft: ProductDraft) -> None:
    for name, values in draft.specifications.items():
        if not name.strip() or not values or len(set(values)) < len(values):
            raise BadSpecification(field="skus", values=name)
    allowed = set(itertools.product(*draft.specifications.values())) if draft.specifications else {()}
    seen: set[Any] = set()
    for sku in draft.skus:
        if sku.is_active and (sku.values not in allowed or sku.values in seen):
            raise BadSpecification(field="skus", values=" / ".join(sku.values) or sku.code)
        if sku.is_active:
            seen.add(sku.values)


def _check_codes(draft: ProductDraft, product: Product) -> None:
    if Product.objects.filter(code=draft.code).exclude(pk=product.pk).exists():
        raise CodeTaken(field="code", code=draft.code)
    codes = [sku.code for sku in draft.skus]
    if len(set(codes)) < len(codes):
        raise CodeTaken(field="skus", code=next(code for code in codes if codes.count(code) > 1))
    if taken := Sku.objects.filter(code__in=codes).exclude(product=product.pk).order_by("code").first():
        raise CodeTaken(field="skus", code=taken.code)


@contextmanager
def _codes_free(draft: ProductDraft) -> Iterator[None]:
    """Two who save the same code at the same moment: the second is told."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "product_code_unique" not in str(error):
            raise
        raise CodeTaken(field="code", code=draft.code) from error


def _save_skus(product: Product, drafts: Sequence[SkuDraft], actor: Actor) -> None:
    """A handful of statements, however many SKUs there are."""
    # Switched off first: two SKUs may swap their values.
    Sku.objects.filter(product=product).update(is_active=False)
    plain = ("barcode", "price", "list_price", "cost", "weight", "is_active")
    saved = Sku.objects.bulk_create(
        [
            Sku(
                merchant_id=actor.merchant_id, product=product, code=draft.code, values=list(draft.values),
                position=position, **{name: getattr(draft, name) for name in plain},
            )
            for position, draft in enumerate(drafts)
        ],
        update_conflicts=True, unique_fields=["merchant", "code"], update_fields=[*plain, "values", "position"],
    )  # fmt: skip
    ids = [sku.pk for sku in saved]
    if foreign := Sku.objects.filter(pk__in=ids).exclude(product=product).first():
        raise CodeTaken(field="skus", code=foreign.code)  # taken since we looked
    LevelPrice.objects.filter(sku__in=ids).delete()
    LevelPrice.objects.bulk_create(
        LevelPrice(merchant_id=actor.merchant_id, sku=sku, level=level, price=price)
        for sku, draft in zip(saved, drafts, strict=True)
        for level, price in sorted(draft.level_prices.items())
    )


def _search_text(draft: ProductDraft) -> str:
    numbers = [draft.code, *(code for sku in draft.skus for code in (sku.code, sku.barcode))]
    return rules.search_text(draft.name, draft.subtitle, draft.tags, dict.fromkeys(numbers))


def _save_grams(product: Product) -> None:
    wanted = rules.grams(product.search_text)
    held = set(ProductGram.objects.filter(product=product).values_list("gram", flat=True))
    ProductGram.objects.filter(product=product, gram__in=held - wanted).delete()
    ProductGram.objects.bulk_create(
        ProductGram(merchant_id=product.merchant_id, product=product, gram=gram) for gram in sorted(wanted - held)
    )

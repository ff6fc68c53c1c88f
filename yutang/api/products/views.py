"""The catalogue, for ERPs and shops of one's own."""

# Types are not postponed here: ninja reads them when it registers a view.

from dataclasses import replace

from django.http import HttpRequest
from django.urls import reverse
from ninja import Path, Query, Router

from yutang.api import paging
from yutang.api.door import scoped
from yutang.api.products.schemas import Code, ProductFilters, ProductIn, ProductOut, ProductsOut, product_values
from yutang.areas.catalog import queries, services
from yutang.areas.catalog.errors import BadSpecification
from yutang.areas.catalog.models import Product
from yutang.areas.catalog.services import ProductDraft, SkuDraft
from yutang.areas.membership import queries as membership
from yutang.core.errors import Invalid

router = Router(tags=["Products"])
_PLAIN = ("name", "kind", "subtitle", "category_id", "freight_template_id", "is_delivered", "is_picked_up", "position")


@router.get("/products", response=ProductsOut)
@scoped("catalog.view")
def list_products(request: HttpRequest, filters: Query[ProductFilters]) -> object:
    """Products with their SKUs and pictures, the newest first; `updated_since` gives those changed since, the latest
    change first."""
    found = queries.search(
        queries.Search(
            states=(filters.state,) if filters.state else (), kind=filters.kind or "", category_id=filters.category_id
        )
    )
    newest = None
    if filters.updated_since is not None:
        found, newest = found.filter(updated_at__gte=filters.updated_since), "updated_at"
    rows, next_cursor = paging.page(found, filters, newest=newest)
    return {"items": _shown(request, rows), "next_cursor": next_cursor}


@router.get("/products/{product_code}", response=ProductOut)
@scoped("catalog.view")
def product(request: HttpRequest, product_code: Path[Code]) -> object:
    """One product by its code."""
    return _shown(request, [queries.product_by_code(product_code)])[0]


@router.put("/products/{product_code}", response=ProductOut)
@scoped("catalog.edit")
def put_product(request: HttpRequest, product_code: Path[Code], product: ProductIn) -> object:
    """Makes the product with this code or changes it into what the body says; the same again changes nothing. The key
    must reach the whole company."""
    queries.require_everywhere(request.actor)
    known = queries.products_by_code([product_code]).get(product_code)
    values = {name: getattr(product, name) for name in _PLAIN}
    # Who does not know of members' goods does not open them to everybody.
    levels = product.only_levels if product.only_levels is not None else known.only_levels if known else []
    cards = product.only_cards if product.only_cards is not None else known.only_cards if known else False
    _must_be_levels(set(levels) - set(known.only_levels if known else ()))
    draft = ProductDraft(
        code=product_code, **values, description=queries.cleaned(product.description),
        tags=tuple(product.tags), promises=tuple(product.promises), only_levels=tuple(sorted(set(levels))),
        only_cards=cards,
        specifications={row.name: tuple(row.values) for row in product.specifications},
        skus=[SkuDraft(**sku.model_dump() | {"values": tuple(sku.values)}) for sku in product.skus],
    )  # fmt: skip
    if len(draft.specifications) < len(product.specifications):
        raise BadSpecification(field="specifications", values=", ".join(draft.specifications))
    if known is None or draft != _standing(known, draft):
        known = services.save_product(draft=draft, product=known, actor=request.actor)
    if product.state is not None:
        services.set_state(product_ids=[known.pk], state=product.state, actor=request.actor)
    return _shown(request, [queries.product(known.pk)])[0]


def _must_be_levels(keys: set[str]) -> None:
    """A key that no level has would close the product to everybody."""
    if unknown := sorted(keys - {level.key for level in membership.levels()} if keys else keys):
        raise Invalid(field="only_levels", field_label="only_levels", reason=", ".join(unknown))


def _standing(known: Product, draft: ProductDraft) -> ProductDraft:
    """As the product is; SKUs that are off and that the draft does not name either are no difference."""
    held, named = services.draft_of(known), {sku.code for sku in draft.skus}
    return replace(held, skus=[sku for sku in held.skus if sku.is_active or sku.code in named])


def _shown(request: HttpRequest, rows: list[Product]) -> list[dict[str, object]]:
    ids = [row.pk for row in rows]
    skus, pictures = queries.skus_of(ids), queries.pictures_of(ids)
    return [
        product_values(
            row, skus.get(row.pk, []),
            [
                (picture, reverse("media:picture", args=[row.merchant_id, picture.digest, queries.WIDTHS[-1]]))
                for picture in pictures.get(row.pk, [])
            ],
            currency=request.merchant.currency, has_cost=request.actor.may(queries.EDIT),
        )
        for row in rows
    ]  # fmt: skip

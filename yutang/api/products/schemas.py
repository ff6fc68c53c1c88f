"""What products look like from outside. Money is in minor units of the merchant's currency, weight in grams."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Schema
from pydantic import Field

from yutang.api.shapes import Id, Input, Instant, Paging, Ref
from yutang.areas.catalog.models import Product

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.areas.catalog.models import Picture, Sku

BIGGEST = 10**15
Amount = Annotated[int, Field(ge=0, le=BIGGEST)]
Code = Annotated[
    str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$")
]


class SpecificationIn(Input):
    name: str = Field(min_length=1, max_length=40)
    values: list[Annotated[str, Field(min_length=1, max_length=40)]] = Field(min_length=1, max_length=100)


class SpecificationOut(Schema):
    name: str
    values: list[str]


class SkuIn(Input):
    code: Code
    price: Amount
    values: list[Annotated[str, Field(max_length=40)]] = Field(
        default_factory=list, max_length=5, description="One of each specification, in their order."
    )
    barcode: str = Field("", max_length=40)
    list_price: Amount | None = None
    cost: Amount | None = None
    weight: int = Field(0, ge=0, le=10**8)
    is_active: bool = True
    level_prices: dict[Annotated[str, Field(min_length=1, max_length=40)], Amount] = Field(
        default_factory=dict, max_length=50
    )


class ProductIn(Input):
    name: str = Field(min_length=1, max_length=120)
    skus: list[SkuIn] = Field(max_length=600, description="One that is left out is switched off.")
    kind: Product.Kind = Product.Kind.GOODS
    subtitle: str = Field("", max_length=200)
    description: str = Field("", max_length=100_000, description="HTML; what acts is taken out.")
    category_id: Id | None = None
    freight_template_id: Id | None = None
    tags: list[Annotated[str, Field(min_length=1, max_length=30)]] = Field(default_factory=list, max_length=20)
    promises: list[Annotated[str, Field(min_length=1, max_length=20)]] = Field(default_factory=list, max_length=6)
    specifications: list[SpecificationIn] = Field(default_factory=list, max_length=5)
    is_delivered: bool = True
    is_picked_up: bool = True
    position: int = Field(0, ge=-(10**6), le=10**6)
    state: Product.State | None = Field(None, description="Left out: as it is; a new product is a draft.")
    only_levels: list[Annotated[str, Field(min_length=1, max_length=40)]] | None = Field(
        None, max_length=20, description="Keys of the member levels that may buy it; empty: all. Left out: as it is."
    )
    only_cards: bool | None = Field(
        None, description="Also for holders of a card that opens exclusive goods. Left out: as it is."
    )


class SkuOut(Schema):
    code: str
    price: int
    values: list[str]
    barcode: str
    list_price: int | None
    cost: int | None = Field(description="Only for keys with `catalog.edit`; null for others.")
    weight: int
    is_active: bool
    level_prices: dict[str, int]


class PictureOut(Schema):
    address: str = Field(description="Of the widest file, below the server's own address.")
    alt: str
    width: int
    height: int


class ProductOut(Schema):
    id: Ref
    code: str
    name: str
    kind: str
    state: str
    subtitle: str
    description: str
    category_id: Ref | None
    freight_template_id: Ref | None
    tags: list[str]
    promises: list[str]
    specifications: list[SpecificationOut]
    is_delivered: bool
    is_picked_up: bool
    position: int
    only_levels: list[str]
    only_cards: bool
    currency: str
    skus: list[SkuOut]
    pictures: list[PictureOut]
    published_at: datetime | None
    updated_at: datetime


class ProductsOut(Schema):
    items: list[ProductOut]
    next_cursor: str | None


class ProductFilters(Paging):
    state: Product.State | None = None
    kind: Product.Kind | None = None
    category_id: Id | None = Field(None, description="With everything below it.")
    updated_since: Instant | None = None


def product_values(
    product: Product, skus: Iterable[Sku], pictures: Iterable[tuple[Picture, str]], *, currency: str, has_cost: bool
) -> dict[str, Any]:
    """`pictures`: each with its address."""
    plain = ProductOut.model_fields.keys() - {"currency", "skus", "pictures"}
    return {
        **{name: getattr(product, name) for name in plain}, "currency": currency,
        "skus": [
            {name: getattr(sku, name) for name in SkuOut.model_fields if name not in ("level_prices", "cost")}
            | {"level_prices": {row.level: row.price for row in sku.level_prices.all()}}
            | {"cost": sku.cost if has_cost else None}
            for sku in skus
        ],
        "pictures": [
            {"address": address, "alt": row.alt, "width": row.width, "height": row.height} for row, address in pictures
        ],
    }  # fmt: skip

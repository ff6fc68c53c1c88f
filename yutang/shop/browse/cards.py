"""Products as lists of the shop show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog.models import Product
from yutang.areas.catalog.queries import Search
from yutang.ui.paging import Page, page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

SIZE = 20


@dataclass(frozen=True)
class Card:
    """`picture`: digest of the cover, "" without one."""

    product: Product
    picture: str


def cards(products: Sequence[Product]) -> list[Card]:
    """One statement for all covers."""
    covers = catalog.covers(product.pk for product in products)
    return [Card(product, covers.get(product.pk, "")) for product in products]


def listing(request: HttpRequest, *, text: str = "", category_id: int | None = None) -> Page:
    """A page of what is on sale; its rows are cards."""
    wanted = Search(text=text, states=(Product.State.ON_SALE,), category_id=category_id)
    found = page_of(catalog.search(wanted), request, order=catalog.in_order(wanted), size=SIZE)
    found.rows = cards(found.rows)
    return found

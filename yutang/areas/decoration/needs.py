"""What blocks ask of the pool. All blocks of a page ask first; then each sort of thing is loaded once, however many
blocks asked. A sort is registered with its loader, so that areas above can add theirs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog.models import Product
from yutang.areas.catalog.queries import Search
from yutang.areas.decoration.models import BestSeller, Page
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import OrgNode

if TYPE_CHECKING:
    from yutang.areas.decoration.blocks import Block


@dataclass(frozen=True)
class Viewer:
    """Who looks, and when. `customer_id` None: nobody we know."""

    now: datetime
    customer_id: int | None = None
    city: str = ""


@dataclass(frozen=True)
class Item:
    """A product on sale, as lists show it. `picture`: digest, "" without one."""

    product: Product
    picture: str


@dataclass(frozen=True)
class Place:
    """A store."""

    node_id: int
    name: str
    province: str
    city: str


Loader = Callable[[Iterable[Any], Viewer], Mapping[Any, Any]]
LOADERS: dict[str, Loader] = {}  # filled in apps.ready()


def register(sort: str, loader: Loader) -> None:
    """`loader(keys, viewer)` gives key → what is there; keys of what is gone are missing."""
    LOADERS[sort] = loader


@dataclass
class Needs:
    _asked: dict[str, set[Hashable]] = field(default_factory=dict)

    def ask(self, sort: str, *keys: Hashable) -> None:
        if keys:
            self._asked.setdefault(sort, set()).update(keys)

    def load(self, viewer: Viewer) -> Found:
        return Found(viewer, {sort: LOADERS[sort](keys, viewer) for sort, keys in self._asked.items()})


@dataclass(frozen=True)
class Found:
    viewer: Viewer
    _things: Mapping[str, Mapping[Any, Any]]

    def get(self, sort: str, key: Hashable) -> Any:
        """None for what is gone."""
        return self._things.get(sort, {}).get(key)


def found_for(blocks: Iterable[Block], viewer: Viewer) -> Found:
    """Everything that these blocks need."""
    needs = Needs()
    for block in blocks:
        block.ask(needs)
    return needs.load(viewer)


# -- the sorts of this area ------------------------------------------------------------------------------------------


def products(ids: Iterable[int], viewer: Viewer) -> dict[int, Item]:  # noqa: ARG001
    """Those on sale; two statements."""
    return {row.pk: item for row, item in _items(catalog.search(_ON_SALE).filter(pk__in=set(ids)))}


def lists(keys: Iterable[tuple[str, str, int]], viewer: Viewer) -> dict[tuple[str, str, int], list[Item]]:  # noqa: ARG001
    """(source, category id or tag, at most) → products on sale. A statement for each, and one for all pictures."""
    chosen = {key: _chosen(*key) for key in keys}
    covers = catalog.covers(row.pk for rows in chosen.values() for row in rows)
    return {key: [Item(row, covers.get(row.pk, "")) for row in rows] for key, rows in chosen.items()}


_ON_SALE = Search(states=(Product.State.ON_SALE,))


def _chosen(source: str, value: str, most: int) -> list[Product]:
    if source == "category":
        wanted = Search(states=_ON_SALE.states, category_id=int(value))
        return list(catalog.search(wanted).order_by(*catalog.in_order(wanted))[:most])
    if source == "tag":
        wanted = Search(states=_ON_SALE.states, tag=value)
        return list(catalog.search(wanted).order_by(*catalog.in_order(wanted))[:most])
    if source == "newest":
        return list(catalog.search(_ON_SALE).order_by("-id")[:most])
    # What was taken off sale since the hour began is among them: read further than is shown.
    places = dict(BestSeller.objects.order_by("place").values_list("product_id", "place")[: most * 2])
    rows = sorted(catalog.search(_ON_SALE).filter(pk__in=places), key=lambda row: places[row.pk])
    return rows[:most]


def _items(found: Any) -> list[tuple[Product, Item]]:
    rows = list(found)
    covers = catalog.covers(row.pk for row in rows)
    return [(row, Item(row, covers.get(row.pk, ""))) for row in rows]


def categories(ids: Iterable[int], viewer: Viewer) -> dict[int, str]:  # noqa: ARG001
    """Those that shoppers see, with their names."""
    wanted = set(ids)
    return {
        branch.pk: branch.category.name
        for branch in catalog.categories()
        if branch.pk in wanted and branch.category.is_visible
    }


def topics(slugs: Iterable[str], viewer: Viewer) -> dict[str, str]:  # noqa: ARG001
    """Slug → title, of topic pages that are not deleted."""
    found = Page.objects.filter(kind=Page.Kind.TOPIC, slug__in=set(slugs), archived_at__isnull=True)
    return dict(found.values_list("slug", "title"))


def stores(keys: Iterable[str], viewer: Viewer) -> dict[str, list[Place]]:
    """All open stores, those of the viewer's city first, under each key."""
    found = [
        Place(node.pk, node.name, node.province, node.city)
        for node in merchants.tree()
        if node.kind == OrgNode.Kind.STORE and node.is_active
    ]
    found.sort(key=lambda place: not is_near(place, viewer))
    return dict.fromkeys(keys, found)


def is_near(place: Place, viewer: Viewer) -> bool:
    """In the viewer's city; files write 杭州 or 杭州市."""
    return bool(place.city) and place.city.removesuffix("市") == viewer.city.removesuffix("市")


def register_own() -> None:
    register("product", products)
    register("list", lists)
    register("category", categories)
    register("topic", topics)
    register("stores", stores)

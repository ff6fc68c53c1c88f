"""Products, categories, pictures and freight templates by the checked door. They belong to the whole merchant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from yutang.areas.catalog.models import Category, FreightTemplate, Picture, Product, Sku
from yutang.core import prepared
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.questions import Question, instance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.core.access import Actor

VIEW, EDIT, REPLY = "catalog.view", "catalog.edit", "reviews.reply"
T = TypeVar("T")


def require_everywhere(actor: Actor, permission: str = EDIT) -> None:
    """The catalogue belongs to the whole merchant: changing it takes the permission for all of it."""
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


def product(product_id: int) -> Product:
    return _found(next(iter(prepared.instances(Product, "id = %s", [product_id])), None))


def product_by_code(code: str) -> Product:
    return _found(Product.objects.filter(code=code).first())


def products_by_code(codes: Iterable[str]) -> dict[str, Product]:
    """Code → product, those that exist."""
    return {row.code: row for row in Product.objects.filter(code__in=set(codes))}


def products_of(product_ids: Iterable[int]) -> list[Product]:
    """Those that exist, by code."""
    return list(Product.objects.filter(pk__in=set(product_ids)).order_by("code"))


def skus_of(product_ids: Iterable[int]) -> dict[int, list[Sku]]:
    """Product id → its SKUs in order with their level prices, those that were switched off last."""
    found: dict[int, list[Sku]] = {}
    rows = Sku.objects.filter(product__in=set(product_ids)).prefetch_related("level_prices")
    for row in rows.order_by("product", "-is_active", "position", "pk"):
        found.setdefault(row.product_id, []).append(row)
    return found


def pictures_of(product_ids: Iterable[int]) -> dict[int, list[Picture]]:
    """Product id → its pictures in order."""
    found: dict[int, list[Picture]] = {}
    of_them = "product_id = ANY(%s) ORDER BY product_id, position, id"
    for row in prepared.instances(Picture, of_them, [sorted(set(product_ids))]):
        found.setdefault(row.product_id, []).append(row)
    return found


def product_question(product_id: int) -> Question[Product]:
    """`NotFound` where there is none."""
    return Question(
        "SELECT * FROM catalog_product WHERE id = %(product)s", {"product": product_id},
        lambda rows: _found(next((instance(Product, row) for row in rows), None)),
    )  # fmt: skip


def exclusive_question(product_id: int) -> Question[Any]:
    """A row where not everybody may buy the product, none else."""
    return Question(
        "SELECT id FROM catalog_product WHERE id = %(product)s AND (only_cards OR only_levels <> '{}')",
        {"product": product_id},
        lambda rows: rows,
    )


def levels_with_goods() -> set[str]:
    """Keys of the member levels that have goods of their own on sale."""
    rows = Product.objects.filter(state=Product.State.ON_SALE).exclude(only_levels=[])
    return {key for keys in rows.values_list("only_levels", flat=True).distinct() for key in keys}


def skus_question(product_id: int) -> Question[list[Sku]]:
    """Those that can be chosen, in order."""
    return Question(
        "SELECT * FROM catalog_sku WHERE product_id = %(product)s AND is_active ORDER BY position, id",
        {"product": product_id},
        lambda rows: [instance(Sku, row) for row in rows],
    )


def pictures_question(product_id: int) -> Question[list[Picture]]:
    """In order."""
    return Question(
        "SELECT * FROM catalog_picture WHERE product_id = %(product)s ORDER BY position, id",
        {"product": product_id},
        lambda rows: [instance(Picture, row) for row in rows],
    )


def covers(product_ids: Iterable[int]) -> dict[int, str]:
    """Product id → digest of the picture that lists show."""
    rows = Picture.objects.filter(product__in=set(product_ids)).order_by("product", "position", "pk")
    return dict(rows.distinct("product").values_list("product_id", "digest"))


@dataclass(frozen=True)
class Branch:
    """A category in its tree; `path` are the names from the top."""

    category: Category
    depth: int  # 0 at the top
    path: tuple[str, ...]

    @property
    def pk(self) -> int:
        return self.category.pk

    @property
    def label(self) -> str:
        return " / ".join(self.path)


def categories() -> list[Branch]:
    """All of them, parents before children, siblings in their order. One statement."""
    children: dict[int | None, list[Category]] = {}
    for row in Category.objects.order_by("position", "pk"):
        children.setdefault(row.parent_id, []).append(row)
    ordered: list[Branch] = []
    waiting = [Branch(row, 0, (row.name,)) for row in reversed(children.get(None, []))]
    while waiting:
        branch = waiting.pop()
        ordered.append(branch)
        waiting += [
            Branch(row, branch.depth + 1, (*branch.path, row.name)) for row in reversed(children.get(branch.pk, []))
        ]
    return ordered


def categories_of(product_ids: Iterable[int]) -> dict[int, int]:
    """Product id → its category, of those that have one."""
    rows = Product.objects.filter(pk__in=set(product_ids), category__isnull=False)
    return dict(rows.values_list("pk", "category_id"))


def category(category_id: int) -> Category:
    return _found(Category.objects.filter(pk=category_id).first())


_WAY = """
WITH RECURSIVE way AS (
  SELECT c.id, c.parent_id, c.name, c.is_visible, 0 AS up
    FROM catalog_category c JOIN catalog_product p ON p.category_id = c.id WHERE p.id = %(product)s
  UNION ALL
  SELECT c.id, c.parent_id, c.name, c.is_visible, way.up + 1 FROM catalog_category c JOIN way ON c.id = way.parent_id
)
SELECT id, name FROM way WHERE is_visible ORDER BY up DESC
"""


def way_question(product_id: int) -> Question[list[tuple[int, str]]]:
    """The categories that shoppers see from the top down to the product: their ids and names."""
    return Question(_WAY, {"product": product_id}, lambda rows: [(row["id"], row["name"]) for row in rows])


def descendants(category_id: int) -> set[int]:
    """The category and everything below it."""
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    found = {category_id} & set(parents)
    while more := {pk for pk, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def ways_up() -> dict[int, frozenset[int]]:
    """Category → itself and everything above it. One statement."""
    parents: dict[int, int | None] = dict(Category.objects.values_list("pk", "parent_id"))
    found: dict[int, frozenset[int]] = {}
    for pk in parents:
        way, above = {pk}, parents[pk]
        while above is not None and above not in way:
            way.add(above)
            above = parents.get(above)
        found[pk] = frozenset(way)
    return found


def freight_templates() -> list[FreightTemplate]:
    """All of them with their rules, the default one first."""
    return list(FreightTemplate.objects.order_by("-is_default", "name").prefetch_related("rules"))


def freight_template(template_id: int) -> FreightTemplate:
    return _found(FreightTemplate.objects.filter(pk=template_id).first())


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row

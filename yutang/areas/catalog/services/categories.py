"""The tree of categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.catalog import queries
from yutang.areas.catalog.errors import CategoryInUse, CategoryTooDeep, NameTaken
from yutang.areas.catalog.models import Category, Product
from yutang.core import audit

if TYPE_CHECKING:
    from yutang.core.access import Actor

MOST_LEVELS = 3


@transaction.atomic
def save_category(
    *, name: str, parent_id: int | None = None, position: int = 0, is_visible: bool = True,
    category: Category | None = None, actor: Actor,
) -> Category:  # fmt: skip
    """Makes a category or changes `category`. NameTaken among its siblings, CategoryTooDeep."""
    queries.require_everywhere(actor)
    # One at a time: two moves at once could make a circle.
    list(Category.objects.select_for_update().order_by("pk").values_list("pk"))
    branches = {branch.pk: branch for branch in queries.categories()}
    if parent_id is not None:
        queries.category(parent_id)
    namesake = Category.objects.filter(parent=parent_id, name=name).first()
    if namesake is not None and namesake != category:
        raise NameTaken(field="name", name=name)
    height = 0
    if category is not None:
        below = queries.descendants(category.pk)
        height = max(branches[pk].depth for pk in below) - branches[category.pk].depth
        if parent_id in below:
            raise CategoryTooDeep(field="parent", most=MOST_LEVELS)
    depth = 0 if parent_id is None else branches[parent_id].depth + 1
    if depth + height >= MOST_LEVELS:
        raise CategoryTooDeep(field="parent", most=MOST_LEVELS)
    category = category or Category(merchant_id=actor.merchant_id)
    category.name, category.parent_id, category.position, category.is_visible = name, parent_id, position, is_visible
    category.save()
    audit.record("catalog.category", actor=actor, object_type="category", object_id=category.pk, detail={"name": name})
    return category


@transaction.atomic
def delete_category(*, category_id: int, actor: Actor) -> None:
    """CategoryInUse while something stands in it."""
    queries.require_everywhere(actor)
    category = queries.category(category_id)
    if Product.objects.filter(category=category).exists() or Category.objects.filter(parent=category).exists():
        raise CategoryInUse
    audit.record("catalog.delete_category", actor=actor, object_type="category", object_id=category.pk)
    category.delete()

"""Writes about the catalogue: one file per use case."""

from __future__ import annotations

from yutang.areas.catalog.services.categories import delete_category, save_category
from yutang.areas.catalog.services.freight import delete_freight_template, save_freight_template
from yutang.areas.catalog.services.pictures import (
    PictureDraft,
    add_picture,
    remove_picture,
    save_pictures,
    store_picture,
)
from yutang.areas.catalog.services.products import (
    MOST_SKUS,
    ProductDraft,
    SkuDraft,
    draft_of,
    move_to_category,
    save_product,
    set_state,
)
from yutang.areas.catalog.services.regions import save_region_rule
from yutang.areas.catalog.services.reviews import reply_to_review, show_review, write_review

__all__ = [
    "MOST_SKUS",
    "PictureDraft",
    "ProductDraft",
    "SkuDraft",
    "add_picture",
    "delete_category",
    "delete_freight_template",
    "draft_of",
    "move_to_category",
    "remove_picture",
    "reply_to_review",
    "save_category",
    "save_freight_template",
    "save_pictures",
    "save_product",
    "save_region_rule",
    "set_state",
    "show_review",
    "store_picture",
    "write_review",
]

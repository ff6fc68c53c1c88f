"""Reads of what is sold: one file per question."""

from __future__ import annotations

from yutang.areas.catalog.images import WIDTHS, picture_path
from yutang.areas.catalog.queries.catalogue import (
    EDIT,
    REPLY,
    VIEW,
    Branch,
    categories,
    category,
    covers,
    descendants,
    freight_template,
    freight_templates,
    pictures_of,
    product,
    product_by_code,
    products_by_code,
    require_everywhere,
    skus_of,
)
from yutang.areas.catalog.queries.offers import Offer, freight, level_prices, offers
from yutang.areas.catalog.queries.regions import (
    PROVINCE_SUFFIX,
    PROVINCES,
    not_offered,
    province_name,
    region_rule_of,
    region_rules,
    visible,
)
from yutang.areas.catalog.queries.reviews import Rating, rating, review, reviews, reviews_of
from yutang.areas.catalog.queries.search import Search, in_order, search, suggestions
from yutang.areas.catalog.rules import FreightRow, cleaned

__all__ = [
    "EDIT",
    "PROVINCES",
    "PROVINCE_SUFFIX",
    "REPLY",
    "VIEW",
    "WIDTHS",
    "Branch",
    "FreightRow",
    "Offer",
    "Rating",
    "Search",
    "categories",
    "category",
    "cleaned",
    "covers",
    "descendants",
    "freight",
    "freight_template",
    "freight_templates",
    "in_order",
    "level_prices",
    "not_offered",
    "offers",
    "picture_path",
    "pictures_of",
    "product",
    "product_by_code",
    "products_by_code",
    "province_name",
    "rating",
    "region_rule_of",
    "region_rules",
    "require_everywhere",
    "review",
    "reviews",
    "reviews_of",
    "search",
    "skus_of",
    "suggestions",
    "visible",
]

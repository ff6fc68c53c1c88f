"""Writes about the catalogue: one file per use case."""

from __future__ import annotations

from yutang.areas.catalog.services.freight import save_freight_template
from yutang.areas.catalog.services.products import ProductDraft, SkuDraft, save_product, set_state

__all__ = ["ProductDraft", "SkuDraft", "save_freight_template", "save_product", "set_state"]

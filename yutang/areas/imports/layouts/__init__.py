"""The platforms' own export formats."""

from __future__ import annotations

from . import douyin, jd, pinduoduo, shopify, taobao, weixin_shop, youzan
from .base import Context, Layout, Whole

LAYOUTS: dict[str, Layout] = {
    layout.kind: layout
    for layout in (
        taobao.ORDERS,
        taobao.ITEMS,
        jd.LAYOUT,
        pinduoduo.LAYOUT,
        douyin.LAYOUT,
        youzan.ORDERS,
        youzan.ITEMS,
        weixin_shop.LAYOUT,
        shopify.LAYOUT,
    )
}

__all__ = ["LAYOUTS", "Context", "Layout", "Whole"]

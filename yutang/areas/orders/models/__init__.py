"""`recorded`: what every channel's orders come to. `shop`: what only an order of the own shop or till has."""

from __future__ import annotations

from yutang.areas.orders.models.recorded import CustomerStatistic, Order, SaleLine, SalesChannel
from yutang.areas.orders.models.shop import Adjustment, OrderItem, OrderStep, Parcel, PickupUse, ShopOrder

__all__ = [
    "Adjustment", "CustomerStatistic", "Order", "OrderItem", "OrderStep", "Parcel", "PickupUse", "SaleLine",
    "SalesChannel", "ShopOrder",
]  # fmt: skip

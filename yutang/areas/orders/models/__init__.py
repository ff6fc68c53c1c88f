"""`recorded`: what every channel's orders come to. `shop`: what only an order of the own shop or till has. `cart`: what
may become one. `till`: what lies on the counter of a store. `local`: how stores bring goods to people near them.
`invoice`: what buyers want for their books."""

from __future__ import annotations

from yutang.areas.orders.models.cart import CartLine
from yutang.areas.orders.models.invoice import Invoice, InvoiceDocument
from yutang.areas.orders.models.local import LocalFee, LocalTerms
from yutang.areas.orders.models.recorded import CustomerStatistic, Order, SaleLine, SalesChannel
from yutang.areas.orders.models.shop import (
    Adjustment,
    OrderItem,
    OrderStep,
    OrderTerms,
    Parcel,
    PickupUse,
    ShopOrder,
)
from yutang.areas.orders.models.till import TillBasket, TillRules

__all__ = [
    "Adjustment", "CartLine", "CustomerStatistic", "Invoice", "InvoiceDocument", "LocalFee", "LocalTerms", "Order",
    "OrderItem", "OrderStep",
    "OrderTerms", "Parcel", "PickupUse", "SaleLine", "SalesChannel", "ShopOrder", "TillBasket", "TillRules",
]  # fmt: skip

"""Orders of all channels, and what each sold."""

# Types are not postponed here: ninja reads them when it registers a view.

from django.http import HttpRequest
from ninja import Path, Query, Router

from yutang.api import paging
from yutang.api.door import scoped
from yutang.api.orders.schemas import LineOut, OrderDetailOut, OrderFilters, OrdersOut, order_values, orders_out
from yutang.api.shapes import Id
from yutang.areas.orders import queries as orders

router = Router(tags=["Orders"])

# filter -> condition
_CONDITIONS = {
    "customer_id": "customer_id",
    "order_no": "order_no",
    "status": "status",
    "source": "channel__source",
    "ordered_since": "ordered_at__gte",
    "ordered_until": "ordered_at__lt",
    "updated_since": "updated_at__gte",
}


@router.get("/orders", response=OrdersOut)
@scoped("orders.view")
def list_orders(request: HttpRequest, filters: Query[OrderFilters]) -> object:
    """Orders, the latest first."""
    given = {
        condition: value for name, condition in _CONDITIONS.items() if (value := getattr(filters, name)) is not None
    }
    rows, next_cursor = paging.page(orders.orders(request.actor).filter(**given), filters, newest="ordered_at")
    return orders_out(rows, next_cursor, request.merchant.currency)


@router.get("/orders/{order_id}", response=OrderDetailOut)
@scoped("orders.view")
def order(request: HttpRequest, order_id: Path[Id]) -> object:
    """One order with its lines as they stand today; refunds are lines with a negative amount."""
    found = orders.order(request.actor, order_id)
    currency = request.merchant.currency
    lines = [
        LineOut(
            **{name: getattr(line, name) for name in LineOut.model_fields if name != "amount"},
            amount={"amount": line.amount, "currency": currency},
        )
        for line in orders.lines_of([found.pk]).get(found.pk, [])
    ]
    return OrderDetailOut(**order_values(found, currency), lines=lines)

from __future__ import annotations

from typing import Any

from tests.factories.shop import actor
from yutang.areas.orders import queries_invoices
from yutang.areas.orders.invoice_rules import Document, InvoiceDetails
from yutang.areas.orders.models import Invoice, InvoiceDocument, Order
from yutang.areas.orders.services import invoicing
from yutang.core import clock

TAX_NO = "91110000802100433B"
COMPANY = InvoiceDetails("company", "杭州云上科技有限公司", TAX_NO, "finance@example.com")
PERSON = InvoiceDetails("personal", "王小明", "", "")


def asked(order: Order, details: InvoiceDetails = COMPANY) -> Invoice:
    return invoicing.request(order_id=order.pk, details=details, actor=actor())


def seen(order: Order) -> dict[str, Any]:
    """What whoever issues it has in front of him."""
    whole = queries_invoices.whole(Order.objects.get(pk=order.pk))
    assert whole is not None
    return {"revision": whole.invoice.revision, "amount": whole.due}


def written(order: Order, number: str = "25332000000012345678", url: str = "", **overrides: Any) -> InvoiceDocument:
    document = Document(number, clock.now().date(), url)
    return invoicing.write(order_id=order.pk, document=document, **{**seen(order), **overrides}, actor=actor())

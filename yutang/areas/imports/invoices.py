"""Invoices to issue to a file, a row for each thing on them, for the tax bureau's own system."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.imports import tables
from yutang.areas.imports.products.columns import Column
from yutang.areas.orders import queries_invoices, queries_list
from yutang.areas.orders.services import invoicing
from yutang.core import money

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from yutang.areas.imports.tables import Cell
    from yutang.core.access import Actor

COLUMNS = (
    Column("order_no", "订单号", "Order number"),
    Column("paid_at", "付款时间", "Paid at"),
    Column("store", "门店", "Store"),
    Column("kind", "抬头类型", "Invoice for"),
    Column("title", "发票抬头", "Invoice title"),
    Column("tax_no", "税号", "Tax number"),
    Column("email", "接收邮箱", "E-mail"),
    Column("goods", "商品名称", "Goods"),
    Column("spec", "规格型号", "Specification"),
    Column("sku_code", "规格编码", "SKU code"),
    Column("quantity", "数量", "Quantity", is_text=False),
    Column("amount", "金额（含税）", "Amount with tax", is_text=False),
    Column("total", "订单开票总额", "Invoice total", is_text=False),
)


def export(*, order_ids: Collection[int] | None, target: IO[bytes], is_csv: bool, actor: Actor) -> int:
    """Writes those that wait to be issued, of these orders only or all of them, the oldest first; how many orders.
    Whoever may issue them sees for whom they are (docs/decisions/0042-invoices.md)."""
    written = set[int]()
    headers = [column.label for column in COLUMNS]
    tables.write(headers=headers, rows=_rows(order_ids, written, actor), target=target, is_csv=is_csv)
    invoicing.record_export(count=len(written), actor=actor)
    return len(written)


def _rows(order_ids: Collection[int] | None, written: set[int], actor: Actor) -> Iterator[list[Cell]]:
    for page in queries_invoices.to_issue(actor, order_ids=order_ids):
        items = queries_list.items_of(whole.order.pk for whole in page)
        for whole in page:
            order, found = whole.order, whole.details
            written.add(order.pk)
            currency = order.shop.currency
            paid = timezone.localtime(order.paid_at).strftime("%Y-%m-%d %H:%M") if order.paid_at else ""
            head: list[Cell] = [
                order.order_no, paid, order.node.name, whole.invoice.get_kind_display(), found.title, found.tax_no,
                found.email,
            ]  # fmt: skip
            total = float(money.to_decimal(whole.due, currency))
            for line in queries_invoices.lines(order, items.get(order.pk, [])):
                item = line.item
                goods = (item.title, item.spec, item.sku_code) if item else (gettext("Freight"), "", "")
                yield [*head, *goods, line.quantity, float(money.to_decimal(line.amount, currency)), total]

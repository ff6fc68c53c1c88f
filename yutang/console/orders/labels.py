"""Words for what orders store as codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, pgettext

from yutang.areas.customers import platforms
from yutang.areas.orders.models import Invoice, Order
from yutang.ui.templatetags.ui import money

if TYPE_CHECKING:
    from yutang.areas.orders.models import OrderStep, SalesChannel
    from yutang.areas.orders.queries_shop import Whole

Status = Order.Status
COLOURS = {
    Status.UNPAID: "orange", Status.PAID: "blue", Status.PARTLY_SHIPPED: "blue", Status.SHIPPED: "azure",
    Status.COMPLETED: "green", Status.CLOSED: "secondary",
}  # fmt: skip


INVOICE_COLOURS = {
    Invoice.State.ASKED: "secondary", Invoice.State.WAITING: "orange", Invoice.State.ISSUED: "green",
    Invoice.State.TO_REVERSE: "red", Invoice.State.OVER: "secondary",
}  # fmt: skip


def tabs() -> dict[str, str]:
    return {
        "": gettext("All"), "unpaid": gettext("To pay"), "to_ship": gettext("To ship"),
        "to_pick_up": gettext("To pick up"), "to_receive": gettext("To receive"), "done": gettext("Completed"),
        "closed": gettext("Closed"),
    }  # fmt: skip


def to_ship() -> dict[str, str]:
    """The tab "To ship" by where it is done."""
    return {"to_ship": pgettext("channel", "Own shop"), "to_ship_elsewhere": gettext("Other channels")}


def invoice_tabs() -> dict[str, str]:
    return {
        "waiting": pgettext("invoice", "To be issued"), "to_reverse": gettext("To be reversed"),
        "issued": pgettext("invoice", "Issued"), "": gettext("All"),
    }  # fmt: skip


def payments() -> dict[str, str]:
    return {
        "paid": gettext("Paid"),
        "unpaid": gettext("Not paid"),
        "refunded": gettext("With a refund"),
    }


def channel(order: Order) -> str:
    return channel_name(order.channel)


def channel_name(row: SalesChannel) -> str:
    name = platforms.name(row.source)
    return f"{name} · {row.shop}" if row.shop and row.shop != name else name


def provider(code: str) -> str:
    own = {
        "wechatpay": gettext("WeChat Pay"), "alipay": gettext("Alipay"), "cash": gettext("Cash"),
        "sandbox": gettext("Sandbox payment"), "wallet": gettext("Balance"),
    }  # fmt: skip
    return own.get(code, code)


def closed_because(code: str) -> str:
    own = {
        "not_paid": gettext("not paid in time"), "by_staff": gettext("closed by staff"),
        "refunded": gettext("refunded in full"),
    }  # fmt: skip
    return own.get(code, code)


def step(row: OrderStep) -> tuple[str, str]:
    """Icon and title of a step of the history."""
    own: dict[str, tuple[str, Any]] = {
        "placed": ("shopping-cart", gettext("Placed")), "paid": ("report-money", gettext("Paid")),
        "shipped": ("upload", gettext("Shipped")), "corrected": ("pencil", gettext("Parcel corrected")),
        "picked_up": ("building-store", gettext("Picked up")),
        "completed": ("circle-check", gettext("Completed")), "closed": ("x", gettext("Closed")),
        "refunded": ("arrow-back-up", gettext("Refunded")), "noted": ("note", gettext("Note")),
        "repriced": ("pencil", gettext("Price changed")), "readdressed": ("map-pin", gettext("Address changed")),
        "extended": ("clock", gettext("More time for the receipt")),
        "invoice_asked": ("receipt", gettext("Invoice asked for")),
        "invoice_withdrawn": ("receipt", gettext("Request for an invoice withdrawn")),
        "invoice_issued": ("receipt", gettext("Invoice issued")),
        "invoice_reversed": ("receipt", gettext("Invoice reversed")),
    }  # fmt: skip
    return own.get(row.what, ("history", row.what))


def said(row: OrderStep, titles: dict[str, str], currency: str) -> str:
    """What a step says beyond its name; amounts stand beside it. `titles`: of parcels and pickups, by their number."""
    detail = row.detail
    if row.what == "shipped":
        return " · ".join(filter(None, [titles.get(f"parcel{detail.get('parcel')}"), detail.get("tracking_no")]))
    if row.what == "corrected" and "before" in detail:
        return " → ".join(detail[name] or gettext("Sent without a carrier") for name in ("before", "after"))
    if row.what == "picked_up":
        return titles.get(f"use{detail.get('use')}", "")
    if row.what == "closed":
        return closed_because(str(detail.get("because", "")))
    if row.what == "repriced":
        amounts = [money(detail[name], currency) for name in ("before", "after")]
        return " · ".join(filter(None, [" → ".join(amounts), detail["reason"]]))
    if row.what == "completed":
        return gettext("by itself, its time was over") if detail.get("because") == "time" else ""
    return str(detail.get("text") or detail.get("reason") or "")


def pieces(whole: Whole) -> dict[str, str]:
    """What each parcel and each handing over held: "2 × Cake"."""
    names = {str(priced.item.position): priced.item.shown_title for priced in whole.items}

    def listed(held: dict[str, int]) -> str:
        return ", ".join(f"{quantity} × {names.get(place, '?')}" for place, quantity in held.items())

    return {
        **{f"parcel{parcel.pk}": listed(parcel.pieces) for parcel in whole.parcels},
        **{f"use{use.pk}": listed(use.pieces) for use in whole.pickups},
    }

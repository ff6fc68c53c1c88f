"""Runs, counts and lines in the words of the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.customers import platforms
from yutang.areas.imports import queries
from yutang.areas.imports.failures import FILE_REASONS, ROW_REASONS
from yutang.areas.imports.layouts import LAYOUTS
from yutang.areas.imports.models import ImportRun
from yutang.areas.orders.models import Order, SaleLine
from yutang.core import crypto

if TYPE_CHECKING:
    from yutang.areas.imports.schema import RowError

COLOURS = {"uploaded": "azure", "queued": "blue", "running": "blue", "done": "green", "failed": "red"}
# count -> (label, what it means, icon, colour)
COUNTS: dict[str, tuple[Any, Any, str, str]] = {
    "orders": (_("Orders"), _("in the file, without unreadable rows"), "shopping-bag", "primary"),
    "orders_new": (_("New orders"), _("were not in the pool before"), "plus", "green"),
    "orders_updated": (_("Updated orders"), _("the file knows something newer"), "refresh", "azure"),
    "lines": (_("Lines"), _("goods, freight and refunds"), "list", "primary"),
    "duplicates": (_("Lines without change"), _("known already, or of orders not paid"), "circle-check", "secondary"),
    "customers_new": (_("New customers"), _("seen for the first time"), "user-plus", "green"),
    "customers_matched": (_("Customers recognised"), _("by phone, account or card"), "user-check", "azure"),
    "merged": (_("Customers united"), _("two people turned out to be one"), "git-merge", "azure"),
    "anonymous_lines": (_("Anonymous lines"), _("sales without a buyer we could recognise"), "user", "secondary"),
    "rejected": (_("Rejected rows"), _("could not be read; the rest is unaffected"), "file-alert", "orange"),
}


@dataclass(frozen=True)
class Figure:
    key: str
    label: str
    hint: str
    icon: str
    colour: str
    value: int


def figures(run: ImportRun) -> list[Figure]:
    """The counts with their explanations; rare ones only when there is something to say."""
    rare = {"merged", "rejected", "duplicates", "orders_updated"}
    return [
        Figure(key, str(label), str(hint), icon, colour, run.counts.get(key, 0))
        for key, (label, hint, icon, colour) in COUNTS.items()
        if key not in rare or run.counts.get(key)
    ]


def source_name(run: ImportRun) -> str:
    if run.layout in LAYOUTS:
        return queries.layout_name(run.layout)
    return platforms.name(run.source) or gettext("Own mapping") if run.mapping else gettext("Unknown layout")


def percent(run: ImportRun) -> float:
    if run.state == ImportRun.State.DONE:
        return 100
    return min(99.0, 100 * run.bytes_read / run.bytes_total) if run.bytes_total else 0


def decorate(run: ImportRun) -> ImportRun:
    """Everything a template asks of a run."""
    run.colour = COLOURS.get(run.state, "secondary")
    run.source_name = source_name(run)
    run.percent = percent(run)
    run.figures = figures(run)
    run.tally = {key: run.counts.get(key) for key in COUNTS}  # None: not counted yet
    run.failure = reason(run.error["code"], run.error.get("detail", "")) if run.error else ""
    run.can_go_on = run.state in (ImportRun.State.FAILED, ImportRun.State.CANCELLED) and run.chunks_done > 0
    run.is_readable = bool(run.layout or run.mapping)
    return run


def reason(code: str, detail: str = "") -> str:
    """Why a file cannot be read, in plain words."""
    text = gettext(FILE_REASONS[code]) if code in FILE_REASONS else code
    return f"{text} ({detail})" if detail else text


def errors(found: list[RowError]) -> list[dict[str, Any]]:
    return [
        {"row": e.row, "column": e.column, "reason": gettext(ROW_REASONS.get(e.code, e.code)), "value": e.value}
        for e in found
    ]


def lines(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Canonical lines for the table: translated words, one buyer column, nothing personal unmasked."""
    statuses, kinds = dict(Order.Status.choices), dict(SaleLine.Kind.choices)
    for line in found:
        line["status_label"] = statuses.get(line["status"], line["status"])
        line["kind_label"] = kinds.get(line["kind"], line["kind"])
        phone, email = line["phone"], line["email"]
        shown = [
            line["buyer_id"],
            crypto.mask_phone(phone) if phone else None,
            crypto.mask_email(email) if email else None,
            line["member_card"],
            line["unionid"] or line["external_userid"] or line["openid"],
        ]
        line["buyer"] = " · ".join(text for text in shown if text)
    return found

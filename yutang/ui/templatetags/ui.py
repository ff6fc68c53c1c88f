"""Components of the design system as template tags and filters; built into every template, no {% load %} needed."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal, format_percent
from django import forms, template
from django.core.serializers.json import DjangoJSONEncoder
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yutang.core import money as money_rules

if TYPE_CHECKING:
    from django.forms import BoundField

register = template.Library()
_HARMLESS = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An outline icon of the sprite; every name stands in ui/icons.txt."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2"'
        ' stroke-linecap="round" stroke-linejoin="round"><use href="{}#{}"/></svg>',
        css,
        static("vendor/icons.svg"),
        name,
    )


@register.filter
def structured(data: Any) -> SafeString:
    """schema.org data as search engines read it; like json_script, harmless whatever the texts are."""
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False).translate(_HARMLESS)
    return format_html('<script id="structured" type="application/ld+json">{}</script>', SafeString(text))


# -- figures ---------------------------------------------------------------------------------------------------------


@register.filter
def money(amount: int | None, currency: str) -> str:
    """`{{ order.amount|money:order.currency }}`: minor units to `¥1,234.50`."""
    return "–" if amount is None else money_rules.formatted(int(amount), currency, get_language() or "zh-hans")


@register.filter
def number(value: float | None, digits: int = 0) -> str:
    """Grouped by thousands in both languages: `12,345`."""
    if value is None:
        return "–"
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=_locale())


@register.filter
def percent(share: float | None, digits: int = 1) -> str:
    """A share between 0 and 1 as `12.3%`."""
    if share is None:
        return "–"
    return format_percent(share, format="#,##0" + ("." + "0" * digits if digits else "") + "%", locale=_locale())


def _locale() -> str:
    return "zh_Hans_CN" if (get_language() or "zh").startswith("zh") else "en"


# -- time ------------------------------------------------------------------------------------------------------------


@register.filter
def when(at: datetime | None) -> SafeString | str:
    """A UTC instant in the merchant's time zone (the request's current one): `2026-11-21 18:30`."""
    if at is None:
        return "–"
    here = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}" class="text-nowrap">{}</time>',
        here.isoformat(timespec="seconds"),
        here.strftime("%Y-%m-%d %H:%M:%S %Z"),
        here.strftime("%Y-%m-%d %H:%M"),
    )


@register.filter
def clock(at: datetime | None) -> str:
    """The time of day with seconds, for “data as of”."""
    return "–" if at is None else timezone.localtime(at).strftime("%H:%M:%S")


@register.filter
def day(value: datetime | date | None) -> str:
    """`2026-11-21`, in the merchant's time zone where it is an instant."""
    if value is None:
        return "–"
    return (timezone.localtime(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


# -- people ----------------------------------------------------------------------------------------------------------

_NOBODY = {"shop": pgettext_lazy("who did it", "Shop"), "system": _("System")}
# Areas that do something by themselves, or a job of theirs: "payments.send_refund".
_AREAS = {
    "payments": pgettext_lazy("who did it", "Payments (by itself)"),
    "ledger": pgettext_lazy("who did it", "Ledger (by itself)"),
    "orders": pgettext_lazy("who did it", "Orders (by itself)"),
    "bookings": pgettext_lazy("who did it", "Bookings (by itself)"),
    "membership": pgettext_lazy("who did it", "Membership (by itself)"),
    "points": pgettext_lazy("who did it", "Points (by itself)"),
    "wallet": pgettext_lazy("who did it", "Stored value (by itself)"),
    "missions": pgettext_lazy("who did it", "Tasks (by itself)"),
}  # fmt: skip
_JOB = re.compile(r"([a-z]+)(\.[a-z_]+)?")


@register.filter
def by(name: str) -> str:
    """Who did it: a colleague's name as it is, what no colleague did in the reader's language."""
    job = _JOB.fullmatch(name)
    return str(_NOBODY.get(name) or (_AREAS.get(job[1], name) if job else name))


# -- pieces ----------------------------------------------------------------------------------------------------------


@register.simple_tag
def badge(text: Any, colour: str = "secondary", icon_name: str = "") -> SafeString:
    """A quiet label: green (good), red (bad), orange (needs somebody), blue (running), secondary."""
    picture = format_html("{} ", icon(icon_name)) if icon_name else ""
    return format_html('<span class="badge bg-{}-lt">{}{}</span>', colour, picture, text)


@register.inclusion_tag("ui/stat.html")
def stat(
    label: str,
    value: Any,
    note: str = "",
    icon_name: str = "",
    colour: str = "primary",
    href: str = "",
    change: Any = None,
) -> dict[str, Any]:
    """A figure card. `change` is a share against the period before (0.12 is +12 %)."""
    return {
        "label": label, "value": value, "note": note, "icon_name": icon_name, "colour": colour, "href": href,
        "change": change, "change_size": None if change is None else abs(change),
    }  # fmt: skip


@register.inclusion_tag("ui/empty.html")
def empty(
    title: str, hint: str = "", icon_name: str = "ripple", action: str = "", href: str = "", tone: str = ""
) -> dict[str, Any]:
    """What stands where nothing is: says what to do next, with a button when `action` and `href` are given."""
    return {"title": title, "hint": hint, "icon_name": icon_name, "action": action, "href": href, "tone": tone}


@register.inclusion_tag("ui/progress.html")
def progress(
    poll: str = "", percent: float = 0, label: str = "", note: str = "", done: bool = False, failed: bool = False
) -> dict[str, Any]:
    """A bar that asks the address `poll` for its own replacement every second until `done` or `failed`."""
    return {
        "poll": poll, "percent": max(0, min(100, round(percent))), "label": label, "note": note,
        "done": done, "failed": failed,
    }  # fmt: skip


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def tabs(context: template.Context, entries: list[tuple[str, str]], active: str = "") -> dict[str, Any]:
    """Tabs that are addresses: `entries` are (address, label); the active one is `active` or the current path."""
    return {"entries": entries, "active": active or context["request"].path}


@register.inclusion_tag("ui/chart.html")
def chart(
    name: str,
    option: dict[str, Any],
    title: str,
    head: list[str] | None = None,
    rows: list[list[Any]] | None = None,
    height: str = "md",
) -> dict[str, Any]:
    """An ECharts picture with the same figures as a table for those who cannot see it.

    `option` is ECharts' JSON; `"formatter": {"yt": "percent" | "number" | "money", "currency": "CNY"}` names a
    formatter of app.js. An object, since a text may come from anybody.
    """
    return {"name": name, "option": option, "title": title, "head": head or [], "rows": rows or [], "height": height}


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, hint: str = "", label: str = "") -> dict[str, Any]:
    """A form field with its label, its errors beside it and its help."""
    widget = bound.field.widget
    kind = "check" if isinstance(widget, forms.CheckboxInput) else "text"
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        kind = "choices"
    css = {"check": "form-check-input", "choices": "form-check-input", "text": "form-control"}[kind]
    if isinstance(widget, forms.Select) and kind == "text":
        css = "form-select"
    attributes = {
        "class": " ".join(filter(None, [css, widget.attrs.get("class"), "is-invalid" if bound.errors else ""]))
    }
    if bound.errors:
        attributes["aria-describedby"] = f"{bound.auto_id}_error"
    if kind == "choices":  # each has a label of its own in the template
        widget.attrs |= attributes
    return {
        "bound": bound, "kind": kind, "widget": bound.as_widget(attrs=attributes), "hint": hint or bound.help_text,
        "label": label or bound.label,
    }  # fmt: skip

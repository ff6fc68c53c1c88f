"""Everything known of a person, for the person: a ZIP with the data as JSON and a page to read, in both languages."""

from __future__ import annotations

import json
import os
import zipfile
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop

from yutang.areas.customers.erasing import person
from yutang.areas.merchants import queries as merchants
from yutang.areas.privacy import registry
from yutang.areas.privacy.models import Request
from yutang.core import access, audit, clock, tenancy
from yutang.core.errors import NotFound

KEPT = timedelta(days=7)
LANGUAGES = ("zh-hans", "en")
_STYLE = "body{font:16px/1.6 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}table{border-collapse:collapse}"
_STYLE += "td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}div{overflow-x:auto}"

# Columns of all areas, as the readable page names them.
COLUMNS = {
    "number": gettext_noop("Number"), "name": gettext_noop("Name"), "gender": gettext_noop("Gender"),
    "birthday": gettext_noop("Birthday"), "country": gettext_noop("Country"), "province": gettext_noop("Province"),
    "city": gettext_noop("City"), "district": gettext_noop("District"), "address": gettext_noop("Address"),
    "first_source": gettext_noop("First source"), "accepts_marketing": gettext_noop("Accepts marketing"),
    "first_seen_at": gettext_noop("First seen"), "kind": gettext_noop("Kind"), "platform": gettext_noop("Platform"),
    "value": gettext_noop("Value"), "source": gettext_noop("Source"), "at": gettext_noop("Time"),
    "author": gettext_noop("Author"), "text": gettext_noop("Text"), "purpose": gettext_noop("Purpose"),
    "channel": gettext_noop("Channel"), "agreed": gettext_noop("Agreed"), "evidence": gettext_noop("Evidence"),
    "text_version": gettext_noop("Version of the text"), "order_no": gettext_noop("Order number"),
    "status": gettext_noop("Status"), "amount": gettext_noop("Amount"), "currency": gettext_noop("Currency"),
    "title": gettext_noop("Product"), "quantity": gettext_noop("Quantity"), "note": gettext_noop("Note"),
    "segment": gettext_noop("Segment"), "phone": gettext_noop("Phone"),
}  # fmt: skip


def place(merchant_id: int, request_id: int) -> Path:
    """Where a request's copy is stored."""
    return Path(settings.FILES) / "privacy" / str(merchant_id) / f"copy-{request_id}.zip"


def run(*, request_id: int, merchant_id: int) -> Request:
    """Puts the copy together. Done again, it writes the same file again."""
    with tenancy.scope(merchant_id):
        request = Request.objects.select_for_update().filter(pk=request_id, kind=Request.Kind.EXPORT).first()
        if request is None:
            raise NotFound
        someone = person(request.customer)
        path = place(merchant_id, request.pk)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}.part")
        merchant = merchants.current_merchant(merchant_id)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for language in LANGUAGES:
                with translation.override(language):
                    sections = {
                        heading: rows for holder in registry.holders() for heading, rows in holder.copy(someone).items()
                    }
                    archive.writestr(f"{language}.html", _page(merchant.name, sections))
                    if language == "en":
                        archive.writestr("data.json", _json(sections))
        draft.chmod(0o600)
        draft.replace(path)
        request.state, request.file = Request.State.DONE, str(path.relative_to(settings.FILES))
        request.done_at, request.expires_at = clock.now(), clock.now() + KEPT
        request.save(update_fields=["state", "file", "done_at", "expires_at"])
        actor = access.system(merchant_id, name=f"copy {request.pk}")
        audit.record(
            "privacy.copied", actor=actor, object_type="customer", object_id=request.customer_id,
            detail={"request": request.pk, "rows": sum(map(len, sections.values()))},
        )  # fmt: skip
    return request


def _json(sections: registry.Section) -> str:
    named = {heading.lower().replace(" ", "_"): rows for heading, rows in sections.items()}
    return json.dumps(named, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _page(merchant: str, sections: registry.Section) -> str:
    title = gettext("Your data at %(merchant)s") % {"merchant": merchant}
    made = gettext("Made on %(at)s") % {"at": timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M %Z")}
    body = "".join(_section(gettext(heading), rows) for heading, rows in sections.items())
    return (
        f'<!doctype html><html lang="{translation.get_language()}"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1><p>{escape(made)}</p>{body}</html>"
    )


def _section(heading: str, rows: list[dict[str, Any]]) -> str:
    if not rows:
        return f"<h2>{escape(heading)}</h2><p>{escape(gettext('Nothing is stored.'))}</p>"
    head = "".join(f"<th>{escape(gettext(COLUMNS.get(column, column)))}</th>" for column in rows[0])
    cells = ("".join(f"<td>{escape(_cell(value))}</td>" for value in row.values()) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<h2>{escape(heading)}</h2><div><table><tr>{head}</tr>{body}</table></div>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return str(value)

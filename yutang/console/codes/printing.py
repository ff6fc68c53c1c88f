"""Codes on paper: the picture of one, and a sheet of many."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from yutang.areas.interactions import codes
from yutang.console.access import page
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest

    from yutang.areas.interactions.models import Code

TYPES = {"svg": "image/svg+xml", "png": "image/png"}
PIXELS = 24  # of one module: 33 modules and the border make about 1,000, enough for 8 cm at 300 dpi
MOST = 240  # codes on the pages of one sheet


def link(request: HttpRequest, code: Code) -> str:
    return request.build_absolute_uri(reverse("links:scan", args=[code.slug]))


def svg(request: HttpRequest, code: Code) -> SafeString:
    """The picture for a page; it takes the size of its box."""
    drawn = _drawn(request, code).svg_inline(border=2, omitsize=True, svgclass="yc-code", lineclass=None)
    return mark_safe(drawn)  # noqa: S308  segno's own markup of squares


@page(codes.VIEW, methods=("GET",))
def picture(request: HttpRequest, code_id: int, kind: str) -> HttpResponse:
    code = codes.get(code_id, actor=request.actor)
    if kind not in TYPES:
        raise NotFound
    out = io.BytesIO()
    _drawn(request, code).save(out, kind=kind, scale=PIXELS, border=4)
    response = HttpResponse(out.getvalue(), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="code-{code.slug}.{kind}"'
    return response


@page(codes.VIEW)
def sheet(request: HttpRequest) -> HttpResponse:
    """A4 pages of the chosen codes with name and store. Choosing in the list posts; it changes nothing."""
    chosen = [int(text) for text in (request.POST or request.GET).getlist("ids") if text.isdecimal() and len(text) < 19]
    found = list(codes.visible(request.actor).filter(pk__in=chosen[:MOST], archived_at__isnull=True).order_by("id"))
    cards = [(code, svg(request, code)) for code in found]
    return render(request, "console/codes/sheet.html", {"cards": cards})


def _drawn(request: HttpRequest, code: Code) -> segno.QRCode:
    """Level M: readable with 15 % of it worn off."""
    return segno.make(link(request, code), error="m", micro=False)

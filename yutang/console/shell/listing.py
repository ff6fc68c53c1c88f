"""List pages: the whole page for a visit, only the results when htmx filters, sorts or turns pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils.cache import patch_vary_headers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST_COUNTED = 99  # of what waits somewhere
RESULTS = "results"  # id of the element that htmx replaces


def bounded(count: int) -> str:
    """Of what was counted up to a limit above `MOST_COUNTED`."""
    return str(count) if count <= MOST_COUNTED else f"{MOST_COUNTED}+"


def render_list(request: HttpRequest, template: str, rows: str, context: dict[str, Any]) -> HttpResponse:
    """`template` extends console/shell/list.html, `rows` extends ui/results.html; both get `context` with `page`."""
    partial = bool(request.headers.get("HX-Request")) and request.headers.get("HX-Target") == RESULTS
    response = render(request, rows if partial else template, {"rows_template": rows, **context})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response

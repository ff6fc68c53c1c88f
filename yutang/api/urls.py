"""Every address of the API goes through the door; only the OpenAPI document is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import URLPattern, re_path

from yutang.api import problems
from yutang.api.door import door
from yutang.api.service import api

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

app_name = "api"
PUBLIC = ("openapi-json",)
_DOCUMENT = api.get_openapi_schema(path_prefix="/")


def _unknown(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return problems.answer(404)


def _parameters(pattern: URLPattern) -> dict[str, frozenset[str]]:
    """Method → query parameters, as the OpenAPI document says."""
    address = f"/{pattern.pattern}".replace("<", "{").replace(">", "}")
    return {
        method.upper(): frozenset(p["name"] for p in operation.get("parameters", []) if p["in"] == "query")
        for method, operation in _DOCUMENT["paths"].get(address, {}).items()
    }


def _guarded(pattern: URLPattern) -> URLPattern:
    if pattern.name in PUBLIC:
        return pattern
    return URLPattern(pattern.pattern, door(pattern.callback, _parameters(pattern)), pattern.default_args, pattern.name)


urlpatterns = [*(_guarded(pattern) for pattern in api.urls[0]), re_path(r"^.*$", door(_unknown, {}), name="unknown")]

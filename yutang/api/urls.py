"""Every address of the API goes through the door; only the OpenAPI document is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import URLPattern, re_path

from yutang.api import bodies, problems
from yutang.api.door import door
from yutang.api.service import api

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

app_name = "api"
PUBLIC = ("openapi-json",)
_DOCUMENT = api.get_openapi_schema(path_prefix="/")


def _unknown(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return problems.answer(404)


def _guarded(pattern: URLPattern) -> URLPattern:
    """Behind the door, which learns from the OpenAPI document what may come in."""
    if pattern.name in PUBLIC:
        return pattern
    address = f"/{pattern.pattern}".replace("<", "{").replace(">", "}")
    operations = _DOCUMENT["paths"].get(address, {})
    parameters = {
        method.upper(): frozenset(p["name"] for p in operation.get("parameters", []) if p["in"] == "query")
        for method, operation in operations.items()
    }
    content = operations.get("post", {}).get("requestBody", {}).get("content", {})
    view = door(
        pattern.callback, parameters, takes_files="multipart/form-data" in content, takes_lines=bodies.LINES in content
    )
    return URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)


urlpatterns = [*(_guarded(pattern) for pattern in api.urls[0]), re_path(r"^.*$", door(_unknown, {}), name="unknown")]

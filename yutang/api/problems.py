"""Every refusal of the API as a problem document (RFC 9457), in the language of Accept-Language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext, gettext_noop
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yutang.core.errors import DomainError

CONTENT_TYPE = "application/problem+json"

_TITLES = {
    400: gettext_noop("This request cannot be understood"),
    401: gettext_noop("An API key is needed"),
    403: gettext_noop("This key may not do that"),
    404: gettext_noop("There is nothing here"),
    405: gettext_noop("This address does not answer that"),
    409: gettext_noop("That does not fit any more"),
    413: gettext_noop("That is too large"),
    415: gettext_noop("This kind of content is not read here"),
    422: gettext_noop("Something in it is not right"),
    429: gettext_noop("Too many requests"),
    500: gettext_noop("Something went wrong on our side"),
    503: gettext_noop("Too busy at this moment"),
}
_CODES = {
    400: "request.malformed", 401: "api_key.missing", 403: "access.not_allowed", 404: "not_found",
    405: "request.method_not_allowed", 413: "request.too_large", 415: "request.unsupported_media_type",
}  # fmt: skip

# pydantic's kinds of error -> our words; the parameters are pydantic's own (`ctx`).
_REASONS = {
    "missing": gettext_noop("This is needed."),
    "extra_forbidden": gettext_noop("There is no such field."),
    "string_type": gettext_noop("This must be text."),
    "string_too_short": gettext_noop("At least %(min_length)s characters."),
    "string_too_long": gettext_noop("At most %(max_length)s characters."),
    "int_parsing": gettext_noop("This must be a whole number."),
    "int_parsing_size": gettext_noop("This number is too large."),
    "int_type": gettext_noop("This must be a whole number."),
    "int_from_float": gettext_noop("This must be a whole number."),
    "greater_than_equal": gettext_noop("At least %(ge)s."),
    "less_than_equal": gettext_noop("At most %(le)s."),
    "enum": gettext_noop("One of: %(expected)s."),
    "literal_error": gettext_noop("One of: %(expected)s."),
    "bool_parsing": gettext_noop("This must be true or false."),
    "list_type": gettext_noop("This must be a list."),
    "too_long": gettext_noop("At most %(max_length)s entries."),
    "dict_type": gettext_noop("This must be an object."),
    "model_attributes_type": gettext_noop("This must be an object."),
    "model_type": gettext_noop("This must be an object."),
    "float_type": gettext_noop("This must be a number."),
    "string_pattern_mismatch": gettext_noop("This is not written as it should be (%(pattern)s)."),
    "datetime_type": gettext_noop("Write a time as 2026-03-01T08:00:00Z, with its offset."),
    "datetime_parsing": gettext_noop("Write a time as 2026-03-01T08:00:00Z, with its offset."),
    "datetime_from_date_parsing": gettext_noop("Write a time as 2026-03-01T08:00:00Z, with its offset."),
    "timezone_aware": gettext_noop("Write a time as 2026-03-01T08:00:00Z, with its offset."),
}


def invalid(code: str, message: str) -> PydanticCustomError:
    """For validators of our own types; `message` is a msgid."""
    return PydanticCustomError(code, message)


def answer(
    status: int,
    *,
    code: str = "",
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    code = code or _CODES.get(status, "error")
    title = gettext(_TITLES.get(status, gettext_noop("That did not work.")))
    document = {
        "type": f"urn:yutang:problem:{code}", "title": title, "status": status, "detail": detail or title,
        "code": code, "errors": errors or [],
    }  # fmt: skip
    response = HttpResponse(json.dumps(document, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)
    for name, value in (headers or {}).items():
        response[name] = value
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Yutang"'
    return response


def of(error: DomainError) -> HttpResponse:
    message = str(error)
    errors = [{"field": error.field, "code": error.code, "message": message}] if error.field else []
    return answer(error.status, code=error.code, detail=message, errors=errors)


def of_validation(found: list[dict[str, Any]]) -> HttpResponse:
    """`found` as pydantic tells it, with `loc` beginning with body, query or path."""
    errors = fields(found)
    detail = " ".join(f"{e['field']}: {e['message']}" for e in errors[:3])
    return answer(422, code="request.invalid", detail=detail, errors=errors)


def fields(found: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What is wrong, field by field, in the reader's language."""
    return [{"field": _field(e["loc"]), "code": str(e["type"]), "message": _reason(e)} for e in found]


def unknown_parameters(names: list[str]) -> HttpResponse:
    return of_validation([{"loc": ("query", name[:100]), "type": "extra_forbidden"} for name in names[:20]])


def _field(location: tuple[Any, ...]) -> str:
    """("body", "payload", "text") → text: the first part says where it came from, a body's second is our own name."""
    where, *path = location
    if where == "body":
        path = path[1:]
    return ".".join(str(part) for part in path) or str(where)


def _reason(error: dict[str, Any]) -> str:
    context = error.get("ctx") or {}
    message = _REASONS.get(str(error["type"]))
    if message is not None:
        return gettext(message) % context if context else gettext(message)
    if str(error["type"]).startswith("yutang."):
        message = error["msg"]
        return gettext(message)
    return gettext("This value cannot be used.")

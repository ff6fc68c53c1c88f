"""The door of every address of the API: key, bucket, scope of the merchant, one transaction, one execution.

A GET and a POST go the same way: the key is found and a token taken in a short transaction of its own; then the
merchant's scope is entered for the whole request, and an answer of 400 or above rolls everything back.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja.security import HttpBearer

from yutang.api import bodies, problems
from yutang.areas.openplatform import services
from yutang.areas.openplatform.errors import TooManyRequests
from yutang.core import idempotency, tenancy
from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from yutang.areas.openplatform.services import Admission

    View = Callable[..., HttpResponse]

KEY_HEADER = "Idempotency-Key"


class KeyAuth(HttpBearer):
    """Tells OpenAPI how to knock; the door below has let the request in before any operation runs."""

    def __call__(self, request: HttpRequest) -> Any:
        return getattr(request, "actor", None)

    def authenticate(self, request: HttpRequest, token: str) -> Any:  # noqa: ARG002
        return getattr(request, "actor", None)


def scoped(permission: str) -> Callable[[View], View]:
    """Marks an operation with the scope it needs, for the reader of the OpenAPI document, and refuses without it."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            request.actor.require(permission)
            return view(request, *args, **kwargs)

        guarded.__doc__ = f"{view.__doc__ or ''}\n\nScope: `{permission}`."
        guarded.scope = permission
        return guarded

    return decorate


def door(
    view: View, parameters: dict[str, frozenset[str]], *, takes_files: bool = False, takes_lines: bool = False
) -> View:
    """`parameters`: method → query parameters it knows; others are refused, so that no misspelt filter is ignored."""

    @csrf_exempt
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            admission = services.admit(_token(request))
        except DomainError as error:
            return problems.of(error)
        try:
            if admission.wait:
                raise TooManyRequests(limit=admission.limit, wait=admission.wait)
            response = _inside(
                request, admission, parameters, lambda: view(request, *args, **kwargs), takes_files, takes_lines
            )
        except DomainError as error:
            response = problems.of(error)
        response["RateLimit-Limit"] = str(admission.limit)
        response["RateLimit-Remaining"] = str(admission.remaining)
        response["RateLimit-Reset"] = str(admission.reset)
        response["Cache-Control"] = "no-store"
        if admission.wait:
            response["Retry-After"] = str(admission.wait)
        return response

    return guarded


def _token(request: HttpRequest) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _inside(
    request: HttpRequest,
    admission: Admission,
    parameters: dict[str, frozenset[str]],
    act: Callable[[], HttpResponse],
    takes_files: bool,
    takes_lines: bool,
) -> HttpResponse:
    bodies.check_query(request)
    bodies.check(request, takes_files=takes_files, takes_lines=takes_lines)
    known = parameters.get(request.method or "")
    if known is not None and (unknown := [name for name in request.GET if name not in known]):
        return problems.unknown_parameters(unknown)
    key = admission.key
    with tenancy.scope(key.merchant_id):
        request.api_key, request.merchant = key, key.merchant
        request.actor = services.actor_of(key, request.META.get("REMOTE_ADDR") or None)
        response = _once(request, act) if request.method == "POST" and KEY_HEADER in request.headers else act()
        if response.status_code >= 400:
            transaction.set_rollback(True)
    return response


def _once(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    live: list[HttpResponse] = []

    def kept() -> idempotency.Answer:
        live.append(act())
        text = live[0].content.decode()
        return idempotency.Answer(live[0].status_code, {"body": text, "type": live[0].headers["Content-Type"]})

    answer = idempotency.once(
        key=request.headers[KEY_HEADER],
        scope=f"api_key:{request.api_key.pk} POST {request.path_info}"[:80],
        body=request.fingerprint,
        act=kept,
    )
    if not answer.is_replay:
        return live[0]
    response = HttpResponse(answer.response["body"], status=answer.status, content_type=answer.response["type"])
    response["Idempotent-Replayed"] = "true"
    return response

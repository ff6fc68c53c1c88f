"""A page that depends on what was read and on nobody who looks: made once, then found by just that.

The data are the key and are read afresh once a moment (`settings.MOMENT`), so nothing has to be thrown away when
something changes: a crowd at one product costs a few reads a second, and a page for each change of its stock is not
made more often than that. What makes the page must ask for nothing else than the data, the brand, the language and the
address. The token against forged requests is each browser's own and is put in afterwards.
"""

from __future__ import annotations

import hashlib
import pickle
import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    Page = tuple[str, int]  # text, status
    Context = tuple[dict[str, Any], int]

_TOKEN = secrets.token_hex(16)  # stands for one; by chance, so that no text of a merchant can ask for the real one


def rendered(
    request: HttpRequest, template: str, data: Any, context: Callable[[], Context]
) -> HttpResponse:  # fmt: skip
    """`data`: what was read, to be pickled; `context` makes of it what the template gets, and the status."""
    key = _digest(template, _place(request), request.merchant, data)
    page = caches["pages"].get_or_set(key, lambda: _made(request, template, *context()))
    caches["moments"].set(_digest(_place(request)), page, settings.MOMENT)
    return _own(request, page)


def rendered_just_now(request: HttpRequest) -> HttpResponse | None:
    """What somebody was shown at this address within the last moment, if it is the same for everybody."""
    page = caches["moments"].get(_digest(_place(request)))
    return None if page is None else _own(request, page)


def _place(request: HttpRequest) -> tuple[str | None, ...]:
    return request.LANGUAGE_CODE, request.scheme, request.get_host(), request.path


def _digest(*parts: Any) -> str:
    return hashlib.blake2b(pickle.dumps(parts), digest_size=16).hexdigest()


def _made(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> Page:
    return render_to_string(template, context | {"csrf_token": _TOKEN}, request), status


def _own(request: HttpRequest, page: Page) -> HttpResponse:
    text, status = page
    return HttpResponse(text.replace(_TOKEN, get_token(request)), status=status)

"""A page that depends on what was read and on nobody who looks: made once, then found by just that.

The data are read afresh for each request and are the key, so nothing has to be thrown away when something changes. What
makes the page must ask for nothing else than the data, the brand, the language and the address. The token against
forged requests is each browser's own and is put in afterwards.
"""

from __future__ import annotations

import hashlib
import pickle
import secrets
from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

_TOKEN = secrets.token_hex(16)  # stands for one; by chance, so that no text of a merchant can ask for the real one


def rendered(
    request: HttpRequest, template: str, data: Any, context: Callable[[], tuple[dict[str, Any], int]]
) -> tuple[str, int]:  # fmt: skip
    """The page as text, and its status. `data`: what was read, to be pickled; `context` makes of it what the template
    gets, and the status."""
    place = (template, request.LANGUAGE_CODE, request.scheme, request.get_host(), request.path)
    key = hashlib.blake2b(pickle.dumps((place, request.merchant, data)), digest_size=16).hexdigest()
    page, status = caches["pages"].get_or_set(key, lambda: _made(request, template, *context()))
    return page.replace(_TOKEN, get_token(request)), status


def _made(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> tuple[str, int]:
    return render_to_string(template, context | {"csrf_token": _TOKEN}, request), status

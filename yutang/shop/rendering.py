"""A page that depends on what it shows and on nobody who looks: made once, then found by its own data.

The data are read afresh for each request and are the key, so nothing has to be thrown away when something changes; a
template that asks for more than its context, the brand, the language and the address must not come here. The token
against forged requests is each browser's own and is put in afterwards.
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
    from django.http import HttpRequest

_TOKEN = secrets.token_hex(16)  # stands for one; by chance, so that no text of a merchant can ask for the real one


def rendered(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    """The page as text. Whatever is in the context can be pickled."""
    place = (template, request.LANGUAGE_CODE, request.scheme, request.get_host(), request.path)
    key = hashlib.blake2b(pickle.dumps((place, context)), digest_size=16).hexdigest()
    page: str = caches["pages"].get_or_set(
        key, lambda: render_to_string(template, context | {"csrf_token": _TOKEN}, request)
    )
    return page.replace(_TOKEN, get_token(request))

"""Who is at the shop: a visitor known by a cookie, and the person once somebody has logged in.

Both cookies live below the address of one shop: brands of one installation learn nothing of each other's visitors. The
log-in is a signed cookie with the number of the identity; who is erased is logged out with it.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing

from yutang.areas.customers import queries as customers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Identity

VISITOR, LOGIN = "yt_visitor", "yt_shopper"
VISITOR_SECONDS, LOGIN_SECONDS = 365 * 24 * 3600, 30 * 24 * 3600
_VISITOR = re.compile(r"[0-9a-f]{32}")
_SALT = "yutang.shop.login"


@dataclass
class Shopper:
    """`visitor`: 32 hex digits of the browser. `identity`: the account somebody logged in with."""

    visitor: str
    identity: Identity | None = None
    is_new: bool = False  # the browser does not know its visitor yet

    @property
    def is_known(self) -> bool:
        return self.identity is not None

    @property
    def customer_id(self) -> int | None:
        return self.identity.customer_id if self.identity else None


def of(request: HttpRequest) -> Shopper:
    """One statement where a log-in is shown, else none. Inside the merchant's scope."""
    sent = request.COOKIES.get(VISITOR, "")
    is_known = _VISITOR.fullmatch(sent) is not None
    shopper = Shopper(sent if is_known else uuid.uuid4().hex, is_new=not is_known)
    if shown := request.COOKIES.get(LOGIN):
        shopper.identity = _logged_in(shown, request.merchant.pk)
    return shopper


def log_in(request: HttpRequest, identity: Identity) -> None:
    request.shopper.identity = identity
    request.sets_login = signed(request.merchant.pk, identity)


def signed(merchant_id: int, identity: Identity) -> str:
    """The log-in as a cookie carries it."""
    return signing.dumps([merchant_id, identity.pk], salt=_SALT)


def log_out(request: HttpRequest) -> None:
    """The browser becomes another visitor too: whoever uses it next inherits nothing."""
    request.shopper = Shopper(uuid.uuid4().hex, is_new=True)
    request.sets_login = ""


def remember(response: HttpResponse, request: HttpRequest) -> None:
    """Sets the cookies that the request has changed."""
    shopper: Shopper | None = getattr(request, "shopper", None)
    if shopper is None:
        return
    path = f"/s/{request.shop}/"
    common = {"path": path, "httponly": True, "samesite": "Lax", "secure": settings.HTTPS}
    if shopper.is_new:
        response.set_cookie(VISITOR, shopper.visitor, max_age=VISITOR_SECONDS, **common)
    login: str | None = getattr(request, "sets_login", None)
    if login:
        response.set_cookie(LOGIN, login, max_age=LOGIN_SECONDS, **common)
    elif login == "" or (shopper.identity is None and LOGIN in request.COOKIES):
        response.delete_cookie(LOGIN, path=path, samesite="Lax")


def _logged_in(shown: str, merchant_id: int) -> Identity | None:
    try:
        shop, identity_id = signing.loads(shown, salt=_SALT, max_age=LOGIN_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if shop != merchant_id:
        return None
    return customers.identity(identity_id)

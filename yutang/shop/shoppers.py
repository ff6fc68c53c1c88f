"""Who is at the shop: a visitor known by a cookie, and the person once somebody has logged in.

All cookies live below the address of one shop: brands of one installation learn nothing of each other's visitors. The
log-in is a signed cookie with the number of the identity and its generation: who is erased, or logs out everywhere, is
logged out with the next page. A second one of the same kind names the WeChat account that this browser belongs to.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing

from yutang.areas.customers import queries as customers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Identity

VISITOR, LOGIN, WECHAT = "yt_visitor", "yt_shopper", "yt_wechat"
VISITOR_SECONDS, LOGIN_SECONDS = 365 * 24 * 3600, 30 * 24 * 3600
_VISITOR = re.compile(r"[0-9a-f]{32}")


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
    shopper.identity = _named(request, LOGIN)
    return shopper


def log_in(request: HttpRequest, identity: Identity) -> None:
    request.shopper.identity = identity
    _changes(request)[LOGIN] = signed(request.merchant.pk, identity)


def belongs_to(request: HttpRequest, openid: Identity) -> None:
    """WeChat says whose browser this is."""
    _changes(request)[WECHAT] = signed(request.merchant.pk, openid, WECHAT)


def openid(request: HttpRequest, app_id: str) -> str:
    """The OpenID that WeChat gave this browser for the app, "" where it has not (yet). Inside the merchant's scope."""
    found = _named(request, WECHAT)
    is_of_app = found is not None and (found.kind, found.namespace) == ("openid", app_id)
    return found.value if found is not None and is_of_app else ""


def signed(merchant_id: int, identity: Identity, cookie: str = LOGIN) -> str:
    """An identity as a cookie carries it."""
    return signing.dumps([merchant_id, identity.pk, identity.login_generation], salt=f"yutang.shop.{cookie}")


def log_out(request: HttpRequest) -> None:
    """The browser becomes another visitor too: whoever uses it next inherits nothing."""
    request.shopper = Shopper(uuid.uuid4().hex, is_new=True)
    _changes(request).update({LOGIN: "", WECHAT: ""})


def remember(response: HttpResponse, request: HttpRequest) -> None:
    """Sets the cookies that the request has changed."""
    shopper: Shopper | None = getattr(request, "shopper", None)
    if shopper is None:
        return
    common = attributes(request)
    if shopper.is_new:
        response.set_cookie(VISITOR, shopper.visitor, max_age=VISITOR_SECONDS, **common)
    changes = _changes(request)
    if shopper.identity is None and LOGIN in request.COOKIES:
        changes.setdefault(LOGIN, "")
    for name, value in changes.items():
        if value:
            response.set_cookie(name, value, max_age=LOGIN_SECONDS, **common)
        else:
            response.delete_cookie(name, path=common["path"], samesite=common["samesite"])


def attributes(request: HttpRequest) -> dict[str, Any]:
    """Of every cookie of a shop."""
    return {"path": f"/s/{request.shop}/", "httponly": True, "samesite": "Lax", "secure": settings.HTTPS}


def _changes(request: HttpRequest) -> dict[str, str]:
    """Cookie → its new value, "" to delete it."""
    if not hasattr(request, "changed_cookies"):
        request.changed_cookies = {}
    changes: dict[str, str] = request.changed_cookies
    return changes


def _named(request: HttpRequest, cookie: str) -> Identity | None:
    """The identity that a cookie names, unless somebody has ended that since."""
    shown = request.COOKIES.get(cookie)
    if not shown:
        return None
    try:
        shop, identity_id, generation = signing.loads(shown, salt=f"yutang.shop.{cookie}", max_age=LOGIN_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return customers.logged_in(identity_id, generation) if shop == request.merchant.pk else None

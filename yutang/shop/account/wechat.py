"""Logging in with WeChat: over to WeChat's page, and back with a code.

What the browser asked for lies in a signed cookie of its own for the time it is away; the state that comes back must
be the one in there. So nobody can be logged in by an address that somebody else made, and the way back is our own.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core import signing
from django.utils.translation import gettext_noop

from yutang.areas.channels import services as channels
from yutang.areas.customers import queries as customers
from yutang.core import tenancy
from yutang.core.errors import DomainError
from yutang.shop import shoppers
from yutang.shop.account import agreeing
from yutang.shop.account.entering import enter
from yutang.shop.account.login import unagreed
from yutang.shop.door import address, inside, page, to

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.channels.services import Recognised
    from yutang.areas.customers.models import Identity

AWAY = "yt_away"
AWAY_SECONDS = 10 * 60


@dataclass(frozen=True)
class Away:
    """`next`: where the person was going."""

    state: str
    next: str
    wants_name: bool
    agreed: str = ""  # to which versions of the terms, of somebody who logs in


class NotAsked(DomainError):
    """The answer of WeChat belongs to no question of this browser, or to one that was answered."""

    code = "shop.not_asked"
    message = gettext_noop("This log-in was not begun in this browser, or is over. Please log in once more.")
    status = 403


@page(methods=("GET", "POST"))
def leave(request: HttpRequest) -> HttpResponse:
    """`name=1`: WeChat asks the person whether we may know their name; else they notice nothing. Strangers come with
    the log-in's form, in which they accept the terms."""
    said = request.POST or request.GET
    wanted, agreed = inside(request, said.get("next"), "me"), ""
    if not request.shopper.is_known:
        if request.method != "POST":
            return to(request, f"{address(request, 'login')}?{urlencode({'next': wanted})}")
        try:
            agreed = agreeing.ticked(request)
        except DomainError as error:
            return unagreed(request, error)
    away = Away(uuid.uuid4().hex, wanted, said.get("name") == "1", agreed)
    there = channels.authorise_url(
        redirect_uri=request.build_absolute_uri(address(request, "wechat_back")), state=away.state,
        wants_name=away.wants_name,
    )  # fmt: skip
    response = to(request, there)
    shown = signing.dumps([request.merchant.pk, asdict(away)], salt=AWAY)
    response.set_cookie(AWAY, shown, max_age=AWAY_SECONDS, **shoppers.attributes(request))
    return response


@page(is_atomic=False)
def back(request: HttpRequest) -> HttpResponse:
    away = _away(request)
    if away is None or away.state != request.GET.get("state"):
        raise NotAsked
    if not (away.agreed or request.shopper.is_known):  # who was logged in when they left, and is not any more
        raise agreeing.NotAgreed
    who = channels.recognise(code=request.GET.get("code", ""), wants_name=away.wants_name, actor=request.actor)
    shoppers.belongs_to(request, _somebody_else(request, who) or _enter(request, who, away.agreed))
    response = to(request, inside(request, away.next, "me"))
    response.delete_cookie(AWAY, path=shoppers.attributes(request)["path"], samesite="Lax")
    return response


def _enter(request: HttpRequest, who: Recognised, agreed: str) -> Identity:
    return enter(request, accounts=who.accounts, namespace=who.app_id, name=who.name, agreed=agreed)["openid"]


def _somebody_else(request: HttpRequest, who: Recognised) -> Identity | None:
    """The WeChat account, where it is known as another person's than who has logged in here: on a friend's phone one
    pays with the friend's WeChat, and stays oneself."""
    before = request.shopper.identity
    if before is None:
        return None
    with tenancy.scope(request.merchant.pk):
        known = customers.account("openid", who.app_id, who.openid, request.merchant.pk)
    return known if known is not None and known.customer_id != before.customer_id else None


def _away(request: HttpRequest) -> Away | None:
    try:
        shop, asked = signing.loads(request.COOKIES.get(AWAY, ""), salt=AWAY, max_age=AWAY_SECONDS)
    except signing.BadSignature:
        return None
    return Away(**asked) if shop == request.merchant.pk else None

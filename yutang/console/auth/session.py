"""Between password and second factor a person is pending, not logged in; the session says who and for how long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.urls import reverse

from yutang.areas.merchants import queries, services
from yutang.areas.merchants.errors import NoMerchant
from yutang.areas.merchants.models import User
from yutang.console.middleware import SESSION_KEY
from yutang.console.shell import navigation
from yutang.console.shell.context import SEVERAL_MERCHANTS
from yutang.console.shell.views import safe_next
from yutang.core import tenancy

if TYPE_CHECKING:
    from django.http import HttpRequest

PENDING_SECONDS = 600
_PENDING = "pending_login"


def begin(request: HttpRequest, user: User, wanted: str) -> None:
    """The password was right. A fresh session, so that one planted before is worth nothing."""
    request.session.flush()
    request.session[_PENDING] = {"user": user.pk, "until": int(time.time()) + PENDING_SECONDS, "next": wanted}


def pending(request: HttpRequest) -> User | None:
    state = request.session.get(_PENDING)
    if state is None or state["until"] < time.time():
        return None
    return User.objects.filter(pk=state["user"], is_active=True).first()


def finish(request: HttpRequest, user: User) -> str:
    """Logs in and returns where to go. The session key changes again."""
    wanted = (request.session.get(_PENDING) or {}).get("next", "")
    request.session.flush()
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if language in dict(settings.LANGUAGES) and language != user.language:
        services.account.choose_language(user=user, language=language)
    login(request, user)
    with tenancy.account_scope(user.pk):
        members = queries.memberships(user)
    if not members:
        request.session.flush()
        raise NoMerchant
    request.session[SEVERAL_MERCHANTS] = len(members) > 1
    if len(members) > 1:
        return f"{reverse('console:choose_merchant')}?{urlencode({'next': wanted})}"
    return enter(request, user, members[0].merchant_id, wanted)


def enter(request: HttpRequest, user: User, merchant_id: int, wanted: str) -> str:
    """Into one merchant; returns the wanted page, or the first one the person may see."""
    with tenancy.scope(merchant_id):
        actor = queries.actor_for(user, merchant_id, request.META.get("REMOTE_ADDR"))
        if actor is None:
            raise NoMerchant
        services.account.entered(actor=actor)
    request.session[SESSION_KEY] = merchant_id
    return safe_next(request, wanted, navigation.landing(actor) or reverse("console:account"))

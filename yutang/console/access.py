"""The door of every console page: log-in, permission, and errors that a person can understand.

    @page("customers.view")
    def customer_list(request): ...

`@page(None)` asks only for a log-in. Inside, `request.actor` and `request.merchant` are set and the merchant's scope is
entered. A `DomainError` becomes a translated answer with its status; what a failed POST wrote before it is rolled back.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.merchants import permissions
from yutang.console.shell import errors, navigation
from yutang.core.errors import DomainError, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    View = Callable[..., HttpResponse]

READS = {"GET", "HEAD", "OPTIONS"}


def page(permission: str | None, *, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """Marks and guards a view. `permission` stands in `merchants/permissions.py`; None means anybody logged in."""
    if permission is not None and permission not in permissions.PERMISSIONS:
        raise ValueError(f"unknown permission {permission}")
    allowed = {*methods, *({"HEAD"} if "GET" in methods else ())}

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_login(request)
            if request.actor is None:
                return redirect(f"{reverse('console:choose_merchant')}?{urlencode({'next': request.get_full_path()})}")
            if request.method not in allowed:
                return errors.answer(request, 405, gettext("This address does not answer %s.") % request.method)
            if _has_nul(request, kwargs):
                return errors.answer(request, 400, gettext("The request holds a character that cannot be stored."))
            try:
                if permission is not None:
                    request.actor.require(permission)
                if request.method in READS:
                    return view(request, *args, **kwargs)
                with transaction.atomic():
                    return view(request, *args, **kwargs)
            except NotAllowed as error:
                return _refused(request, error)
            except DomainError as error:
                return errors.answer(request, error.status, str(error), code=error.code)

        guarded.permission = permission
        guarded.is_guarded = True
        return guarded

    return decorate


def to_login(request: HttpRequest) -> HttpResponse:
    """The log-in page, which leads back here. An htmx request makes the whole page go there."""
    is_htmx = bool(request.headers.get("HX-Request"))
    wanted = request.headers.get("HX-Current-URL", "/") if is_htmx else request.get_full_path()
    address = f"{reverse('console:login')}?{urlencode({'next': wanted})}"
    if is_htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _refused(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    """The front door leads people without the home page to the first page they may see."""
    landing = navigation.landing(request.actor)
    if request.path == "/" and landing not in (None, "/"):
        return redirect(landing)
    label = permissions.PERMISSIONS.get(error.params.get("permission", ""), "")
    return errors.answer(request, 403, str(error), code=error.code, missing=gettext(label) if label else "")


def _has_nul(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    """PostgreSQL cannot store U+0000; no form needs it."""
    sent = [*request.GET.lists(), *(request.POST.lists() if request.method == "POST" else ())]
    values = [text for key, texts in sent for text in (key, *texts)]
    values += [value for value in kwargs.values() if isinstance(value, str)]
    return any("\x00" in value for value in values)

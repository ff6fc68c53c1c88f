"""The door of every page of the shop: which brand, who is there, and errors that a person can understand.

    @page()
    def home(request): ...

Inside, `request.merchant`, `request.shopper` and `request.actor` are set and the merchant's scope is entered, one
transaction a request. `@page(login=True)` leads strangers to the log-in and back. `@page(is_atomic=False)` is for views
that talk to somebody else in between: they enter the scope themselves.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_noop

from yutang.areas.merchants import queries as merchants
from yutang.core import access, tenancy
from yutang.core.errors import DomainError, NotFound
from yutang.shop import shoppers
from yutang.shop.rendering import rendered, rendered_just_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from yutang.core.questions import Answers

    View = Callable[..., HttpResponse]

LARGEST_ID = 2**63 - 1
_TITLES = {
    404: gettext_noop("This page is gone"),
    405: gettext_noop("This address does not answer that"),
    429: gettext_noop("A little slower, please"),
}


def page(
    *, login: bool = False, methods: tuple[str, ...] = ("GET",), is_atomic: bool = True
) -> Callable[[View], View]:  # fmt: skip
    """Marks and guards a view of the shop; its first argument after the request is not the shop's slug any more."""
    allowed = {*methods, *({"HEAD"} if "GET" in methods else ())}

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, shop: str, **kwargs: Any) -> HttpResponse:
            request.shop, request.merchant = shop, None
            response = _just_now(request)
            if response is not None:
                return _sent(request, response)
            try:
                with merchants.shop(shop) as request.merchant:
                    if (wrong := _wrong(request, allowed)) is not None:
                        return wrong
                    request.actor = access.system(request.merchant.pk, name="shop")
                    request.shopper = shoppers.of(request)
                    if login and not request.shopper.is_known:
                        response = to_login(request)
                    elif is_atomic:
                        response = _answered(request, view, kwargs)
                if response is None:
                    response = _answered(request, view, kwargs)
            except DomainError as error:  # the transaction has been rolled back
                with tenancy.scope(request.merchant.pk), _time_of(request):
                    response = refused(request, error.status, str(error))
            return _sent(request, response)

        guarded.is_guarded = True
        guarded.permission = None
        return guarded

    return decorate


@page(methods=("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
def nowhere(request: HttpRequest) -> HttpResponse:
    """Whatever else is asked below a shop's address."""
    del request
    raise NotFound


def shown(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page or a fragment of it. What every page needs stands in `base.html` as `shop`, `merchant` and `shopper`."""
    frame = {"shop": request.shop, "merchant": request.merchant, "shopper": getattr(request, "shopper", None)}
    return render(request, template, frame | context, status=status)


def shown_to_all(
    request: HttpRequest, template: str, told: Answers, context: Callable[[Answers], tuple[dict[str, Any], int]]
) -> HttpResponse:  # fmt: skip
    """A page that is the same for everybody, found by what was told (`rendering`); it has no `shopper`. `context` makes
    of it what the template gets, and the status."""
    frame = {"shop": request.shop, "merchant": request.merchant}

    def made() -> tuple[dict[str, Any], int]:
        own, status = context(told)
        return frame | own, status

    return rendered(request, template, told.texts, made)


def address(request: HttpRequest, name: str, *args: Any) -> str:
    """Of a page of the same shop."""
    return reverse(f"shop:{name}", args=[request.shop, *args])


def inside(request: HttpRequest, wanted: str | None, otherwise: str) -> str:
    """An address that a form carried along, if it is a page of this very shop; else that of the page `otherwise`."""
    home, asked = address(request, "home"), str(wanted)
    is_below = asked.startswith(home) and "/.." not in unquote(asked)  # browsers go up for %2e%2e, too
    is_ours = is_below and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return iri_to_uri(asked) if is_ours else address(request, otherwise)


def to(request: HttpRequest, where: str) -> HttpResponse:
    """Leads on, also when htmx asked."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    return HttpResponse(status=303, headers={"Location": where})


def to_login(request: HttpRequest) -> HttpResponse:
    """The log-in page, which leads back here."""
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else address(request, "me")
    return to(request, f"{address(request, 'login')}?{urlencode({'next': wanted})}")


def refused(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """The error page, or a toast when htmx asked."""
    context = {
        "shop": request.shop, "merchant": request.merchant, "message": message, "status": status,
        "title": gettext(_TITLES.get(status, DomainError.message)),
    }  # fmt: skip
    if request.headers.get("HX-Request"):
        headers = {"HX-Retarget": "#toast", "HX-Reswap": "innerHTML", "HX-Push-Url": "false"}
        return HttpResponse(render(request, "shop/_toast.html", context).content, status=status, headers=headers)
    return render(request, "shop/error.html", context, status=status)


def _just_now(request: HttpRequest) -> HttpResponse | None:
    """A page that is the same for everybody, for a stranger who asks within a moment of another: nothing is read."""
    if request.method != "GET" or shoppers.LOGIN in request.COOKIES:
        return None
    response = rendered_just_now(request)
    if response is not None:
        request.shopper = shoppers.of(request)
    return response


def _sent(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if "public" not in response.headers["Cache-Control"]:  # a cache would hand the cookies on with its copy
        shoppers.remember(response, request)
    return response


def _answered(request: HttpRequest, view: View, kwargs: dict[str, Any]) -> HttpResponse:
    if any(isinstance(value, int) and value > LARGEST_ID for value in kwargs.values()):
        raise NotFound  # before a statement compares whole tables with it
    with _time_of(request):
        return view(request, **kwargs)


def _time_of(request: HttpRequest) -> timezone.override:
    return timezone.override(ZoneInfo(request.merchant.timezone))


def _wrong(request: HttpRequest, allowed: set[str]) -> HttpResponse | None:
    """Why nobody looks at what was asked."""
    if request.merchant is None:
        return refused(request, 404, gettext("There is no shop at this address."))
    if request.method not in allowed:
        return refused(request, 405, gettext("This address does not answer %s.") % request.method)
    if _has_nul(request):
        return refused(request, 400, gettext("The request holds a character that cannot be stored."))
    return None


def _has_nul(request: HttpRequest) -> bool:
    """PostgreSQL cannot store U+0000; no form needs it."""
    sent = [*request.GET.lists(), *(request.POST.lists() if request.method == "POST" else ())]
    return any("\x00" in text for key, texts in sent for text in (key, *texts))

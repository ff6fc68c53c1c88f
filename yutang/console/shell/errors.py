"""Error pages, and the same as a toast for htmx requests. Also Django's handlers for 400, 403, 404 and 500."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext

from yutang.console.shell import navigation

if TYPE_CHECKING:
    from django.http import HttpRequest


def _titles() -> dict[int, str]:
    return {
        400: gettext("This request cannot be understood"),
        403: gettext("You may not see this page"),
        404: gettext("This page does not exist"),
        405: gettext("This address does not answer that"),
        409: gettext("That does not fit any more"),
        413: gettext("That is too large"),
        422: gettext("Something in it is not right"),
        429: gettext("Too many attempts"),
        500: gettext("Something went wrong on our side"),
    }


def answer(
    request: HttpRequest, status: int, message: str, *, code: str = "", missing: str = "", **context: Any
) -> HttpResponse:
    """The error page, or a toast when htmx asked. `missing` names the permission that is lacking."""
    actor = getattr(request, "actor", None)
    shown = {
        "status": status,
        "title": _titles().get(status) or gettext("That did not work."),
        "message": message,
        "code": code,
        "missing": missing,
        "landing": navigation.landing(actor) if actor else None,
        **context,
    }
    if request.headers.get("HX-Request"):
        response = render(request, "ui/toast.html", {"level": "error", "message": message}, status=status)
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "beforeend"
        response["HX-Push-Url"] = "false"
        return response
    return render(request, "console/shell/error.html", shown, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 400, gettext("Go back and try again; nothing was changed."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 403, gettext("Ask an owner of your company for access."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, 404, gettext("It may have been removed, or you may not see it."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, 403, gettext("The page was open for too long. Reload it and try again."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs no database, no session and no context processor: any of them may be what failed."""
    return HttpResponse(loader.get_template("console/shell/500.html").render(), status=500)

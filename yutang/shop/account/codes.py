"""The form in which a phone is proved by a code: sent to it, then typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yutang.areas.messaging import services as messaging
from yutang.areas.messaging.errors import WrongCode
from yutang.core.errors import DomainError
from yutang.shop.door import shown
from yutang.shop.forms import CodeForm, PhoneForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TEMPLATE = "shop/account/_code.html"


def send(request: HttpRequest, *, purpose: str, whole: str, context: dict[str, Any]) -> HttpResponse:
    """Sends a code; shows the form anew, or without htmx the `whole` page. Call outside any transaction."""
    form = PhoneForm(request.POST)
    sent = None
    if form.is_valid():
        try:
            sent = messaging.send_code(
                phone=form.cleaned_data["phone"], purpose=purpose, visitor=request.shopper.visitor,
                ip=request.META.get("REMOTE_ADDR", ""), actor=request.actor,
            )  # fmt: skip
        except DomainError as error:
            form.add_error("phone", str(error))
    context = {**context, "form": form, "sent": sent, "is_sent": sent is not None, "shown": sent.shown if sent else ""}
    template = TEMPLATE if request.headers.get("HX-Request") else whole
    return shown(request, template, context, status=200 if sent else 422)


def checked(request: HttpRequest, *, purpose: str) -> tuple[CodeForm, str]:
    """The form, and the phone that is proved by it; else "" and the form says why not. In a transaction of its own: a
    wrong code counts although nothing else happens."""
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            return form, messaging.check_code(
                phone=form.cleaned_data["phone"], purpose=purpose, code=form.cleaned_data["code"].strip(),
                visitor=request.shopper.visitor, actor=request.actor,
            )  # fmt: skip
        except DomainError as error:
            form.is_over = not isinstance(error, WrongCode)
            form.add_error(error.field if error.field in form.fields else "code", str(error))
    return form, ""


def again(request: HttpRequest, form: CodeForm) -> dict[str, Any]:
    """The form after a code that was not right. In the sandbox the code stands there until it is over."""
    shown = request.POST.get("shown", "")
    is_code = len(shown) == 6 and shown.isascii() and shown.isdecimal()
    return {"form": form, "is_sent": True, "shown": shown if is_code and not form.is_over else ""}

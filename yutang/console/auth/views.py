"""Logging in, in order: password, second factor, merchant. And out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyotp
import segno
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from yutang.areas.merchants import queries
from yutang.areas.merchants.errors import LinkExpired, NoMerchant
from yutang.areas.merchants.services import account
from yutang.console.auth import session
from yutang.console.auth.forms import CodeForm, LoginForm, NewPasswordForm
from yutang.console.shell import errors, navigation
from yutang.console.shell.views import safe_next
from yutang.core import tenancy
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.merchants.models import User


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    wanted = safe_next(request, request.POST.get("next") or request.GET.get("next"), "")
    if request.actor is not None and request.method == "GET":
        return redirect(wanted or navigation.landing(request.actor) or "console:account")
    form = LoginForm(request.POST or None)
    if form.is_valid():
        with errors_of(form):
            user = account.check_password(**form.cleaned_data, ip=request.META.get("REMOTE_ADDR"))
            session.begin(request, user, wanted)
            if user.totp_confirmed_at:
                return redirect("console:login_code")
            if queries.must_have_factor(user):
                return redirect("console:login_enrol")
            return redirect(session.finish(request, user))
    return _render(request, "login.html", form, next=wanted)


@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    user = session.pending(request)
    if user is None or not user.totp_confirmed_at:
        return redirect("console:login")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        with errors_of(form):
            account.use_factor(user=user, code=form.cleaned_data["code"], ip=request.META.get("REMOTE_ADDR"))
            return redirect(session.finish(request, user))
    return _render(request, "code.html", form, user=user)


@never_cache
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """The forced set-up at the first log-in."""
    user = session.pending(request)
    if user is None or user.totp_confirmed_at:
        return redirect("console:login")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        with errors_of(form):
            codes = account.confirm_factor(
                user=user, code=form.cleaned_data["code"], ip=request.META.get("REMOTE_ADDR")
            )
            return render(
                request, "console/auth/recovery.html", {"codes": codes, "onwards": session.finish(request, user)}
            )
    return _render(request, "enrol.html", form, **enrolment(user))


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    if request.actor is not None:
        account.left(actor=request.actor)
    logout(request)
    return redirect("console:login")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def choose_password(request: HttpRequest, user_id: int, token: str) -> HttpResponse:
    """Behind the one-time link that a colleague handed over."""
    try:
        user = account.user_of_link(user_id=user_id, token=token)
    except LinkExpired as error:
        return errors.answer(request, error.status, str(error), code=error.code)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        with errors_of(form):
            try:
                account.use_link(user_id=user_id, token=token, password=form.cleaned_data["password"])
            except LinkExpired as error:
                return errors.answer(request, error.status, str(error), code=error.code)
            messages.success(request, gettext("Your password is set. Log in with it."))
            return redirect("console:login")
    return _render(request, "choose_password.html", form, user=user)


@never_cache
@require_http_methods(["GET", "POST"])
def choose_merchant(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("console:login")
    with tenancy.account_scope(request.user.pk):
        members = queries.memberships(request.user)
    wanted = safe_next(request, request.POST.get("next") or request.GET.get("next"), "")
    chosen = {str(member.merchant_id): member for member in members}.get(request.POST.get("merchant", ""))
    if request.method == "POST" and chosen is not None:
        try:
            return redirect(session.enter(request, request.user, chosen.merchant_id, wanted))
        except NoMerchant as error:
            return errors.answer(request, error.status, str(error), code=error.code)
    status = 422 if request.method == "POST" else 200
    return render(request, "console/auth/merchants.html", {"members": members, "next": wanted}, status=status)


def enrolment(user: User) -> dict[str, Any]:
    """The QR code that an authenticator app scans, and the key to type where it cannot."""
    secret = account.begin_factor(user=user)
    address = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="Yutang")
    picture = segno.make(address, error="m").svg_inline(scale=5, border=2, dark="#0b2b36", light="#fff", omitsize=True)
    return {"qr": picture, "key": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), "user": user}


def _render(request: HttpRequest, template: str, form: Any, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, f"console/auth/{template}", {"form": form, **context}, status=status)

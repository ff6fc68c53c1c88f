"""A person's own page: password and second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from yutang.areas.merchants import queries
from yutang.areas.merchants.services import account as service
from yutang.console.access import page
from yutang.console.auth.forms import ChangePasswordForm, CodeForm
from yutang.console.auth.views import enrolment
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
@page(None, methods=("GET",))
def overview(request: HttpRequest) -> HttpResponse:
    return _show(request)


@sensitive_post_parameters()
@page(None, methods=("POST",))
def password(request: HttpRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        with errors_of(form):
            try:
                service.check_password(
                    email=request.user.email, password=values["current"], ip=request.META.get("REMOTE_ADDR")
                )
            except service.WrongCredentials:
                form.add_error("current", gettext("This is not your current password."))
            else:
                service.set_password(user=request.user, password=values["password"], actor=request.actor)
                update_session_auth_hash(request, request.user)
                messages.success(request, gettext("Your password is changed; other sessions have ended."))
                return redirect("console:account")
    return _show(request, password_form=form)


@never_cache
@page(None)
def factor(request: HttpRequest) -> HttpResponse:
    """Sets a second factor up by choice; turns it off with a code where no rule asks for it."""
    form = CodeForm(request.POST or None)
    code = form.cleaned_data["code"] if form.is_valid() else ""
    if request.user.totp_confirmed_at:
        if code:
            with errors_of(form):
                service.turn_factor_off(user=request.user, code=code, actor=request.actor)
                messages.success(request, gettext("The second factor is off."))
                return redirect("console:account")
        return _show(request, code_form=form) if form.is_bound else redirect("console:account")
    if code:
        with errors_of(form):
            codes = service.confirm_factor(user=request.user, code=code, ip=request.actor.ip)
            return render(request, "console/auth/recovery.html", {"codes": codes, "onwards": "/account"})
    context = {"form": form, **enrolment(request.user), "by_choice": True}
    return render(request, "console/auth/enrol.html", context, status=422 if form.is_bound else 200)


@page(None, methods=("POST",))
def recovery(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        with errors_of(form):
            codes = service.renew_recovery_codes(user=request.user, code=form.cleaned_data["code"], actor=request.actor)
            return render(request, "console/auth/recovery.html", {"codes": codes, "onwards": "/account"})
    return _show(request, code_form=form)


def _show(request: HttpRequest, **forms: Any) -> HttpResponse:
    context = {
        "password_form": ChangePasswordForm(),
        "code_form": CodeForm(),
        "must_have_factor": queries.must_have_factor(request.user),
        "recovery_left": len(request.user.recovery_hashes),
        **forms,
    }
    return render(request, "console/auth/account.html", context, status=422 if forms else 200)

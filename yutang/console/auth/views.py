"""Logging in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yutang.console.access import page

if TYPE_CHECKING:
    from django.http import HttpRequest


def log_in(request: HttpRequest) -> HttpResponse:
    return render(request, "console/shell/bare.html")


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("console:login")


def choose_merchant(request: HttpRequest) -> HttpResponse:
    return render(request, "console/shell/bare.html")


@page(None)
def account(request: HttpRequest) -> HttpResponse:
    return render(request, "console/shell/base.html")

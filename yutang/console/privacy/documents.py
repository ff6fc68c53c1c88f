"""The terms of use and the privacy policy of the shop: written here, accepted by shoppers at the log-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from yutang.areas.privacy import documents
from yutang.areas.privacy.models import Purpose
from yutang.console.access import page
from yutang.console.privacy.forms import DocumentForm
from yutang.console.privacy.tabs import tabs
from yutang.ui.forms import errors_of
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@page("privacy.view")
def terms(request: HttpRequest) -> HttpResponse:
    return _document(request, Purpose.TERMS)


@page("privacy.view")
def policy(request: HttpRequest) -> HttpResponse:
    return _document(request, Purpose.POLICY)


def _document(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    current = documents.current(purpose)
    form = DocumentForm(request.POST or None, initial={"text": current.text, "text_en": current.text_en})
    if request.method == "POST":
        request.actor.require("privacy.manage")
        if form.is_valid():
            with errors_of(form):
                documents.save(purpose=purpose, **form.cleaned_data, actor=request.actor)
                messages.success(request, gettext("Text saved as a new version."))
                return redirect(f"console:privacy_{purpose}")
    context = {
        "form": form, "current": current, "is_draft": current.version == documents.DRAFT, "purpose": purpose,
        "page": page_of(documents.history(purpose), request, size=20), "tabs": tabs(request),
        "may_write": request.actor.may("privacy.manage") and request.actor.nodes("privacy.manage") is None,
    }  # fmt: skip
    return render(request, "console/privacy/document.html", context, status=422 if form.is_bound else 200)

"""Terms of use and privacy policy: to be read by everybody, and to be accepted by a tick when somebody logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, gettext_noop

from yutang.areas.privacy import documents
from yutang.areas.privacy.models import DOCUMENTS, Purpose
from yutang.core import tenancy
from yutang.core.errors import DomainError
from yutang.shop.door import page, shown

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.customers.models import Identity


class NotAgreed(DomainError):
    """Somebody came without the tick."""

    code = "shop.not_agreed"
    message = gettext_noop("Please read and accept the terms of use and the privacy policy first.")
    status = 422


class TermsChanged(DomainError):
    """What was accepted is not what holds now."""

    code = "shop.terms_changed"
    message = gettext_noop("The terms have changed meanwhile. Please read and accept them once more.")
    status = 409


@page()
def terms(request: HttpRequest) -> HttpResponse:
    return _document(request, Purpose.TERMS)


@page()
def policy(request: HttpRequest) -> HttpResponse:
    return _document(request, Purpose.POLICY)


def context(request: HttpRequest) -> dict[str, Any]:
    """What the tick stands for, and whether it is set. Inside the merchant's scope."""
    asked = _written(documents.versions())
    return {"asked": asked, "is_agreed": request.POST.get("agreed") == asked}


def ticked(request: HttpRequest) -> str:
    """What was accepted: the versions of both texts. NotAgreed, TermsChanged. Enters the merchant's scope."""
    said: str = request.POST.get("agreed", "")
    with tenancy.scope(request.merchant.pk):
        now = _written(documents.versions())
    if not said:
        raise NotAgreed
    if said != now:
        raise TermsChanged
    return said


def note(request: HttpRequest, identity: Identity, agreed: str) -> None:
    """Into the log of consents: who, to which versions, by which page. In the transaction of the log-in."""
    versions = dict(zip(DOCUMENTS, map(int, agreed.split(".")), strict=True))
    documents.agree(
        customer_id=identity.customer_id, seen=versions, evidence=request.path[:500], actor=request.actor
    )  # fmt: skip


def _written(versions: dict[str, int]) -> str:
    return ".".join(str(versions[purpose]) for purpose in DOCUMENTS)


def _document(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    found = documents.current(purpose)
    text = found.text_en if get_language() == "en" and found.text_en else found.text
    return shown(request, "shop/account/document.html", {"title": purpose.label, "text": text, "found": found})

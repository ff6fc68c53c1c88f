"""Notices of payment services: verified, acted on once, answered as the service wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from yutang.areas.payments import providers, services
from yutang.areas.payments.errors import AmountDiffers, NotOurs, UnknownProvider
from yutang.areas.payments.models import Notice
from yutang.core import access, logs, tenancy
from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from django.http import HttpRequest

LONGEST_BODY = 64 * 1024
_HIGHEST = 2**63 - 1  # of ids
_REFUSED = {Notice.Outcome.UNKNOWN: NotOurs, Notice.Outcome.AMOUNT_DIFFERS: AmountDiffers}

log = logs.get(__name__)


@csrf_exempt
@require_POST
def notify(request: HttpRequest, provider: str, merchant_id: int) -> HttpResponse:
    """Whatever is refused is logged, and comes again while the service hopes."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
        return HttpResponse(status=413)
    try:
        service = providers.remote(provider)
    except UnknownProvider:
        return HttpResponse(status=404)
    if merchant_id > _HIGHEST:
        return HttpResponse(status=404)
    try:
        told = service.read_notice(merchant_id, request.headers, request.body)
        if told is not None:
            _act(provider, told, merchant_id)
    except DomainError as error:
        log.warning("payments.notice_refused", provider=provider, merchant=merchant_id, error=error.code)
        answer = service.answer(error.code, error.status)
    else:
        answer = service.answer()
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)


def _act(provider: str, told: providers.Told, merchant_id: int) -> None:
    """NotOurs, AmountDiffers: both after the notice has been kept."""
    with tenancy.scope(merchant_id):
        actor = access.system(merchant_id, f"payments.{provider}")
        outcome = services.receive(provider=provider, told=told, actor=actor)
    if outcome in _REFUSED:
        raise _REFUSED[outcome](no=told.said.no)

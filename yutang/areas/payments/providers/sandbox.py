"""Play money for the demo and for trying a shop out: a page of our own asks whether to pay, and says so in a notice
that is signed like a real one."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from yutang.areas.payments.errors import ForgedNotice, UnknownProvider
from yutang.areas.payments.models import Refund, Tender
from yutang.areas.payments.payables import Due
from yutang.areas.payments.providers import Paid, Payer, Refunded, Started, Told
from yutang.core import clock


class Sandbox:
    key = "sandbox"
    label = gettext_noop("Sandbox (no real money)")
    is_local = True

    def offers(self, method: str) -> bool:
        return settings.SANDBOX and not method

    def start(self, tender: Tender, *, due: Due, return_url: str, payer: Payer) -> Started:
        del payer
        return Started(client={"kind": "sandbox", "no": tender.no, "subject": due.subject, "return_url": return_url})

    def ask(self, tender: Tender) -> Paid | None:
        del tender  # it pays by notice only
        return None

    def close(self, tender: Tender) -> None:
        """The page looks at the tender before it pays."""

    def refund(self, refund: Refund) -> Refunded | None:
        return Refunded(refund.no, f"SBR{refund.no}", refund.amount, has_succeeded=True, at=clock.now())

    def ask_refund(self, refund: Refund) -> Refunded | None:
        return self.refund(refund)


def notice(tender: Tender) -> tuple[bytes, str]:
    """Body and signature of the notice that the sandbox's page sends when somebody pays. UnknownProvider where play
    money is none any more."""
    if not settings.SANDBOX:
        raise UnknownProvider(field="provider", provider=Sandbox.key)
    body = json.dumps(
        {
            "id": f"SBN{tender.no}", "no": tender.no, "provider_no": f"SB{tender.no}", "amount": tender.amount,
            "currency": tender.currency, "at": clock.now().isoformat(),
        }
    ).encode()  # fmt: skip
    return body, _signature(body)


def read(body: bytes, signature: str) -> Told:
    """ForgedNotice when the signature is not ours."""
    if not hmac.compare_digest(_signature(body), signature):
        raise ForgedNotice
    told: dict[str, Any] = json.loads(body)
    said = Paid(
        told["no"], told["provider_no"], told["amount"], told["currency"], datetime.fromisoformat(told["at"])
    )  # fmt: skip
    return Told(key=told["id"], said=said, body=told)


def _signature(body: bytes) -> str:
    key = hmac.new(settings.SECRET, b"payments.sandbox", hashlib.sha256).digest()
    return hmac.new(key, body, hashlib.sha256).hexdigest()

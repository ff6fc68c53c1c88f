"""Money over the counter: it is here when the tender starts, and goes back over the counter."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.payments.models import Refund, Tender
from yutang.areas.payments.payables import Due
from yutang.areas.payments.providers import Paid, Payer, Refunded, Started
from yutang.core import clock


class Cash:
    key = "cash"
    label = gettext_noop("Cash")
    is_local = True

    def offers(self, method: str) -> bool:
        """Nobody names it as their way to pay: whoever has it in hand says so (services.take_cash)."""
        del method
        return False

    def start(self, tender: Tender, *, due: Due, return_url: str, payer: Payer) -> Started:
        del due, return_url, payer
        return Started(paid=Paid(tender.no, f"cash-{tender.no}", tender.amount, tender.currency, clock.now()))

    def ask(self, tender: Tender) -> Paid | None:
        del tender  # paid when it started, or never
        return None

    def close(self, tender: Tender) -> None:
        """Nothing waits anywhere."""

    def refund(self, refund: Refund) -> Refunded | None:
        return Refunded(refund.no, f"cash-{refund.no}", refund.amount, has_succeeded=True, at=clock.now())

    def ask_refund(self, refund: Refund) -> Refunded | None:
        return self.refund(refund)

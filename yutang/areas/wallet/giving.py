"""Gift balance as a reward: for tasks, levels, cards, whatever else gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext, gettext_noop

from yutang.areas.merchants import queries as merchants
from yutang.areas.wallet import accounts
from yutang.core import money, tenancy
from yutang.core.ledger import services as ledger
from yutang.lake import writer

if TYPE_CHECKING:
    from yutang.core.access import Actor
    from yutang.core.rewards import Occasion, Reward


class GiftBalance:
    """Amounts in minor units; it never expires. Given by headquarters, whose cost it is."""

    key = "gift_balance"
    label = gettext_noop("Gift balance (in the smallest unit of the currency)")

    def targets(self) -> list[tuple[int, str]] | None:
        return None

    def describe(self, reward: Reward) -> str:
        currency = merchants.current_merchant(tenancy.require_merchant_id()).currency
        amount = money.formatted(reward.amount, currency, get_language() or "en")
        return gettext("%(amount)s gift balance") % {"amount": amount}

    def give(self, reward: Reward, *, customer_id: int, occasion: Occasion, actor: Actor) -> None:
        currency = merchants.current_merchant(actor.merchant_id).currency
        lines = accounts.given(
            accounts.GIFT, accounts.customer(customer_id), reward.amount, currency,
            node_id=merchants.root_node().pk, is_paid=False,
        )  # fmt: skip
        ledger.post(
            key=f"wallet.reward:{occasion.key}", kind="wallet.gift", lines=lines, source=occasion.source,
            reason=occasion.reason, actor=actor,
        )  # fmt: skip
        writer.mark_people_changed(actor.merchant_id)

    def is_possible(self, reward: Reward) -> bool:
        return reward.target_id is None

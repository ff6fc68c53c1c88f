"""A free delivery that a paid card has so many of a month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from yutang.areas.membership.services import using
from yutang.areas.orders.perks.base import GivenBack, Returned

if TYPE_CHECKING:
    from yutang.areas.orders.pricing import Quote, Reason
    from yutang.core.access import Actor


class CardFreight:
    key = "card_freight"

    def take(self, *, order_id: int, customer_id: int | None, quote: Quote, actor: Actor) -> None:
        del actor
        for reason in quote.reasons:
            if reason.step == self.key and customer_id is not None:
                using.use(card_id=int(reason.source_id), customer_id=customer_id, source=("order", order_id))

    def release(self, *, order_id: int, actor: Actor) -> None:
        del actor
        using.release(source=("order", order_id))

    def preview(
        self, *, order_id: int, reasons: Sequence[Reason], returned: Sequence[Returned], is_whole: bool
    ) -> list[GivenBack]:
        """What was sent free stays used; only when everything comes back the use does, too."""
        del order_id, reasons, returned
        return [GivenBack(self.key, gettext("A free delivery of the card comes back"))] if is_whole else []

    def give_back(
        self, *, order_id: int, reasons: Sequence[Reason], returned: Sequence[Returned], is_whole: bool, key: str,
        actor: Actor,
    ) -> list[GivenBack]:  # fmt: skip
        del key
        said = self.preview(order_id=order_id, reasons=reasons, returned=returned, is_whole=is_whole)
        if said:
            self.release(order_id=order_id, actor=actor)
        return said

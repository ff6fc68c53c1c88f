"""Points as a perk: used up when the order is placed, back when it is closed or pieces of it are returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import ngettext

from yutang.areas.orders.perks.base import GivenBack
from yutang.areas.points import queries
from yutang.areas.points import services as points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.orders.perks.base import Returned
    from yutang.areas.orders.pricing import Quote, Reason
    from yutang.core.access import Actor


class PointsPerk:
    key = "points"

    def take(self, *, order_id: int, customer_id: int | None, quote: Quote, actor: Actor) -> None:
        if customer_id is not None and (used := sum(used_by_line(quote.reasons).values())):
            points.spend(order_id=order_id, customer_id=customer_id, points=used, actor=actor)

    def release(self, *, order_id: int, actor: Actor) -> None:
        points.release(order_id=order_id, actor=actor)

    def preview(
        self, *, order_id: int, reasons: Sequence[Reason], returned: Sequence[Returned], is_whole: bool
    ) -> list[GivenBack]:
        del order_id, is_whole  # the parts of all pieces sum to the whole
        return _said(back(reasons, returned))

    def give_back(
        self, *, order_id: int, reasons: Sequence[Reason], returned: Sequence[Returned], is_whole: bool, key: str,
        actor: Actor,
    ) -> list[GivenBack]:  # fmt: skip
        number = back(reasons, returned)
        points.give_back(order_id=order_id, points=None if is_whole else number, key=key, actor=actor)
        return _said(number)


def used_by_line(reasons: Sequence[Reason]) -> dict[int, int]:
    """Points used for each line, by its position: what they took off, times what a minor unit cost in points."""
    found: dict[int, int] = {}
    for reason in reasons:
        if reason.step == PointsPerk.key and reason.line is not None:
            found[reason.line] = found.get(reason.line, 0) - reason.amount * int(reason.source_id)
    return found


def back(reasons: Sequence[Reason], returned: Sequence[Returned]) -> int:
    used = used_by_line(reasons)
    return sum(
        queries.part_back(used.get(one.position, 0), before=one.before, after=one.after, quantity=one.quantity)
        for one in returned
    )


def _said(number: int) -> list[GivenBack]:
    if not number:
        return []
    text = ngettext("%(count)s point comes back.", "%(count)s points come back.", number)
    return [GivenBack(PointsPerk.key, text % {"count": f"{number:,}"})]

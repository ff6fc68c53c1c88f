"""Points that the buyer uses for a part of the goods. `Basket.choices["points"]`: how many at most."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yutang.areas.orders.pricing import till
from yutang.areas.orders.pricing.pipeline import Draft, Step, register
from yutang.areas.points import queries as points

STEP, PLACE = "points", 400
ALL = "999999999999"  # as a choice: as many as there are and may be
RATE = "points_rate"  # the source of its adjustments: so many points were worth one minor unit then


def points_off(draft: Draft) -> None:
    """As many of those wanted as there are and the terms let in; none for who is not known."""
    wanted = draft.basket.choices.get(STEP, "")
    if not wanted.isdecimal() or draft.basket.customer_id is None:
        return
    tender = points.tender(draft.basket.customer_id)
    if tender is None:
        return
    named = till.fixed(draft.basket.choices, draft.basket.lines)
    places = [n for n in range(len(draft.amounts)) if n not in named]
    used = tender.usable(int(wanted[:12]), goods=sum(draft.amounts[n] for n in places))
    if used:
        draft.share(
            used // tender.rate, places, step=STEP, label=gettext_noop("Points"),
            source=(RATE, tender.rate),
        )  # fmt: skip


def register_step() -> None:
    register(Step(STEP, PLACE, points_off))

"""Who is told that points expire."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop, ngettext

from yutang.areas.messaging import kinds
from yutang.areas.messaging.kinds import Figures, Find, Kind
from yutang.areas.points import accounts
from yutang.core.ledger import reminding

_EXPIRING = f"""
SELECT holder_id AS customer_id, 'points-expiring:' || last_at::date AS key,
       jsonb_build_object('points', amount, 'on', last_at::date) AS figures,
       expires_at AS position_at, id AS position_id
  FROM ({reminding.EXPIRING}) x
"""  # noqa: S608 -- written above


def register() -> None:
    kinds.register(
        Kind(
            "points-expiring", label=gettext_noop("Points about to expire"),
            hint=gettext_noop("Whoever has points that end within so many days."), icon="star",
            words=expiring, page=lambda _: ("points",), find=Find(_EXPIRING, {"account": accounts.POINTS}), days=15,
        )
    )  # fmt: skip


def expiring(figures: Figures) -> tuple[str, str]:
    points = figures["points"]
    text = ngettext(
        "%(points)s point can be used until %(on)s. After that it is gone.",
        "%(points)s points can be used until %(on)s. After that they are gone.",
        points,
    )
    return gettext("Your points expire soon"), text % {"points": f"{points:,}", "on": figures["on"]}

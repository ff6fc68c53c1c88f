"""Points given as a reward, and what becomes of those of somebody who is erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.customers import balances
from yutang.areas.merchants import queries as merchants
from yutang.areas.points import accounts, queries
from yutang.areas.points.services.earning import expiry
from yutang.core import clock
from yutang.core.ledger import queries as ledger_queries
from yutang.core.ledger import services as ledger

if TYPE_CHECKING:
    from yutang.core.access import Actor
    from yutang.core.rewards import Occasion


@transaction.atomic
def give(*, customer_id: int, points: int, occasion: Occasion, actor: Actor) -> None:
    """Without caps: whoever rewards has counted. The same occasion again gives nothing."""
    person = balances.owner(customer_id)
    key = f"points:reward:{occasion.key}"
    if ledger_queries.posted(key) is not None:
        return
    merchant = merchants.current_merchant(actor.merchant_id)
    until = expiry(queries.terms(), clock.today(merchant.timezone), merchant.timezone)
    ledger.post(
        key=key, kind="points.reward", lines=accounts.given(person, points, expires_at=until, origin="reward"),
        source=occasion.source, reason=occasion.reason[:500], detail={"points": points}, actor=actor,
    )  # fmt: skip


@transaction.atomic
def forfeit(*, customer_id: int, actor: Actor) -> int:
    """Nobody can spend what an erased person has; it ends like what expires. How many points it were."""
    points = queries.balance(customer_id)
    if points:
        ledger.post(
            key=f"points:forfeit:{customer_id}", kind="points.forfeit",
            lines=accounts.spent(customer_id, points, to=accounts.EXPIRED), actor=actor,
        )  # fmt: skip
    return points

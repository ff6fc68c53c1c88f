"""A new time zone gives what has happened other days: in the pool's statistics and in the lake."""

from __future__ import annotations

from yutang.areas.orders import services as orders
from yutang.core import tenancy
from yutang.lake import rebuilding, writer


def redate(merchant_id: int) -> None:
    """Works the days out anew. Call outside any transaction; can be repeated."""
    after: int | None = 0
    while after is not None:
        with tenancy.scope(merchant_id):
            after = orders.recompute_next_statistics(after=after)
    # The tables are dropped meanwhile: the writer that runs beside must not be in the middle of a commit to them.
    with writer.paused():
        rebuilding.rebuild()

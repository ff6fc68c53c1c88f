"""Sales channels come into being with their first order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.orders.models import SalesChannel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.core.access import Actor


def channels(*, source: str, shops: Iterable[str], actor: Actor) -> dict[str, int]:
    """Shop → channel id at a platform; missing ones are made, race-safely."""
    wanted = {shop: shop[:120] for shop in shops}
    SalesChannel.objects.bulk_create(
        (
            SalesChannel(merchant_id=actor.merchant_id, source=source, shop=name)
            for name in sorted(set(wanted.values()))
        ),
        ignore_conflicts=True,
    )
    known = dict(SalesChannel.objects.filter(source=source, shop__in=wanted.values()).values_list("shop", "id"))
    return {shop: known[name] for shop, name in wanted.items()}

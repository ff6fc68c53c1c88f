"""Which stores bring goods where, and on what terms."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from yutang.areas.inventory import queries as inventory
from yutang.areas.orders.models import LocalFee, LocalTerms
from yutang.areas.orders.models.local import LEAD_MINUTES
from yutang.areas.orders.pricing.local import Reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yutang.areas.customers.addresses import Recipient


def reach(node_id: int, to: Recipient) -> Reach | None:
    """Of one store; None when it does not bring anything there now. One statement."""
    return next(iter(_reaching(to, Q(node=node_id))), None)


def offered(to: Recipient, wanted: Mapping[int, int], worth: int) -> Reach | None:
    """The store that would bring these goods there: one that has all of them (SKU id → pieces) and asks the least for
    goods worth so much; where it is not enough for any store, the one that would be content with least. Two statements
    at most."""
    reaching = _reaching(to, Q())
    if not reaching:
        return None
    has: dict[int, set[int]] = defaultdict(set)
    for row in inventory.stock(wanted, node_ids=[one.node_id for one in reaching]):
        if row.available >= wanted[row.sku_id]:
            has[row.node_id].add(row.sku_id)
    able = [one for one in reaching if len(has[one.node_id]) == len(wanted)]

    def by_cost(one: Reach) -> tuple[bool, int, int]:
        fee = one.costs(worth)
        return fee is None, one.least if fee is None else fee, one.node_id

    return min(able, key=by_cost, default=None)


def terms(node_id: int) -> LocalTerms:
    """The store's row, or one with the defaults that is not saved."""
    return LocalTerms.objects.filter(node=node_id).first() or LocalTerms(node_id=node_id)


def fees(node_id: int) -> list[LocalFee]:
    """What was said for a store, whether it brings anything now or not."""
    return list(LocalFee.objects.filter(node=node_id).order_by("province", "city", "pk"))


def districts(node_ids: Iterable[int]) -> dict[int, int]:
    """Store → to how many districts."""
    rows = LocalFee.objects.filter(node__in=list(node_ids)).values_list("node_id")
    return dict(rows.annotate(Count("pk")).order_by())


def _reaching(to: Recipient, which: Q) -> list[Reach]:
    lead = LocalTerms.objects.filter(node=OuterRef("node")).values("lead_minutes")[:1]
    found = LocalFee.objects.filter(
        which, province=to.province, city=to.city, district=to.district, node__is_active=True, node__delivers=True
    ).annotate(lead=Coalesce(Subquery(lead), LEAD_MINUTES.default))
    return [Reach(r.node_id, r.fee, r.free_from, r.least, timedelta(minutes=r.lead)) for r in found.order_by("node")]

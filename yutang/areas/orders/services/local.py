"""Same-city delivery: what a store says of it, and that goods are there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.customers.addresses import regions
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.services import nodes
from yutang.areas.orders import queries_local, queries_terms
from yutang.areas.orders.errors import NoDistrict, OutOfBounds, UnknownDistrict, WrongState
from yutang.areas.orders.models import LocalFee, Order, ShopOrder
from yutang.areas.orders.models.local import LEAD_MINUTES
from yutang.areas.orders.services.paying import lock
from yutang.areas.orders.services.receiving import complete
from yutang.core import audit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.core.access import Actor


@dataclass(frozen=True)
class District:
    """Goods are brought there, and for how much (models.LocalFee)."""

    province: str
    city: str
    district: str
    fee: int
    free_from: int | None = None
    least: int = 0


@transaction.atomic
def save_local(
    *, node_id: int, delivers: bool, lead_minutes: int, districts: Sequence[District], actor: Actor
) -> None:  # fmt: skip
    """All that a store says of it; orders that are placed keep what they cost. NotFound, OutOfBounds, UnknownDistrict,
    NoDistrict when it is to be offered and reaches nobody."""
    node = merchants.node(node_id, actor=actor, permission=queries_terms.SETUP)
    if not LEAD_MINUTES.least <= lead_minutes <= LEAD_MINUTES.most:
        raise OutOfBounds(field="lead_minutes", least=LEAD_MINUTES.least, most=LEAD_MINUTES.most)
    for one in districts:
        if regions.wrong_part(one.province, one.city, one.district):
            raise UnknownDistrict(field="districts", district=one.district)
    if delivers and not districts:
        raise NoDistrict(field="delivers")
    nodes.set_delivers(node=node, delivers=delivers)  # first: whoever saves the same store meanwhile waits for its row
    terms = queries_local.terms(node.pk)
    terms.merchant_id, terms.lead_minutes = actor.merchant_id, lead_minutes
    terms.save()
    LocalFee.objects.filter(node=node).delete()
    LocalFee.objects.bulk_create(LocalFee(merchant_id=actor.merchant_id, node=node, **asdict(one)) for one in districts)
    audit.record(
        "orders.local", actor=actor, object_type="node", object_id=node.pk,
        detail={"code": node.code, "delivers": delivers, "districts": len(districts)},
    )  # fmt: skip


@transaction.atomic
def deliver(*, order_id: int, actor: Actor) -> Order:
    """Staff say that the buyer of a same-city order has it. Again: nothing; WrongState."""
    order = lock(order_id)
    if order.shop.fulfilment != ShopOrder.Fulfilment.LOCAL:
        raise WrongState(order_no=order.order_no, status=order.get_status_display())
    if order.status == Order.Status.COMPLETED:
        return order
    audit.record("orders.deliver", actor=actor, object_type="order", object_id=order.pk)
    return complete(order_id=order_id, actor=actor)

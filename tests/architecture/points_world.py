"""Points, check-in and tasks of one person, for the walks through every page and table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import points
from tests.factories.shop import actor
from yutang.areas.missions import services as missions
from yutang.areas.points import services
from yutang.core.rewards import Reward

if TYPE_CHECKING:
    from yutang.areas.customers.models import Customer
    from yutang.areas.merchants.models import OrgNode


def furnish(mark: str, person: Customer, node: OrgNode) -> dict[str, object]:
    """Something in every table; ids for addresses."""
    by = actor()
    points.terms(is_tender=True)
    points.rule("review", points=10, day_cap=1_000)
    points.rule("purchase", points=1, per_amount=100)
    services.earn(kind="review", customer_id=person.pk, key=mark, reason=mark, actor=by)
    # No order has a number below zero: the ones there are keep their own points.
    services.follow_order(order_id=-node.pk, customer_id=person.pk, paid=10_000, refunded=2_000, actor=by)
    points.give(person.pk, 500)
    offer = points.offer(points=10, stock=5, title=f"Cup {mark}", text=mark)
    services.exchange(offer_id=offer.pk, customer_id=person.pk, key=mark, actor=by)
    change = services.ask(customer_id=person.pk, points=5_000, reason=f"Change {mark}", key=mark, actor=by)
    missions.save_plan(is_active=True, cycle=7, steps={1: [Reward("points", 5)]}, actor=by)
    task = missions.save_task(
        deed="friend", title=f"Task {mark}"[:60], target=1, period="once", given=[Reward("points", 5)], actor=by
    )
    missions.check_in(customer_id=person.pk, actor=by)
    missions.happened(deed="friend", customer_id=person.pk, key=mark, actor=by)
    return {"offer_id": offer.pk, "change_id": change.pk, "mission_id": task.pk}

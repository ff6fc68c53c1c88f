from __future__ import annotations

import itertools
from datetime import timedelta

from tests.factories import shop
from yutang.areas.aftersale import services
from yutang.areas.aftersale.models import Case
from yutang.areas.aftersale.services import Ask
from yutang.areas.catalog.models import Sku
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order
from yutang.core import access, clock, tenancy

_numbers = itertools.count(1)


def shopper() -> access.Actor:
    return access.system(tenancy.require_merchant_id(), name="shopper")


def shipped(*lines: tuple[Sku, int], is_completed: bool = False, **overrides) -> Order:
    """A paid order that the buyer has."""
    order = shop.paid(*lines, **overrides)
    orders.ship(order_id=order.pk, key=f"parcel-{next(_numbers)}", actor=shop.actor())
    if is_completed:
        orders.complete(order_id=order.pk, actor=shop.actor())
    return Order.objects.select_related("shop").get(pk=order.pk)


def ask(*lines: tuple[int, int], **overrides) -> Ask:
    """A return without a reason, unless told otherwise."""
    return Ask(**{"kind": "return_refund", "reason": "unwanted", "lines": lines, **overrides})


def opened(order: Order, *lines: tuple[int, int], key: str | None = None, pictures=(), **overrides) -> Case:
    return services.open_case(
        order_id=order.pk, ask=ask(*lines, **overrides), key=key or f"case-{next(_numbers)}", pictures=pictures,
        actor=shopper(),
    )  # fmt: skip


def agree(case: Case) -> Case:
    return services.agree(case_id=case.pk, seen=None, actor=shop.actor())


def sent(case: Case) -> Case:
    """Agreed to, and the goods are on their way."""
    agree(case)
    return services.send_back(case_id=case.pk, carrier="SF", tracking_no=f"SF{case.pk}", actor=shopper())


def receive(case: Case, **overrides) -> Case:
    return services.receive(**{"case_id": case.pk, "seen": None, "actor": shop.actor(), **overrides})


def refused(case: Case, **overrides) -> Case:
    return services.refuse(**{"case_id": case.pk, "reason": "It was used.", "actor": shop.actor(), **overrides})


def disputed(case: Case) -> Case:
    """Refused, and a ruling was asked for."""
    refused(case)
    services.escalate(case_id=case.pk, reason="It was not.", side=services.Side.BUYER, actor=shopper())
    case.refresh_from_db()
    return case


def heard(case: Case) -> Case:
    """Disputed, and the time for evidence is over."""
    return wait(disputed(case))


def wait(case: Case) -> Case:
    """Time passes until the deadline has acted."""
    case.refresh_from_db()
    services.act(case_id=case.pk, now=(case.deadline_at or clock.now()) + timedelta(seconds=1), actor=shop.actor())
    case.refresh_from_db()
    return case


def rule(case: Case, ruling: str, amount: int | None = None, **overrides) -> Case:
    services.rule(
        **{"case_id": case.pk, "ruling": ruling, "amount": amount, "text": "Seen.", "seen": None,
           "actor": shop.actor(), **overrides}
    )  # fmt: skip
    case.refresh_from_db()
    return case

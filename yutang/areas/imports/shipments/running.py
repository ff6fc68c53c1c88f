"""Shipping what a file says, row by row, each one transaction that also moves the run's position: a run that is killed
goes on where it was. A parcel is known by the order and the number, so that a row done twice is one parcel."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Func, IntegerField

from yutang.areas.imports.failures import NotRunnable
from yutang.areas.imports.models import ShipmentRun
from yutang.areas.imports.shipments.checking import HELD, NOT_TO_SHIP, SHIPPED, said
from yutang.areas.imports.shipments.columns import EDIT, Problem
from yutang.areas.orders import holds
from yutang.areas.orders import services as orders
from yutang.areas.orders.errors import WrongState
from yutang.areas.orders.models import Order
from yutang.core import audit, clock, jobs, tenancy
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.core.access import Actor

State = ShipmentRun.State


def runs(actor: Actor) -> QuerySet[ShipmentRun]:
    """Of the whole merchant for those who ship for it, else one's own; to be paged by ("-id",)."""
    count = Func(F("problems"), function="jsonb_array_length", output_field=IntegerField())
    found = ShipmentRun.objects.defer("rows", "problems").annotate(left_out=count)
    return found if actor.nodes(EDIT) is None else found.filter(created_by_key=f"{actor.kind}:{actor.id}")


def run(actor: Actor, run_id: int) -> ShipmentRun:
    """The checked door."""
    found = runs(actor).defer(None).filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found


def problems(found: ShipmentRun) -> list[Problem]:
    return [Problem(*said(stored)) for stored in found.problems]


@transaction.atomic
def queue(*, run_id: int, actor: Actor) -> ShipmentRun:
    """Hands a checked file to a worker. NotRunnable."""
    run(actor, run_id)
    found = ShipmentRun.objects.select_for_update().get(pk=run_id)
    if found.state != State.CHECKED or not found.rows:
        raise NotRunnable(state=found.get_state_display())
    found.state = State.QUEUED
    found.save(update_fields=["state"])
    audit.record(
        "orders.ship_by_file", actor=actor, object_type="shipment_run", object_id=run_id,
        detail={"orders": len(found.rows)},
    )  # fmt: skip
    jobs.defer("imports.ship", lock=f"shipments:{run_id}", merchant_id=actor.merchant_id, run_id=run_id)
    return found


def execute(*, run_id: int, actor: Actor) -> None:
    """Goes on with a run until its end; outside any transaction."""
    while _next(run_id, actor):
        pass


def _next(run_id: int, actor: Actor) -> bool:
    """One row; False when there was none."""
    with tenancy.scope(actor.merchant_id):
        found = ShipmentRun.objects.select_for_update().defer("rows", "problems").get(pk=run_id)
        if not found.is_open:
            return False
        row = _row(run_id, found.position)
        if row is None:
            ShipmentRun.objects.filter(pk=run_id).update(state=State.DONE, finished_at=clock.now())
            return False
        number, order_id, order_no, carrier, tracking_no = row
        if problem := _ship(order_id, carrier, tracking_no, actor):
            stored = ShipmentRun.objects.only("problems").get(pk=run_id).problems
            ShipmentRun.objects.filter(pk=run_id).update(problems=[*stored, [number, order_no, *problem]])
        else:
            found.shipped += 1
        found.position, found.state = found.position + 1, State.RUNNING
        found.save(update_fields=["position", "shipped", "state"])
    return True


def _ship(order_id: int, carrier: str, tracking_no: str, actor: Actor) -> tuple[str, dict[str, str]] | None:
    """What has changed since the file was checked, if it cannot be shipped any more."""
    order = orders.lock(order_id)
    if holds.held(order_id):
        return HELD, {}
    try:
        with transaction.atomic():
            orders.ship(
                order_id=order_id, carrier=carrier, tracking_no=tracking_no,
                key=_key(order_id, carrier, tracking_no), actor=actor,
            )  # fmt: skip
    except WrongState:
        is_gone = order.status in (Order.Status.SHIPPED, Order.Status.COMPLETED)
        return (SHIPPED, {}) if is_gone else (NOT_TO_SHIP, {"status": order.status})
    return None


def _row(run_id: int, position: int) -> list[Any] | None:
    """One of many, without reading the others."""
    found: list[Any] | None = ShipmentRun.objects.values_list(f"rows__{position}", flat=True).get(pk=run_id)
    return found


def _key(order_id: int, carrier: str, tracking_no: str) -> str:
    return "file:" + hashlib.sha256(f"{order_id} {carrier} {tracking_no}".encode()).hexdigest()[:48]

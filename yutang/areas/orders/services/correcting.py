"""A parcel goes by another carrier or number than was written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.orders.errors import ParcelChanged, WrongState
from yutang.areas.orders.models import Order, Parcel
from yutang.areas.orders.services.paying import lock, note
from yutang.core import audit, clock, crypto
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from yutang.core.access import Actor

SENT = (Order.Status.PARTLY_SHIPPED, Order.Status.SHIPPED, Order.Status.COMPLETED)


@transaction.atomic
def correct_parcel(
    *, order_id: int, parcel_id: int, carrier: str = "", tracking_no: str = "", courier_phone: str = "", was: str,
    actor: Actor,
) -> Parcel:  # fmt: skip
    """How a parcel that has left goes; nothing given: without a carrier. `was`: the `Parcel.state` that was seen. The
    same again is nothing. NotFound, WrongState, ParcelChanged."""
    order = lock(order_id)
    parcel = Parcel.objects.filter(order=order, pk=parcel_id).first()
    if parcel is None:
        raise NotFound
    if order.status not in SENT:
        raise WrongState(order_no=order.order_no, status=order.get_status_display())
    seen, before = parcel.state, parcel.label
    parcel.carrier, parcel.tracking_no = carrier.strip()[:40], tracking_no.strip()[:60]
    parcel.courier_phone = crypto.encrypt(courier_phone[:30], actor.merchant_id) if courier_phone else None
    if parcel.state == seen:
        return parcel
    if seen != was:
        raise ParcelChanged(now=seen)
    parcel.save(update_fields=["carrier", "tracking_no", "courier_phone"])
    order.updated_at = clock.now()
    order.save(update_fields=["updated_at"])
    note(order, "corrected", actor, parcel=parcel.pk, before=before, after=parcel.label)
    audit.record(
        "orders.correct_parcel", actor=actor, object_type="order", object_id=order_id, detail={"parcel": parcel.pk}
    )
    return parcel

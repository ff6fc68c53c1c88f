"""A parcel that has left goes by another carrier or number than was written down."""

from __future__ import annotations

import pytest

from tests.factories.shop import paid, stocked
from yutang.areas.orders import services
from yutang.areas.orders.errors import ParcelChanged, WrongState
from yutang.areas.orders.models import Order, OrderStep, Parcel
from yutang.core.errors import NotFound
from yutang.core.models import AuditEntry


def sent(actor, **how) -> Parcel:
    order = paid((stocked(5), 1))
    return services.ship(order_id=order.pk, **how, key=f"p{order.pk}", actor=actor)


def corrected(parcel: Parcel, actor, *, was: str | None = None, **how) -> Parcel:
    seen = parcel.state if was is None else was
    return services.correct_parcel(order_id=parcel.order_id, parcel_id=parcel.pk, **how, was=seen, actor=actor)


def test_old_and_new_stand_in_the_history(merchant, actor):
    parcel = sent(actor, carrier="SF", tracking_no="SF1")
    for _ in range(2):  # a second tap is nothing
        corrected(parcel, actor, carrier="YTO", tracking_no=" YT2 ")
    assert Parcel.objects.get().label == "YTO YT2"
    step = OrderStep.objects.filter(what="corrected").get()
    assert step.detail == {"parcel": parcel.pk, "before": "SF SF1", "after": "YTO YT2"}
    assert AuditEntry.objects.get(action="orders.correct_parcel").detail == {"parcel": parcel.pk}
    assert Order.objects.get().status == "shipped"
    assert corrected(Parcel.objects.get(), actor).label == ""


def test_who_saw_something_else_looks_again(merchant, actor):
    parcel = sent(actor, carrier="SF", tracking_no="SF1")
    corrected(parcel, actor, carrier="SF", tracking_no="SF2")
    with pytest.raises(ParcelChanged):
        corrected(parcel, actor, was="SF SF1", carrier="SF", tracking_no="SF3")
    assert Parcel.objects.get().tracking_no == "SF2"


def test_the_phone_of_a_courier_stays_out_of_the_history(merchant, actor):
    parcel = sent(actor, carrier="Wang", courier_phone="13800001111")
    corrected(parcel, actor, carrier="Li", courier_phone="13900002222")
    found = Parcel.objects.get()
    assert (found.carrier, found.phone) == ("Li", "13900002222")
    assert "1390000" not in str(OrderStep.objects.filter(what="corrected").get().detail)


def test_only_parcels_of_the_order_and_not_of_closed_ones(merchant, actor):
    parcel, other = sent(actor), sent(actor)
    with pytest.raises(NotFound):
        services.correct_parcel(order_id=other.order_id, parcel_id=parcel.pk, carrier="SF", was="", actor=actor)
    Order.objects.filter(pk=parcel.order_id).update(status="closed")
    with pytest.raises(WrongState):
        corrected(parcel, actor, carrier="SF", tracking_no="SF1")
    assert not OrderStep.objects.filter(what="corrected").exists()

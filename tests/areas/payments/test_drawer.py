"""A cashier's drawer: float, cash in and out, a blind count, the difference."""

from __future__ import annotations

import pytest

from tests.factories.merchants import make_store
from tests.factories.till import cashier
from yutang.areas.payments import queries
from yutang.areas.payments.errors import DrawerTooEmpty, NoShift, ShiftClosed, ShiftOpen
from yutang.areas.payments.models import Shift
from yutang.areas.payments.services import drawer
from yutang.core.errors import Invalid


@pytest.fixture
def store(merchant):
    return make_store("WS")


@pytest.fixture
def actor(merchant, store):
    return cashier(merchant, store, opening=None)


def test_from_the_float_to_the_count(store, actor):
    shift = drawer.open_shift(node_id=store.pk, opening=20_000, currency="CNY", actor=actor)
    assert drawer.open_shift(node_id=store.pk, opening=1, currency="CNY", actor=actor) == shift
    for _ in range(2):  # a second tap moves nothing
        drawer.move_cash(kind="in", amount=5_000, reason="Change", key="a", actor=actor)
    drawer.move_cash(kind="out", amount=12_000, reason="Bank", key="b", actor=actor)
    assert queries.sums(shift) == {"in": 5_000, "out": -12_000}
    closed = drawer.close_shift(shift_id=shift.pk, counted=12_900, note="one note torn", actor=actor)
    assert (closed.expected, closed.counted, closed.difference) == (13_000, 12_900, -100)
    with pytest.raises(ShiftClosed):
        drawer.close_shift(shift_id=shift.pk, counted=13_000, actor=actor)
    with pytest.raises(NoShift):
        drawer.move_cash(kind="in", amount=1, reason="", key="c", actor=actor)


def test_what_a_drawer_refuses(merchant, store, actor):
    drawer.open_shift(node_id=store.pk, opening=100, currency="CNY", actor=actor)
    with pytest.raises(ShiftOpen):
        drawer.open_shift(node_id=make_store("OTHER").pk, opening=0, currency="CNY", actor=actor)
    with pytest.raises(DrawerTooEmpty):
        drawer.move_cash(kind="out", amount=101, reason="", key="a", actor=actor)
    for kind, amount in (("in", 0), ("sale", 5)):
        with pytest.raises(Invalid):
            drawer.move_cash(kind=kind, amount=amount, reason="", key="b", actor=actor)
    other = cashier(merchant, store, opening=None)
    with pytest.raises(NoShift):
        drawer.close_shift(shift_id=Shift.objects.get().pk, counted=0, actor=other)


def test_shifts_are_seen_by_their_store(merchant, store, actor):
    drawer.open_shift(node_id=store.pk, opening=0, currency="CNY", actor=actor)
    assert queries.shifts(actor, "pos.sell").count() == 1
    assert queries.shifts(cashier(merchant, make_store("FAR"), opening=None), "pos.sell").count() == 0

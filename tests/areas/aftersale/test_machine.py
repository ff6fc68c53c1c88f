"""The table of what may happen: no dead ends, no words that nobody knows, one row for everything."""

from __future__ import annotations

import itertools

import pytest

from yutang.areas.aftersale import rules
from yutang.areas.aftersale.models import Case, Terms
from yutang.areas.aftersale.rules import STEPS, Side
from yutang.areas.aftersale.services import deadlines

KINDS, STATES = Case.Kind.values, Case.State.values


def test_words_are_those_of_the_models():
    assert {step.state for step in STEPS} | {step.to for step in STEPS} == set(STATES)
    assert frozenset(KINDS) == rules.ALL
    assert set(rules.OPEN) == set(STATES) - {"done", "closed"}
    assert {step.term for step in STEPS} - {None} <= {field.name for field in Terms._meta.fields}
    assert all((step.term is None) == (step.to in ("done", "closed")) for step in STEPS)
    assert set(deadlines._DO) == set(rules.OPEN)


def test_nothing_fits_two_rows():
    for state, side, kind, is_sent in itertools.product(STATES, Side, KINDS, (True, False)):
        fitting = [
            step.action for step in STEPS
            if step.state == state and side in step.sides and kind in step.kinds and step.is_sent in (None, is_sent)
        ]  # fmt: skip
        assert len(fitting) == len(set(fitting)), (state, side, kind)


def reachable(kind: str) -> set[tuple[str, bool]]:
    """(state, whether goods were sent) that a case of this kind can come to."""
    found, waiting = set(), [("asked", False)]
    while waiting:
        state, is_sent = here = waiting.pop()
        if here in found:
            continue
        found.add(here)
        waiting.extend(
            (step.to, is_sent or step.action in ("send_back", "receive"))
            for step in STEPS
            if step.state == state and kind in step.kinds and step.is_sent in (None, is_sent)
        )
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_time_leads_out_of_every_open_state(kind):
    for state, is_sent in reachable(kind):
        steps = [s for s in STEPS if s.state == state and kind in s.kinds and s.is_sent in (None, is_sent)]
        if state in rules.OPEN:
            assert any(Side.TIME in step.sides for step in steps), (state, is_sent)
        else:
            assert steps == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_buyer_may_withdraw_until_money_moves(kind):
    for state, is_sent in reachable(kind):
        may = "withdraw" in rules.actions(state, Side.BUYER, kind=kind, is_sent=is_sent)
        assert may == (state in rules.OPEN and state != "resending"), state


def test_bounds_hold_their_defaults():
    for bound in (*rules.BOUNDS.values(), *rules.NO_REASON.values()):
        assert bound.least <= bound.default <= bound.most
    assert rules.NO_REASON["goods"].least == 7


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_reasons(kind):
    assert rules.reasons(kind, is_unshipped=False)
    assert bool(rules.reasons(kind, is_unshipped=True)) == (kind == "refund_only")


def test_the_score_of_nothing_is_full_and_slips_cost():
    good = rules.Record(orders=1_000)
    assert round(good.score, 6) == 100
    worse = [
        rules.Record(orders=1_000, cases=50), rules.Record(orders=1_000, hours=24.0),
        rules.Record(orders=1_000, refused=4, overturned=4), rules.Record(orders=1_000, receipts=4, late_receipts=4),
    ]  # fmt: skip
    assert [round(each.score, 1) for each in worse] == [82.5, 87.5, 80.0, 88.0]

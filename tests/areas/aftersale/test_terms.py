"""The merchant's terms: within bounds, for the whole merchant, for cases to come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.console.conftest import make_member
from tests.factories.aftersale import agree, opened, shipped
from tests.factories.shop import stocked
from yutang.areas.aftersale import queries, services
from yutang.areas.aftersale.errors import OutOfBounds
from yutang.areas.aftersale.models import Promise, Terms
from yutang.areas.aftersale.queries_asking import what_can_be_asked
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import OrgNode
from yutang.core.errors import NotAllowed
from yutang.core.models import AuditEntry

DEFAULTS = {name: bound.default for name, bound in queries.bounds().items()}


def save(actor, promises=None, address=None, **terms):
    return services.save_terms(
        terms={**DEFAULTS, **terms}, promises={**queries.promises(), **(promises or {})}, address=address or {},
        actor=actor,
    )  # fmt: skip


def test_the_defaults(merchant, actor):
    terms = queries.terms()
    assert (terms.pk, terms.answer_hours, terms.cancel_hours, terms.send_days, terms.receive_days) == (
        None,
        48,
        24,
        7,
        10,
    )
    assert queries.promises() == {"goods": 7, "service": 0, "virtual": 0, "gift_card": 0}


def test_they_hold_for_what_comes(merchant, actor):
    before = opened(shipped((stocked(), 1)), (0, 1))
    save(actor, promises={"goods": 30}, answer_hours=12, send_days=14, address={"return_address": " Street 1 "})
    save(actor, promises={"goods": 30}, answer_hours=12, send_days=14, address={"return_address": " Street 1 "})
    assert (Terms.objects.count(), Promise.objects.count()) == (1, 4)
    before.refresh_from_db()
    assert before.deadline_at - before.opened_at == timedelta(hours=48)
    order = shipped((stocked(), 1), is_completed=True)
    assert what_can_be_asked(order).lines[0].until - order.completed_at == timedelta(days=30)
    case = opened(order, (0, 1))
    assert case.deadline_at - case.opened_at == timedelta(hours=12)
    case = agree(case)
    assert case.return_address == "Street 1"
    assert case.deadline_at - case.answered_at >= timedelta(days=14)
    entry = AuditEntry.objects.filter(action="aftersale.terms").first()
    assert entry.detail["no_reason_goods"] == 30


@pytest.mark.parametrize(
    ("field", "value"),
    [("answer_hours", 49), ("answer_hours", 11), ("send_days", 6), ("receive_days", 11), ("quality_days", 14)],
)
def test_out_of_bounds(merchant, actor, field, value):
    with pytest.raises(OutOfBounds) as error:
        save(actor, **{field: value})
    assert error.value.field == field


def test_seven_days_are_the_law(merchant, actor):
    with pytest.raises(OutOfBounds) as error:
        save(actor, promises={"goods": 6})
    assert (error.value.field, error.value.params) == ("goods", {"least": 7, "most": 90})


def test_only_for_the_whole_merchant(merchant, actor):
    store = OrgNode.objects.create(
        merchant=merchant, parent=merchants.root_node(), kind="store", code="s1", name="Store"
    )
    somebody = merchants.actor_for(make_member(merchant, "owner", store).user, merchant.pk)
    with pytest.raises(NotAllowed):
        save(somebody)

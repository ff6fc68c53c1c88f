"""What happens when nobody does anything: once, however often the job runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from tests.factories.aftersale import agree, disputed, opened, refused, sent, shipped, wait
from tests.factories.merchants import make_merchant
from tests.factories.shop import paid, stocked
from yutang.areas.aftersale import services, tasks
from yutang.areas.aftersale.models import Case, CaseStep, Dispute
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders import services as orders
from yutang.areas.orders.services import Back
from yutang.areas.payments.errors import RefundTooLarge
from yutang.areas.payments.models import Refund, Tender
from yutang.core import access, clock


def due(case: Case):
    case.refresh_from_db()
    return case.deadline_at + timedelta(seconds=1)


def test_asked_is_agreed_to(merchant, actor):
    case = wait(opened(paid((stocked(), 1)), (0, 1), kind="refund_only"))
    assert (case.state, case.granted) == ("done", 10_000)
    assert CaseStep.objects.order_by("-pk").first().side == "time"
    case = wait(opened(shipped((stocked(), 1)), (0, 1)))
    assert (case.state, case.answered_at is not None) == ("sending", True)


def test_a_refusal_stands(merchant, actor):
    case = wait(refused(opened(shipped((stocked(), 1)), (0, 1))))
    assert (case.state, case.closed_because) == ("closed", "refused")


def test_nothing_was_sent(merchant, actor):
    case = wait(agree(opened(shipped((stocked(), 1)), (0, 1))))
    assert (case.state, case.closed_because) == ("closed", "not_sent")


def test_nobody_received_it(merchant, actor):
    """The buyer gets the money; goods that nobody has looked at are in no stock."""
    case = wait(sent(opened(shipped((stocked(10), 1)), (0, 1))))
    assert (case.state, case.granted, case.is_received_late) == ("done", 10_000, True)
    assert StockItem.objects.get().on_hand == 9


def test_a_dispute_goes_on_by_itself(merchant, actor):
    case = wait(disputed(opened(shipped((stocked(), 1)), (0, 1))))
    assert (case.state, Dispute.objects.get().state) == ("disputed", "ruling")
    case = wait(case)
    assert (case.state, Dispute.objects.get().ruling) == ("sending", "buyer")


def test_nothing_before_its_time(merchant, actor):
    case = opened(shipped((stocked(), 1)), (0, 1))
    assert services.act_on_deadlines(now=case.deadline_at - timedelta(seconds=1), actor=actor) == 0
    services.act(case_id=case.pk, now=case.deadline_at - timedelta(seconds=1), actor=actor)
    case.refresh_from_db()
    assert case.state == "asked"


def test_the_job_acts_once(merchant, actor):
    cases = [opened(shipped((stocked(), 1)), (0, 1), kind="refund_only", reason="quality") for _ in range(3)]
    late = max(due(case) for case in cases)
    assert services.act_on_deadlines(now=late, limit=2, actor=actor) == 2
    assert services.act_on_deadlines(now=late, limit=2, actor=actor) == 1
    assert services.act_on_deadlines(now=late, limit=2, actor=actor) == 0
    assert Refund.objects.count() == 3
    assert set(Case.objects.values_list("state", flat=True)) == {"done"}


def test_a_run_that_dies_leaves_nothing_or_all(merchant, actor):
    """What it has written goes with it; the next run does it, once."""
    case = opened(shipped((stocked(), 1)), (0, 1), kind="refund_only", reason="quality")
    late = due(case)

    with transaction.atomic():
        services.act(case_id=case.pk, now=late, actor=actor)
        assert Refund.objects.count() == 1
        transaction.set_rollback(True)
    case.refresh_from_db()
    assert (case.state, Refund.objects.count()) == ("asked", 0)
    for _ in range(3):
        services.act(case_id=case.pk, now=late, actor=actor)
    assert Refund.objects.count() == 1


def test_given_back_elsewhere(merchant, actor):
    """On the order's own page: then nothing is left for the case, and it does not stand in the way of others."""
    order = paid((stocked(), 1))
    case = opened(order, (0, 1), kind="refund_only")
    orders.refund(order_id=order.pk, back=[Back(0, 1)], reason="x", key="x", actor=actor)
    case = wait(case)
    assert (case.state, case.closed_because, case.granted) == ("closed", "settled_elsewhere", 0)
    assert Refund.objects.count() == 1


def test_the_periodic_job(merchant, actor):
    case = opened(shipped((stocked(), 1)), (0, 1))
    Case.objects.filter(pk=case.pk).update(deadline_at=clock.now() - timedelta(minutes=1))
    tasks.act_on_deadlines(timestamp=0)
    case.refresh_from_db()
    assert case.state == "sending"


def test_each_merchant_its_own(merchant, actor):
    case = opened(shipped((stocked(), 1)), (0, 1))
    late, other = due(case), make_merchant()
    assert services.act_on_deadlines(now=late, actor=access.system(other.pk)) == 0
    case.refresh_from_db()
    assert case.state == "asked"


def test_a_broken_case_does_not_hold_up_the_others(merchant, actor):
    """Money that went back past the order: somebody has to look, and the job says so each time."""
    broken, fine = (
        opened(shipped((stocked(), 1)), (0, 1), kind="refund_only", reason="quality") for _ in range(2)
    )  # fmt: skip
    Tender.objects.filter(payable_id=broken.order_id).update(refunded_amount=10_000)
    late = due(fine)
    with pytest.raises(ExceptionGroup) as error:
        services.act_on_deadlines(now=late, actor=actor)
    assert [type(one) for one in error.value.exceptions] == [RefundTooLarge]
    assert list(Case.objects.order_by("pk").values_list("state", flat=True)) == ["asked", "done"]

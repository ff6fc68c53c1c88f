"""A click and a deadline, and two clicks, at the same moment: one of them wins."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from tests.concurrency.threads import together
from tests.factories import shop
from tests.factories.aftersale import ask, opened, sent, shipped
from tests.factories.catalog import make_product
from tests.factories.merchants import make_merchant
from yutang.areas.aftersale import services
from yutang.areas.aftersale.errors import NotNow, TooManyPieces
from yutang.areas.aftersale.models import Case, CaseStep
from yutang.areas.catalog.services import SkuDraft
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders import services as orders
from yutang.areas.payments.models import Refund, Tender
from yutang.core import access, tenancy
from yutang.core.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        cake = shop.stocked(50)
        cases = [opened(shipped((cake, 1)), (0, 1), kind="refund_only", reason="quality") for _ in range(8)]
    return access.system(merchant.pk, name="race"), cases


def late(case: Case):
    return case.deadline_at + timedelta(seconds=1)


def test_without_the_lock_both_find_it_undecided(world):
    """Look, then act, as one would without thinking: refused, and paid all the same."""
    actor, cases = world

    def naive(number, barrier):
        with tenancy.scope(actor.merchant_id):
            seen = Case.objects.get(pk=cases[0].pk)
            assert seen.state == "asked"
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            if number:
                Case.objects.filter(pk=seen.pk).update(state="refused", refused_at=seen.opened_at)
            else:
                orders.refund(
                    order_id=seen.order_id, back=[orders.Back(0, 0, seen.amount)], reason="x", key="x", actor=actor
                )

    together(naive, threads=2)
    with tenancy.scope(actor.merchant_id):
        assert (Case.objects.get(pk=cases[0].pk).state, Refund.objects.count()) == ("refused", 1)


def test_exchanges_that_cross(world):
    """Small for large, and large for small: neither waits for the other while it is waited for."""
    actor, _ = world
    with tenancy.scope(actor.merchant_id):
        product = make_product(
            SkuDraft(code="C6", price=9_000, values=("6",)), SkuDraft(code="C8", price=9_000, values=("8",)),
            specifications={"Size": ["6", "8"]},
        )  # fmt: skip
        sizes = list(product.skus.order_by("code"))
        for sku in sizes:
            shop.put(sku, 50)
        cases = [
            sent(opened(shipped((sizes[n % 2], 1)), (0, 1), kind="exchange", reason="wrong_size",
                        sku_id=sizes[1 - n % 2].pk))
            for n in range(12)
        ]  # fmt: skip

    def receive(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            return services.receive(case_id=cases[number].pk, seen=None, actor=actor).state

    assert together(receive, threads=12) == ["resending"] * 12


def test_a_refusal_and_the_deadline(world):
    actor, cases = world

    def act(number, barrier):
        case = cases[number // 2]
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            if number % 2:
                services.act(case_id=case.pk, now=late(case), actor=actor)
                return "time"
            try:
                services.refuse(case_id=case.pk, reason="No.", actor=actor)
            except NotNow:
                return "too late"
        return "refused"

    done = together(act, threads=2 * len(cases))
    with tenancy.scope(actor.merchant_id):
        states = Counter(Case.objects.values_list("state", flat=True))
        assert states["refused"] == done.count("refused")
        assert states["done"] == done.count("too late") == Refund.objects.count()
        assert sum(states.values()) == len(cases)
        answers = CaseStep.objects.filter(what__in=("agree", "refuse")).values_list("case_id", flat=True)
        assert len(answers) == len(set(answers)) == len(cases)


def test_many_runs_of_the_job(world):
    actor, cases = world
    now = max(late(case) for case in cases)

    def run(_, barrier):
        barrier.wait()
        return services.act_on_deadlines(now=now, actor=actor)

    together(run, threads=4)
    with tenancy.scope(actor.merchant_id):
        assert set(Case.objects.values_list("state", flat=True)) == {"done"}
        assert Refund.objects.count() == len(cases)
        assert CaseStep.objects.filter(what="agree").count() == len(cases)
        assert not Tender.objects.exclude(refunded_amount=10_000).exists()


def test_the_same_pieces_asked_for_at_once(world):
    actor, _ = world
    with tenancy.scope(actor.merchant_id):
        order = shipped((shop.stocked(10), 3))

    def open_one(number, barrier):
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            try:
                services.open_case(order_id=order.pk, ask=ask((0, 2)), key=f"r{number}", actor=actor)
            except TooManyPieces:
                return "refused"
        return "open"

    assert Counter(together(open_one, threads=6)) == {"open": 1, "refused": 5}


def test_calling_off_and_shipping_at_once(world):
    """Either it is called off and stays, or it leaves and cannot be called off."""
    actor, _ = world
    with tenancy.scope(actor.merchant_id):
        cake = shop.stocked(10)
        paid = [shop.paid((cake, 1)) for _ in range(5)]

    def act(number, barrier):
        order = paid[number // 2]
        barrier.wait()
        with tenancy.scope(actor.merchant_id):
            try:
                if number % 2:
                    orders.ship(order_id=order.pk, key=f"p{number}", actor=actor)
                else:
                    wanted = ask((0, 1), kind="refund_only")
                    services.open_case(order_id=order.pk, ask=wanted, key=f"r{number}", actor=actor)
            except DomainError as error:
                return type(error).__name__
        return "shipped" if number % 2 else "open"

    answers = Counter(together(act, threads=2 * len(paid)))
    assert answers["shipped"] + answers["open"] == len(paid)
    with tenancy.scope(actor.merchant_id):
        assert StockItem.objects.get(sku=cake).shipped == answers["shipped"]

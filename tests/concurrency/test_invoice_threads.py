"""A buyer changes the title while staff write down that it was issued: what was issued is what stands there."""

from __future__ import annotations

import pytest

from tests.concurrency.threads import together
from tests.factories import shop
from tests.factories.invoices import COMPANY, PERSON, asked, seen, written
from tests.factories.merchants import make_merchant
from yutang.areas.orders import queries_invoices
from yutang.areas.orders.errors import InvoiceChanged, InvoiceIssued
from yutang.areas.orders.models import Invoice, InvoiceDocument
from yutang.core import clock, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = 12


@pytest.fixture
def world():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        cake = shop.stocked(ORDERS)
        orders = [shop.paid((cake, 1)) for _ in range(ORDERS)]
        for order in orders:
            asked(order)
    return merchant, orders


def test_without_the_lock_another_title_is_issued(world):
    """Both look at the request first, and both find that it waits."""
    merchant, orders = world
    order = orders[0]

    def naive(number: int, barrier) -> None:
        with tenancy.scope(merchant.pk):
            assert Invoice.objects.get(pk=order.pk).state == "waiting"
        barrier.wait()
        with tenancy.scope(merchant.pk):
            if number:
                Invoice.objects.filter(pk=order.pk).update(kind="personal", details=PERSON.sealed(merchant.pk))
            else:
                InvoiceDocument.objects.create(
                    merchant=merchant, invoice_id=order.pk, number="1234", issued_on=clock.now().date(), amount=10_000
                )

    together(naive, threads=2)
    with tenancy.scope(merchant.pk):
        whole = queries_invoices.whole(order)
        assert whole is not None
        assert (len(whole.documents), whole.details) == (1, PERSON)


def test_one_of_them_is_first(world):
    merchant, orders = world
    with tenancy.scope(merchant.pk):
        looked = {order.pk: seen(order) for order in orders}

    def act(number: int, barrier) -> str:
        order = orders[number // 2]
        barrier.wait()
        try:
            with tenancy.scope(merchant.pk):
                if number % 2:
                    written(order, f"NO-{order.pk:06}", **looked[order.pk])
                else:
                    asked(order, PERSON)
        except (InvoiceIssued, InvoiceChanged) as error:
            return error.code
        return "done"

    answers = together(act, threads=2 * ORDERS)
    with tenancy.scope(merchant.pk):
        for place, order in enumerate(orders):
            whole = queries_invoices.whole(order)
            assert whole is not None
            buyer, staff = answers[2 * place : 2 * place + 2]
            if buyer == "done":
                assert (staff, whole.details, whole.documents) == ("orders.invoice_changed", PERSON, [])
            else:
                assert (buyer, staff, whole.details) == ("orders.invoice_issued", "done", COMPANY)
                assert len(whole.documents) == 1

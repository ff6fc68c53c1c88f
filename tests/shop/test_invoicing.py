"""A shopper asks for an invoice: at the checkout, on the order, and finds it there."""

from __future__ import annotations

import pytest

from tests.areas.orders.test_invoicing import follow
from tests.console.conftest import text
from tests.factories.invoices import COMPANY, PERSON, TAX_NO, asked, written
from tests.factories.shop import HOME, actor, buyer, paid, pay, place, stocked
from tests.shop.test_buying import order_form
from yutang.areas.customers.addresses import book
from yutang.areas.orders import queries_invoices, services
from yutang.areas.orders.models import Invoice, Order

ASKED = {
    "invoice-kind": "company", "invoice-title": COMPANY.title, "invoice-tax_no": f" {TAX_NO.lower()} ",
    "invoice-email": COMPANY.email,
}  # fmt: skip


@pytest.fixture
def checkout(shopper, shop, merchant) -> tuple[str, dict[str, str]]:
    """Where the form is sent to, and what it holds."""
    book.save_address(identity=shopper.identity, recipient=HOME, actor=actor())
    page = text(shopper.get(f"{shop}checkout", {"buy": f"{stocked(9).pk}:1"}))
    assert 'name="invoice-kind" value="" checked' in page
    return f"{shop}checkout/place", order_form(page)


def test_at_the_checkout(shopper, shop, merchant, checkout):
    where, form = checkout
    assert shopper.post(where, form | ASKED).status_code == 303
    order = Order.objects.select_related("shop").get()
    assert queries_invoices.details(Invoice.objects.get()) == COMPANY
    shopper.post(where, form | ASKED)  # the second tap
    assert Invoice.objects.get().revision == 2
    pay(order)
    follow(merchant)
    shopper.post(where, form | ASKED)
    assert (Invoice.objects.get().revision, Invoice.objects.get().state) == (2, "waiting")
    page = text(shopper.get(f"{shop}checkout", {"buy": f"{stocked(9).pk}:1"}))
    assert f'value="{TAX_NO}"' in page
    assert 'name="invoice-kind" value="" checked' in page


def test_none_is_wanted(shopper, shop, merchant, checkout):
    where, form = checkout
    assert shopper.post(where, form | ASKED | {"invoice-kind": ""}).status_code == 303
    assert not Invoice.objects.exists()


def test_a_wrong_number_at_the_checkout(shopper, shop, merchant, checkout):
    where, form = checkout
    for key in (form["key"], ""):
        answer = shopper.post(where, form | ASKED | {"invoice-tax_no": "123", "key": key})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "Tax number: This is no tax number." in page
        assert 'value="123"' in page
    assert shopper.post(where, form | ASKED | {"invoice-kind": "x"}).status_code == 422
    assert not Order.objects.exists()


def test_on_the_order(shopper, shop, merchant):
    order = paid((stocked(9), 1), identity=shopper.identity)
    where = f"{shop}orders/{order.pk}/invoice"
    assert where in text(shopper.get(f"{shop}orders/{order.pk}"))
    assert "Ask for the invoice" in text(shopper.get(where))
    refused = shopper.post(where, ASKED | {"invoice-email": "x"})
    assert (refused.status_code, "E-mail: This is no e-mail address." in refused.content.decode()) == (422, True)
    assert shopper.post(where, {}).status_code == 422
    assert shopper.post(where, ASKED).headers["Location"] == where
    page = text(shopper.get(where))
    for shown in ("To be issued", COMPANY.title, TAX_NO, "I need no invoice"):
        assert shown in page, shown
    assert shopper.post(f"{where}/withdraw").headers["Location"] == f"{shop}orders/{order.pk}"
    assert not Invoice.objects.exists()
    shopper.post(where, ASKED)
    written(order, url="https://example.com/1.pdf")
    page = text(shopper.get(where))
    for shown in ("25332000000012345678", "https://example.com/1.pdf", "CN¥100.00", "can no longer be changed"):
        assert shown in page, shown
    assert "Ask for the invoice" not in page
    late = shopper.post(where, ASKED)
    assert (late.status_code, "The invoice was issued already." in late.content.decode()) == (422, True)
    assert shopper.post(f"{where}/withdraw").status_code == 409
    assert "Issued" in text(shopper.get(f"{shop}orders/{order.pk}"))


def test_where_there_is_nothing_to_invoice(shopper, shop, merchant):
    order = place((stocked(9), 1), identity=shopper.identity)
    services.close(order_id=order.pk, because="by_buyer", actor=actor())
    assert "/invoice" not in text(shopper.get(f"{shop}orders/{order.pk}"))
    assert shopper.post(f"{shop}orders/{order.pk}/invoice", ASKED).status_code == 422


def test_of_somebody_else(shopper, shop, merchant, stranger):
    theirs = paid((stocked(3), 1), identity=buyer("+8613900139000"))
    asked(theirs, PERSON)
    where = f"{shop}orders/{theirs.pk}/invoice"
    assert shopper.get(where).status_code == 404
    assert shopper.post(where, ASKED).status_code == 404
    assert shopper.post(f"{where}/withdraw").status_code == 404
    assert "/login" in stranger.get(where).headers["Location"]
    assert queries_invoices.details(Invoice.objects.get()) == PERSON


def test_few_statements(shopper, shop, merchant, django_assert_num_queries):
    order = paid((stocked(9), 1), identity=shopper.identity)
    asked(order)
    written(order)
    shopper.get(f"{shop}orders/{order.pk}/invoice")
    with django_assert_num_queries(8):  # merchant and scope, log-in, order, request, documents; and three of the test
        shopper.get(f"{shop}orders/{order.pk}/invoice")

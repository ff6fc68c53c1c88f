"""Invoices: what can stand on them, who may change them until when, and money that goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from tests.factories import shop
from tests.factories.catalog import make_freight
from tests.factories.invoices import COMPANY, PERSON, TAX_NO, asked, seen, written
from yutang.areas.customers.erasing import person as known
from yutang.areas.customers.models import Customer
from yutang.areas.orders import invoice_rules, privacy, queries_invoices, queries_shop, services
from yutang.areas.orders.errors import (
    BadInvoice,
    CannotBeInvoiced,
    InvoiceChanged,
    InvoiceIssued,
    InvoiceNumberTaken,
    WrongState,
)
from yutang.areas.orders.invoice_rules import Document
from yutang.areas.orders.models import Invoice, InvoiceDocument, Order, OrderStep
from yutang.areas.orders.services import Back, invoicing
from yutang.core import clock, events
from yutang.core.models import AuditEntry, Event

IDENTITY_NO = "11010519491231002X"


def follow(merchant) -> None:
    """The jobs of what happened to the order, twice each: a job may come again."""
    for event in Event.objects.filter(name__in=("orders.paid", "orders.refunded")).order_by("pk"):
        name = {"orders.paid": "wait_for_invoice", "orders.refunded": "reverse_invoice"}[event.name]
        for _ in range(2):
            events.handle(merchant_id=merchant.pk, event_id=event.pk, handler=f"reactions.orders.{name}")


def back(order: Order, actor, pieces: int = 1, key: str = "r", freight: int = 0) -> int:
    return services.refund(
        order_id=order.pk, back=[Back(0, pieces)], freight=freight, reason="x", key=key, actor=actor
    )  # fmt: skip


def state() -> str:
    return Invoice.objects.get().state


def test_what_was_issued_and_reversed_is_not_withdrawn(merchant, actor):
    order = shop.paid((shop.stocked(), 1))
    asked(order)
    written(order)
    back(order, actor)
    written(order, number="25332000000012345679")
    for change in (lambda: invoicing.withdraw(order_id=order.pk, actor=actor), lambda: asked(order, PERSON)):
        with pytest.raises(InvoiceIssued):
            change()
    assert sum(InvoiceDocument.objects.values_list("amount", flat=True)) == 0


def test_what_is_withdrawn_while_it_is_issued_is_not_issued(merchant, actor):
    order = shop.paid((shop.stocked(), 1))
    asked(order)
    in_front = seen(order)
    invoicing.withdraw(order_id=order.pk, actor=actor)
    with pytest.raises(InvoiceChanged):
        invoicing.write(
            order_id=order.pk, document=Document("25332000000012345678", clock.now().date(), ""), **in_front,
            actor=actor,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "is_good"),
    [
        (TAX_NO, True), ("91110000802100433C", False), ("9111000080210043", False), (IDENTITY_NO, True),
        ("110105194912310021", False), ("330106712345678", True), ("33010671234567X", True), ("33010A712345678", False),
        (IDENTITY_NO + "01", True), (IDENTITY_NO + "0X", False), ("110105194912310021" + "01", False), ("", False),
        ("٣٣٠١٠٦٧١٢٣٤٥٦٧٨", False),
    ],
)  # fmt: skip
def test_tax_numbers(number, is_good):
    assert invoice_rules.is_tax_number(number) is is_good


def test_a_number_as_it_is_pasted():
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in TAX_NO.lower())
    assert invoice_rules.tax_number(f" {full_width[:9]} {full_width[9:]} ") == TAX_NO
    assert invoice_rules.title_key("云上(杭州) 公司") == invoice_rules.title_key("云上(杭州)公司")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": ""}, "kind"), ({"kind": "x"}, "kind"), ({"title": " "}, "title"), ({"title": "x" * 101}, "title"),
        ({"tax_no": ""}, "tax_no"), ({"tax_no": "1"}, "tax_no"), ({"email": "x"}, "email"),
        ({"email": "x" * 100 + "@example.com"}, "email"),
    ],
)  # fmt: skip
def test_what_cannot_stand_on_it(merchant, wrong, field):
    order = shop.paid((shop.stocked(), 1))
    with pytest.raises(BadInvoice) as refused:
        asked(order, replace(COMPANY, **wrong))
    assert refused.value.field == field
    assert not Invoice.objects.exists()


def test_a_person_has_no_tax_number(merchant):
    asked(shop.paid((shop.stocked(), 1)), replace(COMPANY, kind="personal"))
    assert queries_invoices.details(Invoice.objects.get()) == replace(COMPANY, kind="personal", tax_no="")


def test_it_is_stored_so_that_nobody_reads_it(merchant):
    row = asked(shop.paid((shop.stocked(), 1)))
    row.refresh_from_db()
    for text in (COMPANY.title, COMPANY.tax_no, COMPANY.email):
        assert text.encode() not in bytes(row.details)
    assert COMPANY.masked() == invoice_rules.InvoiceDetails("company", "杭州***", "9111****433B", "f***@example.com")


def test_changed_and_withdrawn_until_it_is_issued(merchant):
    order = shop.paid((shop.stocked(), 1))
    asked(order)
    assert asked(order, PERSON).revision == 2
    assert Invoice.objects.count() == 1
    invoicing.withdraw(order_id=order.pk, actor=shop.actor())
    invoicing.withdraw(order_id=order.pk, actor=shop.actor())
    assert not Invoice.objects.exists()
    asked(order)
    written(order)
    assert state() == "issued"
    for again in (lambda: asked(order, PERSON), lambda: invoicing.withdraw(order_id=order.pk, actor=shop.actor())):
        with pytest.raises(InvoiceIssued):
            again()
    assert queries_invoices.details(Invoice.objects.get()) == COMPANY
    steps = OrderStep.objects.filter(what__startswith="invoice").order_by("id").values_list("what", flat=True)
    assert list(steps) == [*["invoice_asked"] * 2, "invoice_withdrawn", "invoice_asked", "invoice_issued"]


def test_asked_for_before_it_is_paid(merchant):
    order = shop.place((shop.stocked(), 1))
    asked(order)
    assert state() == "asked"
    with pytest.raises(WrongState):
        written(order)
    shop.pay(order)
    follow(merchant)
    assert state() == "waiting"
    assert written(order).amount == 10_000


def test_nothing_to_invoice(merchant, actor):
    closed, given_back = shop.place((shop.stocked(), 1)), shop.paid((shop.stocked(), 1))
    services.close(order_id=closed.pk, because="by_staff", actor=actor)
    back(given_back, actor)
    for order in (closed, given_back):
        with pytest.raises(CannotBeInvoiced):
            asked(order)


def test_money_back_before_it_is_issued_makes_it_less(merchant, actor):
    order = shop.paid((shop.stocked(), 3))
    asked(order)
    back(order, actor)
    follow(merchant)
    assert (state(), seen(order)["amount"]) == ("waiting", 20_000)
    back(order, actor, 2, key="rest")
    follow(merchant)
    assert state() == "over"


def test_money_back_afterwards_has_it_reversed(merchant, actor):
    order = shop.paid((shop.stocked(), 3))
    asked(order)
    written(order)
    back(order, actor)
    assert state() == "issued"
    follow(merchant)
    assert state() == "to_reverse"
    red = written(order, "RED-0001")
    assert (red.amount, state()) == (-10_000, "issued")
    back(order, actor, 2, key="rest")
    follow(merchant)
    assert state() == "to_reverse"
    written(order, "RED-0002")
    assert state() == "over"
    assert sum(InvoiceDocument.objects.values_list("amount", flat=True)) == 0
    done = AuditEntry.objects.filter(action__startswith="orders.invoice").order_by("id")
    assert [(one.action, one.detail["amount"]) for one in done] == [
        ("orders.invoice_issued", 30_000), ("orders.invoice_reversed", -10_000), ("orders.invoice_reversed", -20_000),
    ]  # fmt: skip


def test_only_what_was_seen_is_written_down(merchant, actor):
    order = shop.paid((shop.stocked(), 2))
    asked(order)
    looked = seen(order)
    asked(order, PERSON)
    with pytest.raises(InvoiceChanged):
        written(order, **looked)
    looked = seen(order)
    back(order, actor)  # its job has not run yet
    with pytest.raises(InvoiceChanged):
        written(order, **looked)
    assert written(order).amount == 10_000
    with pytest.raises(WrongState):
        written(order, "NEXT-001")
    assert InvoiceDocument.objects.count() == 1


def test_a_number_stands_on_one_invoice(merchant):
    first, second = (shop.paid((shop.stocked(), 1)) for _ in range(2))
    for order in (first, second):
        asked(order)
    written(first)
    with pytest.raises(InvoiceNumberTaken):
        written(second)
    assert Invoice.objects.get(order=second).state == "waiting"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "1"}, "number"), ({"number": "号码号码"}, "number"), ({"url": "http://example.com"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"), ({"url": "https://"}, "url"), ({"url": "https://["}, "url"),
        ({"issued_on": clock.now().date() + timedelta(days=2)}, "issued_on"),
    ],
)  # fmt: skip
def test_what_is_no_document(merchant, actor, wrong, field):
    order = shop.paid((shop.stocked(), 1))
    asked(order)
    document = replace(Document("25332000000012345678", clock.now().date()), **wrong)
    with pytest.raises(BadInvoice) as refused:
        invoicing.write(order_id=order.pk, document=document, **seen(order), actor=actor)
    assert refused.value.field == field


def test_its_lines_add_up(merchant, actor):
    make_freight()
    order = shop.paid((shop.stocked(price=3_333), 3), (shop.stocked(price=7_000), 1))
    back(order, actor, freight=300)
    order = Order.objects.get(pk=order.pk)
    lines = queries_invoices.lines(order, queries_shop.items(order.pk))
    assert [(line.quantity, line.amount) for line in lines] == [(2, 6_666), (1, 7_000), (1, 700)]
    assert sum(line.amount for line in lines) == order.net_amount


def test_the_last_one_is_the_beginning_of_the_next(merchant):
    order = shop.paid((shop.stocked(), 1))
    assert queries_invoices.last_details(order.customer_id).title == ""
    asked(order)
    assert queries_invoices.last_details(order.customer_id) == COMPANY
    assert queries_invoices.last_details(None).title == ""


def test_copied_and_erased(merchant, actor):
    issued, waiting = (shop.paid((shop.stocked(), 1)) for _ in range(2))
    for order in (issued, waiting):
        asked(order)
    written(issued, url="https://example.com/1.pdf")
    person = known(Customer.objects.get(pk=issued.customer_id))
    copied = privacy.copy(person)["Invoices"]
    assert [(one["title"], one["tax_no"], len(one["documents"])) for one in copied] == [
        (COMPANY.title, TAX_NO, 1), (COMPANY.title, TAX_NO, 0),
    ]  # fmt: skip
    for _ in range(2):
        privacy.erase(person, actor)
    left, document = Invoice.objects.get(), InvoiceDocument.objects.get()
    assert (left.order_id, left.details, bytes(left.title_index)) == (issued.pk, None, b"")
    assert (document.number, document.url, document.amount) == ("25332000000012345678", "", 10_000)


def test_requests_of_orders_never_paid_go(merchant):
    with time_machine.travel(clock.now() - timedelta(days=40), tick=False):
        old = shop.place((shop.stocked(), 1))
        asked(old)
        kept = shop.paid((shop.stocked(), 1))
        asked(kept)
    asked(shop.place((shop.stocked(), 1)))
    before = clock.now() - timedelta(days=30)
    assert (privacy.count_unpaid(before), privacy.remove_unpaid(before), privacy.count_unpaid(before)) == (1, 1, 0)
    assert Invoice.objects.count() == 2

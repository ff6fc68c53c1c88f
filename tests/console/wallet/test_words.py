"""What was paid from a balance and came back, in words: on the person's page, in the books, on the phone."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.console.conftest import text
from tests.factories import bookings, shop, wallet
from tests.factories.membership import make_plan, ordered_card
from yutang.areas.bookings import services as booking_services
from yutang.areas.membership.services import carding
from yutang.areas.payments import services as payments
from yutang.core.ledger.models import Entry
from yutang.shop import shoppers

ENGLISH = ("Booking, paid from the balance", "Refund of a booking", "Membership card, paid from the balance",
           "Refund of a membership card")  # fmt: skip
CHINESE = ("余额支付预约", "预约退款", "余额支付会员卡", "会员卡退款")


def from_balance(payable: tuple[str, int]) -> None:
    payments.open_tender(payable=payable, provider="wallet", actor=shop.actor())


def reading(client, language: str):
    client.member.user.language = language
    client.member.user.save()
    return client


@pytest.fixture
def person(merchant):
    """Somebody who paid a booking and a card from the balance, and got both back."""
    person = bookings.person(1)
    wallet.with_balance(100_000, 0, identity=person)
    made = bookings.book(bookings.make_experience(price=5_000))
    from_balance(("booking", made.pk))
    booking_services.cancel(booking_id=made.pk, is_full=True, actor=shop.actor())
    card = ordered_card(make_plan(price=3_000), person.customer_id)
    from_balance(("card", card.pk))
    carding.refund(card_id=card.pk, key="staff", actor=shop.actor())
    return person


@pytest.mark.parametrize(("language", "words"), [("en", ENGLISH), ("zh-hans", CHINESE)])
def test_refunds_are_named_by_what_they_are_of(merchant, client_for, person, language, words):
    client, phone = reading(client_for(merchant), language), Client(headers={"Accept-Language": language})
    phone.cookies[shoppers.LOGIN] = shoppers.signed(merchant.pk, person)
    pages = {
        "page": text(client.get(f"/customers/{person.customer_id}/balance")),
        "card": text(client.get(f"/customers/{person.customer_id}/wallet")),
        "books": text(client.get("/ledger/postings")),
        "phone": text(phone.get(f"/s/{merchant.slug}/wallet")),
    }
    assert {name: [word in page for word in words] for name, page in pages.items()} == dict.fromkeys(
        pages, [True] * len(words)
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Cancelled", "The unused part of a card", "Payments (by itself)")),
        ("zh-hans", ("已取消", "会员卡未使用部分", "支付（自动）")),
    ],
)
def test_reasons_and_who_did_it(merchant, client_for, person, language, words):
    client = reading(client_for(merchant), language)
    page = text(client.get(f"/customers/{person.customer_id}/balance"))
    assert [word in page for word in words] == [True] * 3
    for raw in (">cancelled<", ">unused part<", ">payments<"):
        assert raw not in page
    entry = Entry.objects.filter(reason="cancelled").get()
    shown = text(client.get(f"/ledger/entries/{entry.pk}"))
    assert (words[0] in shown, words[2] in shown) == (True, True)
    file = client.get("/ledger/postings?format=csv").content.decode("utf-8-sig")
    assert [word in file for word in words] == [True] * 3


def test_what_somebody_wrote_stays_as_it_is(merchant, client_for):
    person = shop.buyer()
    wallet.with_balance(10_000, 0)
    order = wallet.bought(5_000)
    payments.refund_payable(payable=("order", order.pk), amount=1_000, key="r", reason="盒子压坏了", actor=shop.actor())
    page = text(client_for(merchant).get(f"/customers/{person.customer_id}/balance"))
    assert "盒子压坏了" in page

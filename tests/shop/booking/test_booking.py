from __future__ import annotations

import re

import pytest

from tests.factories.bookings import at, book, make_experience, pay
from yutang.areas.bookings import services
from yutang.areas.bookings.models import Booking

State = Booking.State


def hub(actor, **values):
    given = {"title": "Pond", "text": "Hello", "contact_name": "Mei", "contact_phone": "123", "contact_wechat": "mei"}
    return services.save_hub(**{"is_active": True, "segment_id": None, **given, **values}, actor=actor)


def test_a_free_time_is_booked_and_shown_with_its_code(shopper, merchant, actor, django_assert_num_queries):
    made = make_experience(title="Tea class")
    listed = shopper.get(f"{shopper.shop}experiences").content.decode()
    assert "Tea class" in listed
    page = shopper.get(f"{shopper.shop}experiences/{made.pk}").content.decode()
    assert at().isoformat() in page
    key = re.search(r'name="key" value="(\w+)"', page)[1]
    answer = {"key": key, "starts_at": at().isoformat(), "way": "book"}
    first = shopper.post(f"{shopper.shop}experiences/{made.pk}/book", answer)
    again = shopper.post(f"{shopper.shop}experiences/{made.pk}/book", answer)
    booked = Booking.objects.get()
    assert first.headers["Location"] == again.headers["Location"] == f"{shopper.shop}bookings/{booked.pk}"
    with django_assert_num_queries(6):
        shown = shopper.get(f"{shopper.shop}bookings/{booked.pk}").content.decode()
    assert f"{booked.code[:4]} {booked.code[4:]}" in shown
    assert "Tea class" in shopper.get(f"{shopper.shop}bookings").content.decode()
    assert "Bookings" in shopper.get(f"{shopper.shop}me").content.decode()
    assert shopper.post(f"{shopper.shop}bookings/{booked.pk}/cancel").status_code == 303
    booked.refresh_from_db()
    assert booked.state == State.CANCELLED


def test_what_costs_leads_to_the_pay_page(shopper, merchant, actor):
    made = make_experience(price=8_800, late_refund_percent=50)
    answer = {"key": "a" * 16, "starts_at": at().isoformat(), "way": "book"}
    to_pay = shopper.post(f"{shopper.shop}experiences/{made.pk}/book", answer)
    held = Booking.objects.get()
    assert to_pay.headers["Location"] == f"{shopper.shop}pay/booking/{held.pk}"
    assert "88.00" in shopper.get(to_pay.headers["Location"]).content.decode()
    started = shopper.post(f"{shopper.shop}pay/booking/{held.pk}/start", {"way": "sandbox:"})
    paid = shopper.post(started.headers["Location"])
    assert paid.headers["Location"] == f"{shopper.shop}bookings/{held.pk}"
    held.refresh_from_db()
    assert held.state == State.BOOKED
    shown = shopper.get(f"{shopper.shop}bookings/{held.pk}").content.decode()
    assert "If you cancel now, CN¥88.00 of CN¥88.00 paid goes back." in shown


def test_a_full_time_has_a_line_and_its_place_is_taken(shopper, merchant, actor):
    made = make_experience(capacity=1)
    other = book(made, 7)
    answer = {"key": "a" * 16, "starts_at": at().isoformat(), "way": "book"}
    full = shopper.post(f"{shopper.shop}experiences/{made.pk}/book", answer)
    assert full.status_code == 409
    assert "Only 0 places are left" in full.content.decode()
    shopper.post(f"{shopper.shop}experiences/{made.pk}/book", answer | {"way": "wait"})
    mine = Booking.objects.get(customer=shopper.identity.customer_id)
    assert "You are number 1 in line" in shopper.get(f"{shopper.shop}bookings/{mine.pk}").content.decode()
    services.cancel(booking_id=other.pk, actor=actor)
    assert "A place is free for you" in shopper.get(f"{shopper.shop}bookings/{mine.pk}").content.decode()
    shopper.post(f"{shopper.shop}bookings/{mine.pk}/take")
    mine.refresh_from_db()
    assert mine.state == State.BOOKED


@pytest.mark.parametrize(
    "answer",
    [
        {}, {"key": "a" * 16, "starts_at": "rubbish"}, {"key": "a" * 16, "starts_at": "2026-01-01T10:00"},
        {"key": "a", "starts_at": "2026-01-01T10:00+00:00"}, {"key": "a" * 16, "starts_at": "0001-01-01T10:00+08:00"},
        {"key": "a" * 16, "starts_at": "2026-01-01T10:00+00:00", "party": "-1"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_asks_again(shopper, merchant, actor, answer):
    made = make_experience()
    asked = shopper.post(f"{shopper.shop}experiences/{made.pk}/book", answer)
    assert asked.status_code == 422
    assert "Choose a time." in asked.content.decode()
    assert not Booking.objects.exists()


def test_the_hub_is_for_its_members(shopper, merchant, actor):
    made = make_experience(title="Night stay", audience="vip")
    assert shopper.get(f"{shopper.shop}vip").status_code == 404
    hub(actor)
    closed = shopper.get(f"{shopper.shop}vip")
    assert closed.status_code == 403
    assert "Night stay" not in closed.content.decode()
    assert shopper.get(f"{shopper.shop}experiences/{made.pk}").status_code == 404
    services.invite(customer_id=shopper.identity.customer_id, reason="", actor=actor)
    page = shopper.get(f"{shopper.shop}vip").content.decode()
    assert "Night stay" in page
    assert "Mei" in page
    assert shopper.get(f"{shopper.shop}experiences/{made.pk}").status_code == 200
    assert "Night stay" not in shopper.get(f"{shopper.shop}experiences").content.decode()
    assert "Pond" in shopper.get(f"{shopper.shop}me").content.decode()


def test_strangers_log_in_before_they_book(stranger, merchant, actor):
    made = make_experience()
    there = f"/s/{merchant.slug}/experiences/{made.pk}"
    assert stranger.get(there).status_code == 200
    asked = stranger.post(f"{there}/book", {"key": "a" * 16, "starts_at": at().isoformat()})
    assert "/login" in asked.headers["Location"]


def test_other_peoples_bookings_are_unknown(shopper, merchant, actor):
    theirs = book(make_experience(price=500), 9)
    pay(theirs)
    for path in (f"bookings/{theirs.pk}", f"pay/booking/{theirs.pk}"):
        assert shopper.get(f"{shopper.shop}{path}").status_code == 404
    for path in (f"bookings/{theirs.pk}/cancel", f"bookings/{theirs.pk}/take"):
        assert shopper.post(f"{shopper.shop}{path}").status_code == 404


def test_nothing_booked_says_so(shopper, merchant):
    assert "Nothing booked yet" in shopper.get(f"{shopper.shop}bookings").content.decode()
    assert "Nothing to book right now" in shopper.get(f"{shopper.shop}experiences").content.decode()

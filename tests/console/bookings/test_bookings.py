from __future__ import annotations

import pytest
import time_machine

from tests.console.conftest import text
from tests.factories.bookings import ZONE, at, book, make_experience, pay, person, wait
from tests.factories.merchants import make_merchant
from yutang.areas.bookings import queries, services
from yutang.areas.bookings.models import Booking, Experience, Hub, Invitation, Resource, Terms
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as organisation
from yutang.core import clock

FORM = {
    "title": "Tea class", "price": "88.50", "minutes": "90", "capacity": "8", "largest_party": "2",
    "audience": "everybody", "quota": "1", "quota_days": "30", "days_ahead": "30", "closes_hours": "2",
    "free_until_hours": "24", "late_refund_percent": "30", "is_active": "on", "weekday_0": "10:00 14:30",
    "weekday_5": "9:00", "days": "2026-12-24 10:00\n2026-12-25\n",
}  # fmt: skip


def test_an_experience_is_made_and_changed(client_for, merchant):
    client = client_for(merchant)
    node = merchants.root_node().pk
    assert client.post("/bookings/experiences/new", FORM | {"node_id": node}).status_code == 302
    made = Experience.objects.get()
    assert (made.price, made.minutes, made.quota) == (8_850, 90, 1)
    assert [(r.weekday, str(r.day), r.begins) for r in queries.hours(made.pk)] == [
        (None, "2026-12-24", 600), (None, "2026-12-25", None), (0, "None", 600), (0, "None", 870), (5, "None", 540),
    ]  # fmt: skip
    page = client.get(f"/bookings/experiences/{made.pk}")
    assert page.context["form"]["days"].value() == "2026-12-24 10:00\n2026-12-25"
    assert 'value="10:00 14:30"' in text(page)
    assert client.post(f"/bookings/experiences/{made.pk}", FORM | {"node_id": node, "title": "Tea"}).status_code == 302
    assert "Tea" in text(client.get("/bookings/experiences"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"), ({"weekday_0": "25:00"}, "weekday_0"), ({"days": "soon"}, "days"),
        ({"days": "2026-12-24 noon"}, "days"), ({"largest_party": "9"}, "largest_party"),
        ({"audience": "segment"}, "segment_id"), ({"price": "-1"}, "price"), ({"node_id": "999999"}, "node_id"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_field(client_for, merchant, wrong, field):
    given = FORM | {"node_id": merchants.root_node().pk} | wrong
    answer = client_for(merchant).post("/bookings/experiences/new", given)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Experience.objects.exists()


def test_the_day_by_resource(client_for, merchant, actor, django_assert_num_queries):
    room = services.save_resource(node_id=merchants.root_node().pk, kind="room", name="Lake room", actor=actor)
    tea = make_experience(title="Tea", resource_id=room.pk, capacity=3, largest_party=2)
    yoga = make_experience(title="Yoga", begins=[600, 720])
    book(tea, 1, party=2)
    for number in range(2, 4):
        book(yoga, number, at(2, 720))
    wait(yoga, 4, at(2, 720))
    client = client_for(merchant)
    on = at().astimezone(clock.ZoneInfo(ZONE)).date()
    with django_assert_num_queries(9):
        page = client.get(f"/bookings?on={on}")
    found = {name: [(r.booked, r.waiting) for r in rows] for name, rows in page.context["groups"]}
    assert found == {"Lake room": [(2, 0)], "": [(2, 1)]}
    assert "4 persons booked, 0 came" in text(page)
    session = Booking.objects.filter(session__experience=yoga).first().session_id
    assert len(client.get(f"/bookings/sessions/{session}").context["page"].rows) == 3


def test_the_desk_checks_in_and_marks_who_did_not_come(client_for, merchant, actor):
    made = make_experience()
    first, second = book(made, 1), book(made, 2)
    with time_machine.travel(at(), tick=False):
        client = client_for(merchant, role="store_manager")
        assert client.post("/bookings/check-in", {"code": first.code}).headers["Location"] == f"/bookings/{first.pk}"
        client.post("/bookings/check-in", {"code": "99"})
        assert "There is no booking with this code here." in text(client.get("/bookings"))
        client.post(f"/bookings/{second.pk}/missed")
        assert "Did not come" in text(client.get(f"/bookings/{second.pk}"))
        client.post(f"/bookings/{second.pk}/not-missed")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("checked_in", "booked")


def test_the_store_cancels(client_for, merchant, actor):
    booked = book(make_experience(price=500, free_until_hours=72))
    pay(booked)
    client = client_for(merchant)
    client.post(f"/bookings/{booked.pk}/cancel", {"full": "1"})
    booked.refresh_from_db()
    assert (booked.state, booked.refunded) == ("cancelled", 500)


def test_the_hub_and_its_invitations(client_for, merchant, actor):
    client = client_for(merchant)
    assert client.post("/vip", {"title": "Pond", "is_active": "on", "contact_name": "Mei"}).status_code == 302
    assert Hub.objects.get().is_active
    who = person(1).customer_id
    assert client.post("/vip/invitations", {"customer": who, "reason": "Regular"}).status_code == 302
    assert client.post("/vip/invitations", {"customer": 10**9}).status_code == 422
    invited = Invitation.objects.get()
    assert "Regular" in text(client.get("/vip/invitations"))
    client.post(f"/vip/invitations/{invited.pk}/end")
    assert "Nobody was invited by hand" in text(client.get("/vip/invitations"))


def test_resources_and_terms(client_for, merchant):
    client = client_for(merchant)
    given = {"name": "Lake room", "kind": "room", "node_id": merchants.root_node().pk, "is_active": "on"}
    assert client.post("/bookings/resources", given).status_code == 302
    room = Resource.objects.get()
    client.post(f"/bookings/resources/{room.pk}", given | {"name": "Pond room"})
    assert "Pond room" in text(client.get("/bookings/resources"))
    answer = {"hold_minutes": 20, "offer_minutes": 60, "strikes": 3, "strike_days": 60, "block_days": 10}
    assert client.post("/bookings/terms", answer).status_code == 302
    assert Terms.objects.get().strikes == 3
    assert client.post("/bookings/terms", answer | {"strikes": -1}).status_code == 422


def test_a_persons_card(client_for, merchant, actor):
    booked = book(make_experience(title="Tea"))
    client = client_for(merchant)
    assert "Tea" in text(client.get(f"/customers/{booked.customer_id}/bookings"))
    empty = text(client.get(f"/customers/{person(9).customer_id}/bookings"))
    assert empty.strip() == '<div id="customer_bookings"></div>'


PAGES = [
    "/bookings",
    "/bookings/experiences",
    "/bookings/experiences/new",
    "/bookings/resources",
    "/bookings/terms",
    "/vip",
]


@pytest.mark.parametrize("path", PAGES)
def test_needs_the_permission(client_for, merchant, path):
    assert client_for(merchant, role="finance").get(path).status_code == 403


def test_another_store_and_another_merchant_see_nothing(client_for, merchant, actor):
    made = make_experience()
    booked = book(made)
    store = organisation.add_node(parent=merchants.root_node(), kind="store", code="S", name="South", actor=actor)
    paths = [f"/bookings/{booked.pk}", f"/bookings/sessions/{booked.session_id}", f"/bookings/experiences/{made.pk}"]
    for client in (client_for(merchant, role="owner", node=store), client_for(make_merchant())):
        assert [client.get(path).status_code for path in paths] == [404, 404, 404]
        assert client.post(f"/bookings/{booked.pk}/cancel").status_code == 404
    assert client_for(merchant, role="owner", node=store).get("/vip").status_code == 403

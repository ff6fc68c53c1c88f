"""Value grades on screen: figures lead to people, people to a segment; a store's manager sees the store."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_order, make_person, make_store
from tests.factories.merchants import make_merchant
from yutang.areas.grades import queries, services
from yutang.areas.grades.models import Ladder
from yutang.areas.segments.models import Segment
from yutang.core import access, tenancy
from yutang.lake import writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]


@pytest.fixture
def shop(time_machine):
    """Six people of two stores who bought in March 2026, the first most often; today is the last of March."""
    time_machine.move_to("2026-03-31 12:00:00+08:00", tick=False)
    made = make_merchant()
    made.north, made.south = make_store(made, "N"), make_store(made, "S")
    made.people = [
        make_person(made, name=f"P{n}ter", node=made.north if n < 4 else made.south, phone=f"+861398765010{n}")
        for n in range(6)
    ]
    for n, person in enumerate(made.people):
        for order in range(6 - n):
            node = made.north if n < 4 else made.south
            make_order(made, person, node=node, day=25 - 4 * n - order, amounts=(1000 * (6 - n),))
    writer.run()
    with tenancy.scope(made.pk):
        services.refresh()
    return made


def text(answer) -> str:
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.mark.parametrize("path", ["", "/movement", "/movement?by=tier", "/pareto?percent=50", "/tiers", "/dormant"])
def test_every_page_opens_also_for_a_past_day_and_a_store(shop, client_for, path):
    client = client_for(shop)
    joint = "&" if "?" in path else "?"
    assert "Value grades" in text(client.get(f"/grades{path}"))
    assert "Value grades" in text(client.get(f"/grades{path}{joint}day=2026-03-20&store={shop.north.pk}"))


def test_a_group_leads_to_its_people_and_to_a_segment(shop, client_for):
    client = client_for(shop)
    with tenancy.scope(shop.pk):
        best = queries.explained(shop.people[0].pk, actor=access.system(shop.pk)).scores.group
    shown = text(client.get(f"/grades/people?show=group&group={best}"))
    assert f"#{shop.people[0].pk}" in shown
    assert f"/grades/people?show=group&amp;group={best}" in text(client.get("/grades"))
    answer = client.post("/grades/save", {"show": "group", "group": best, "name": "The best"})
    with tenancy.scope(shop.pk):
        made = Segment.objects.get()
    assert answer.headers["Location"] == f"/segments/{made.pk}"
    assert made.rule == {"attr": "grades.rfm_group", "op": "in", "value": [str(best)]}
    again = client.post("/grades/save", {"show": "group", "group": best, "name": "The best"}, follow=True)
    assert "There is a segment named The best already." in text(again)


def test_people_of_a_move(shop, client_for):
    client = client_for(shop)
    address = "/grades/people?show=moved&by=tier&before=&after=big&since=2026-03-01"
    assert f"#{shop.people[0].pk}" in text(client.get(address))
    posted = {"show": "moved", "by": "tier", "after": "big", "since": "2026-03-01", "name": "New big fish"}
    client.post("/grades/save", posted)
    with tenancy.scope(shop.pk):
        ids = [person.pk for person in shop.people[:2]]
        assert Segment.objects.get().rule == {"attr": "grades.customer_id", "op": "in", "value": ids}


def test_what_cannot_be_read_is_refused(shop, client_for):
    client = client_for(shop)
    for address, status in (
        ("/grades?day=soon", 422), ("/grades?store=999999", 404), ("/grades/people?show=group&group=whales", 404),
        ("/grades/people", 404), ("/grades/movement?since=2026-04-01", 422), ("/grades/movement?since=x", 422),
    ):  # fmt: skip
        assert client.get(address).status_code == status, address


def test_a_ladder_is_previewed_then_set(shop, client_for):
    client = client_for(shop)
    form = {"measure": "net", "window_days": "", "middle_from": "60", "big_from": "250"}
    shown = text(client.post("/grades/tiers", {**form, "preview": "1"}))
    assert "Set it" in shown
    assert "Small fish → Middle fish" in shown or "Middle fish → Small fish" in shown
    with tenancy.scope(shop.pk):
        assert not Ladder.objects.exists()
    client.post("/grades/tiers", {**form, "save": "1"})
    with tenancy.scope(shop.pk):
        ladder = Ladder.objects.get()
        assert (ladder.measure, ladder.middle_from, ladder.big_from) == ("net", 6000, 25_000)
    wrong = text(client.post("/grades/tiers", {**form, "big_from": "60", "save": "1"}))
    assert "This must be more than for middle fish." in wrong


def test_dormant_people_the_most_valuable_first(shop, client_for):
    client = client_for(shop)
    shown = text(client.get("/grades/dormant?quiet=13"))
    names = [name for name in (person.name for person in shop.people) if name in shown]
    assert names == ["P2ter", "P3ter", "P4ter", "P5ter"]
    assert [shown.index(name) for name in names] == sorted(shown.index(name) for name in names)
    assert "139****0102" in shown
    assert "13987650102" not in shown
    client.post("/grades/save", {"show": "dormant", "quiet": "13", "name": "Quiet"})
    with tenancy.scope(shop.pk):
        assert Segment.objects.get().last_count == 4


def test_a_manager_sees_the_own_store(shop, client_for):
    client = client_for(shop, "store_manager", shop.south)
    shown = text(client.get("/grades/dormant?quiet=1"))
    assert ("P5ter" in shown, "P0ter" in shown) == (True, False)
    assert "2 people have bought" in text(client.get("/grades"))
    assert client.get(f"/grades?store={shop.north.pk}").status_code == 404
    assert client.post("/grades/tiers", {"measure": "net"}).status_code == 403
    assert client.post("/grades/save", {"show": "dormant", "quiet": "1", "name": "x"}).status_code == 403
    assert client_for(shop, "guide").get("/grades").status_code == 403


def test_the_customer_page_explains_the_grades(shop, client_for):
    shown = text(client_for(shop).get(f"/customers/{shop.people[0].pk}"))
    assert "R 5" in shown
    assert "Fifths end at" in shown
    with tenancy.scope(shop.pk), CaptureQueriesContext(connection) as seen:
        queries.explained(shop.people[0].pk, actor=access.system(shop.pk))
    assert (
        len([query for query in seen if "FROM" in query["sql"]]) == 3
    )  # boundaries with the ladder, statistics, merchant
    assert "Fifths end at" not in text(client_for(shop, "guide").get(f"/customers/{shop.people[0].pk}"))


def test_queries_do_not_grow_with_people(shop, client_for):
    client = client_for(shop)
    client.get("/grades/dormant?quiet=1")
    counts = []
    for quiet in (1, 24):
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/grades/dormant?quiet={quiet}")
        counts.append(len(seen))
    assert counts[0] == counts[1]

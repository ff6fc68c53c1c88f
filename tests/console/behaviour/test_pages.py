"""Behaviour reports on screen: figures lead to people, people to a segment; a store sees its own."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_order, make_person, make_store
from tests.factories.codes import make_code
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from yutang.areas.analytics.queries.behaviour import behind
from yutang.areas.segments import queries as segments
from yutang.areas.segments.models import Segment
from yutang.core import access, tenancy
from yutang.lake import writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]
NOW = datetime.fromisoformat("2026-03-20T12:00:00+08:00")
REPORTS = ("", "/frequency", "/paths", "/aisas")
LONG = "https://shop.example.com/" + "sehr-lange-seite/" * 20


@pytest.fixture
def shop(time_machine):
    """Four people of two stores and a stranger view a page; the first two search; the first one buys."""
    time_machine.move_to(NOW, tick=False)
    made = make_merchant()
    made.north, made.south = make_store(made, "North"), make_store(made, "South")
    phones = [f"+861380013800{n}" for n in range(4)]
    made.people = [
        make_person(made, name=f"P{n}ter", node=made.north if n % 2 == 0 else made.south, phone=phone)
        for n, phone in enumerate(phones)
    ]
    with tenancy.scope(made.pk):
        made.code = make_code(node=made.south, name="Counter of the south")
        for n, phone in enumerate(phones):
            record(did(n, "identify", 10, identity={"kind": "phone", "value": phone}))
            record(did(n, "view", 9, page=LONG, channel="web"), did(n, "view", 8, page="/tea", channel="web"))
        record(did(0, "search", 7, properties={"query": "tea"}), did(1, "search", 7, properties={"query": "tea"}))
        record(did(1, "share", 1, source=f"code:{made.code.slug}"), did(9, "view", 9), did(9, "view", 8))
        while link():
            pass
    make_order(made, made.people[0], node=made.south, day=19)
    writer.run()
    return made


def did(visitor: int, kind: str, days: int, **values):
    at = (NOW - timedelta(days=days)).isoformat()
    return event(visitor=f"browser-{visitor}", kind=kind, occurred_at=at, **values)


def text(answer, status=200) -> str:
    assert answer.status_code == status, answer.content
    return unescape(answer.content.decode())


def links(html: str, wanted: str) -> list[str]:
    return [href for href in re.findall(r'href="([^"]+)"', html) if wanted in href]


@pytest.mark.parametrize("report", REPORTS)
def test_every_report_opens_with_data_for_a_store_and_with_nothing(shop, client_for, report):
    client = client_for(shop)
    assert "How this is counted" in text(client.get(f"/behaviour{report}"))
    assert "yt-empty" not in text(client.get(f"/behaviour{report}?store={shop.north.pk}&channel=web"))
    nothing = text(client.get(f"/behaviour{report}?since=2020-01-01&until=2020-01-02&kind=view"))
    assert "Choose" in nothing
    assert "more days" in nothing
    assert "Behaviour reports" in text(client_for(make_merchant()).get(f"/behaviour{report}"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?since=yesterday", "Enter a valid date"), ("?since=2026-03-05&until=2026-03-04", "The first day lies after"),
        ("?since=1200-01-01", "Choose a day from 1970 on."), ("?until=9999-12-31", "Choose a day before 2100."),
        ("?store=999999", "Select a valid choice"), ("?window=0&kind_1=view&kind_2=cart", "greater than or equal to 1"),
        ("?kind_1=view", "Choose 2 to 8 steps."),
        ("?kind_1=view&kind_2=PURCHASE&page_2=/tea", "A purchase has no page"),
        ("?kind_1=view&page_2=/tea", "Choose what was done."), ("?kind_1=VIEW!&kind_2=cart", "Select a valid choice"),
        (f"?kind_1=view&kind_2=cart&page_1={'x' * 201}", "at most 200 characters"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_beside_its_field(shop, client_for, query, said):
    page = text(client_for(shop).get(f"/behaviour{query}"), 422)
    assert said in page
    assert "yb-funnel" not in page


FUNNEL = "kind_1=view&page_1=/tea&kind_2=search&kind_3=PURCHASE"


def test_a_step_of_the_funnel_leads_to_its_people_and_to_a_segment(shop, client_for):
    client = client_for(shop)
    page = text(client.get(f"/behaviour?{FUNNEL}"))
    assert [int(n) for n in re.findall(r"<strong>(\d+)</strong> <small>[\d.]+%", page)] == [4, 2, 1]
    assert "2 people (50.0%) went no further" in page
    address = next(href for href in links(page, "/behaviour/people") if "step=2" in href and "dropped" not in href)
    people = text(client.get(address))
    assert [name in people for name in ("P**", f"#{shop.people[0].pk}", f"#{shop.people[1].pk}")] == [True] * 3
    assert f"#{shop.people[2].pk}" not in people
    assert "a fixed list" in people
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', people))
    answer = client.post("/behaviour/save", {**fields, "name": "Searched"})
    with tenancy.scope(shop.pk):
        kept = Segment.objects.get()
        assert answer.headers["Location"] == f"/segments/{kept.pk}"
        assert kept.description.startswith("Fixed on 2026-03-20.")
        assert set(segments.members_at_last_refresh(kept)) == {shop.people[0].pk, shop.people[1].pk}
        assert segments.bitmap(kept.rule, actor=access.system(shop.pk)) == segments.members_at_last_refresh(kept)


def test_where_a_rule_says_the_same_the_segment_follows_it(shop, client_for):
    client = client_for(shop)
    page = text(client.get("/behaviour/frequency?kind=view&channel=web&unit=times"))
    address = next(href for href in links(page, "/behaviour/people") if "band=1" in href)
    people = text(client.get(address))
    assert "counted anew every night" in people
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', people))
    client.post("/behaviour/save", {**fields, "name": "Viewed twice"})
    with tenancy.scope(shop.pk):
        kept = Segment.objects.get(name="Viewed twice")
        assert (kept.rule["did"], kept.last_count) == ("interactions.event", 4)


def test_strangers_are_counted_but_not_listed(shop, client_for):
    client = client_for(shop)
    page = text(client.get("/behaviour/frequency?kind=view&unit=times"))
    people = text(client.get(next(iter(links(page, "/behaviour/people")))))
    assert re.search(r'yb-count">5<', people)
    assert "1 of them a visitor nobody knows yet" in people
    assert people.count("data-href=") == 4


def test_the_links_of_every_report_lead_to_people(shop, client_for):
    client = client_for(shop)
    for report in (
        f"?{FUNNEL}",
        "/frequency",
        "/paths",
        "/paths?by=page&direction=to&anchor=/tea",
        "/aisas?by=channel",
    ):
        found = links(text(client.get(f"/behaviour{report}")), "/behaviour/people")
        assert found, report
        for address in found:
            shown = text(client.get(address))
            assert re.search(r'yb-count">\d+<', shown), address


def test_what_is_shown_can_be_taken_along_as_csv(shop, client_for):
    client = client_for(shop)
    for report in REPORTS:
        answer = client.get(f"/behaviour{report}?format=csv")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert len(list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))) > 3
    shown = client.get(f"/behaviour?{FUNNEL}&format=csv").content.decode("utf-8-sig")
    assert [row[2] for row in csv.reader(io.StringIO(shown))] == ["People", "4", "2", "1"]


def test_a_list_that_is_too_long_says_so(shop, client_for, monkeypatch):
    monkeypatch.setattr(behind, "MAX_VALUES", 1)
    client = client_for(shop)
    address = f"/behaviour/people?report=funnel&{FUNNEL}&step=2"
    assert "Save as segment" not in text(client.get(address))
    client.post("/behaviour/save", {"report": "funnel", "step": "2", "name": "x",
                                    **dict(pair.split("=") for pair in FUNNEL.split("&"))})  # fmt: skip
    with tenancy.scope(shop.pk):
        assert not Segment.objects.exists()
    assert "These are 2 known people" in text(client.get(address))


@pytest.mark.parametrize(
    "query",
    [
        "", "?report=x", "?report=funnel&step=0", "?report=funnel&step=99", "?report=funnel&step=3&dropped=1",
        "?report=frequency&since=x", "?report=aisas&stage=5", "?report=aisas&stage=4&went_on=1",
        "?report=paths&way=[", "?report=paths&way=7", "?report=paths&way=[]", "?report=paths&move=[9,null,null,true]",
        "?report=paths&move=[0,1,2,3]", "?report=aisas&stage=99999999999999999",
    ],
)  # fmt: skip
def test_what_no_report_links_to_does_not_exist(shop, client_for, query):
    assert client_for(shop).get(f"/behaviour/people{query}").status_code == 404


def test_a_store_sees_its_own_people_and_no_strangers(shop, client_for):
    client = client_for(shop, "store_manager", shop.north)
    people = text(client.get("/behaviour/people?report=frequency&kind=view&unit=times"))
    assert re.search(r'yb-count">2<', people)
    assert f"#{shop.people[0].pk}" in people
    assert f"#{shop.people[1].pk}" not in people
    for report in REPORTS:
        page = text(client.get(f"/behaviour{report}"))
        assert "South" not in page
        assert shop.code.slug not in page
    assert client.get(f"/behaviour?store={shop.south.pk}").status_code == 422


def test_who_may_not_see_behaviour_does_not(shop, client_for):
    for path in (*REPORTS, "/people"):
        assert client_for(shop, "guide").get(f"/behaviour{path}").status_code == 403
    client = client_for(shop, "store_manager", shop.north)
    answer = client.post("/behaviour/save", {"report": "frequency", "kind": "view", "unit": "times", "name": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("report", "queries"),
    [
        ("", 14),
        ("/frequency", 13),
        ("/paths", 17),
        ("/aisas", 18),
        ("/people?report=frequency&kind=view&unit=times", 18),
    ],
)
def test_exact_number_of_queries(shop, client_for, report, queries):
    client = client_for(shop)
    client.get("/behaviour")
    with CaptureQueriesContext(connection) as caught:
        client.get(f"/behaviour{report}")
    assert len(caught) == queries


@pytest.mark.parametrize("chosen", ['way=["\\ud800"]', 'move=[0,"\\ud800",null,true]'])
def test_half_a_surrogate_pair_is_no_point_of_a_way(shop, client_for, chosen):
    name, _, value = chosen.partition("=")
    client = client_for(shop)
    assert client.get("/behaviour/people", {"report": "paths", name: value}).status_code == 404
    assert client.post("/behaviour/save", {"report": "paths", name: value, "name": "x"}).status_code == 404

from __future__ import annotations

import pytest

from tests.api.conftest import problem
from tests.api.pool import make_order, make_person, make_store
from tests.factories.api import api_client
from tests.factories.merchants import make_merchant
from yutang.areas.segments.models import Segment
from yutang.core import tenancy
from yutang.lake import writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]
BOUGHT = {"attr": "orders.purchases", "op": ">=", "value": 1}


@pytest.fixture
def pool():
    """Three people at home in two stores, two of whom have bought."""
    shop = make_merchant()
    shop.north, shop.south = make_store(shop, "N"), make_store(shop, "S")
    shop.people = [make_person(shop, node=node) for node in (shop.north, shop.south, shop.south)]
    for person, node in zip(shop.people[:2], (shop.north, shop.south), strict=True):
        make_order(shop, person, node=node)
    writer.run()
    return shop


def test_counting_a_rule_stores_nothing(pool):
    answer = api_client(pool, "segments.view").post("/segments/count", {"rule": BOUGHT})
    counted = answer.json()
    assert (answer.status_code, counted["people"]) == (200, 2)
    assert counted["as_of"].endswith("Z")
    assert counted["milliseconds"] > 0
    with tenancy.scope(pool.pk):
        assert Segment.objects.count() == 0


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ({"all": [BOUGHT, {**BOUGHT, "value": "x"}]}, "all[1].value"),
        ({"any": [{"attr": "orders.nothing", "op": ">="}]}, "any[0].attr"),
        ({"segment": 1}, "segment"),
        ([], "rule"),
        (None, "rule"),
    ],
)
def test_what_is_wrong_with_a_rule_is_named_by_its_place(pool, rule, place):
    for path, body in (("/segments/count", {"rule": rule}), ("/segments", {"rule": rule, "name": "x"})):
        document = problem(api_client(pool).post(path, body), 422, "segments.rule_invalid")
        assert [e["field"] for e in document["errors"]] == [place]


def test_a_segment_is_made_once_and_read_back(pool):
    api = api_client(pool)
    body = {"name": "Buyers", "description": "Since ever", "rule": BOUGHT}
    made = api.post("/segments", body, {"Idempotency-Key": "a"})
    assert made.status_code == 201, made.content
    segment = made.json()
    assert (segment["name"], segment["people"], segment["rule"]) == ("Buyers", 2, BOUGHT)
    assert api.post("/segments", body, {"Idempotency-Key": "a"}).content == made.content
    problem(api.post("/segments", body), 409, "segments.name_taken")
    assert api.get(f"/segments/{segment['id']}").json() == segment
    listed = api.get("/segments").json()
    assert listed["next_cursor"] is None
    assert listed["items"] == [{k: v for k, v in segment.items() if k not in ("rule", "refresh_error")}]


def test_members_by_ascending_id(pool):
    api = api_client(pool)
    segment = api.post("/segments", {"name": "All", "rule": {"all": []}}).json()["id"]
    first = api.get(f"/segments/{segment}/members", limit=2).json()
    second = api.get(f"/segments/{segment}/members", limit=2, cursor=first["next_cursor"]).json()
    seen = [member["customer_id"] for page in (first, second) for member in page["items"]]
    assert (seen, second["next_cursor"]) == ([str(person.pk) for person in pool.people], None)
    other = api.post("/segments", {"name": "Other", "rule": BOUGHT}).json()["id"]
    problem(api.get(f"/segments/{other}/members", cursor=first["next_cursor"]), 422, "cursor.invalid")


def test_a_key_of_a_store_counts_only_its_people(pool):
    segment = api_client(pool).post("/segments", {"name": "All", "rule": {"all": []}}).json()
    north = api_client(pool, node=pool.north)
    assert north.post("/segments/count", {"rule": {"all": []}}).json()["people"] == 1
    assert north.get(f"/segments/{segment['id']}").json()["people"] == 1
    members = north.get(f"/segments/{segment['id']}/members").json()["items"]
    assert members == [{"customer_id": str(pool.people[0].pk)}]
    own = north.post("/segments", {"name": "Mine", "rule": {"all": []}}).json()
    assert (own["node_id"], own["people"]) == (str(pool.north.pk), 1)
    elsewhere = {"name": "Theirs", "rule": {"all": []}, "node_id": str(pool.south.pk)}
    problem(north.post("/segments", elsewhere), 404, "not_found")
    problem(api_client(pool, node=pool.south).get(f"/segments/{own['id']}"), 404, "not_found")


def test_segments_of_others_do_not_exist(pool):
    segment = api_client(pool).post("/segments", {"name": "All", "rule": {"all": []}}).json()["id"]
    stranger = api_client(make_merchant())
    for path in (f"/segments/{segment}", f"/segments/{segment}/members"):
        problem(stranger.get(path), 404, "not_found")
    assert stranger.get("/segments").json() == {"items": [], "next_cursor": None}
    assert stranger.post("/segments/count", {"rule": {"all": []}}).json()["people"] == 0


def test_a_missing_scope_is_named(pool):
    for scope, send in (
        ("segments.view", lambda key: key.get("/segments")),
        ("segments.view", lambda key: key.post("/segments/count", {"rule": {"all": []}})),
        ("segments.edit", lambda key: key.post("/segments", {"name": "x", "rule": {"all": []}})),
    ):
        assert scope in problem(send(api_client(pool, "home.view")), 403, "access.not_allowed")["detail"]

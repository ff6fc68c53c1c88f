"""Tags and life facts over the API."""

from __future__ import annotations

from tests.api.pool import make_person, make_store
from tests.factories.api import api_client


def made_tag(client, **values) -> str:
    group = client.post("/tag-groups", {"name": "Taste", "is_exclusive": False})
    assert group.status_code == 201, group.content
    tag = client.post("/tags", {"group_id": group.json()["id"], "name": "Sweet", **values})
    assert tag.status_code == 201, tag.content
    return tag.json()["id"]


def test_a_tag_is_given_and_taken(shop):
    client, person = api_client(shop), make_person(shop)
    tag = made_tag(client, keep_days=30)
    assert [row["id"] for row in client.get("/tags").json()["items"]] == [tag]
    given = client.post(f"/customers/{person.pk}/tags", {"tag_id": tag, "evidence": "from the till"})
    assert given.status_code == 201
    shown = client.get(f"/customers/{person.pk}/tags").json()["items"]
    assert shown == [given.json()]
    assert (shown[0]["name"], shown[0]["source"], shown[0]["evidence"]) == ("Sweet", "api", "from the till")
    left = client.post(f"/customers/{person.pk}/tags/{tag}/take")
    assert (left.status_code, left.json()["items"]) == (200, [])


def test_a_life_fact_is_recorded_and_taken_back(shop):
    client, person = api_client(shop), make_person(shop)
    said = {"kind": "birthday", "calendar": "lunar", "year": 1990, "month": 5, "day": 23}
    made = client.post(f"/customers/{person.pk}/life", said)
    assert (made.status_code, made.json()["born_on"]) == (201, "1990-06-15")
    assert client.get(f"/customers/{person.pk}/life").json()["items"] == [made.json()]
    taken = client.post(f"/customers/{person.pk}/life/{made.json()['id']}/retire")
    assert (taken.status_code, taken.json()["items"]) == (200, [])
    refused = client.post(f"/customers/{person.pk}/life", {**said, "year": 1991, "is_leap": True})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "is_leap")


def test_no_key_writes_health_notes(shop):
    client, person = api_client(shop), make_person(shop)
    refused = client.post(f"/customers/{person.pk}/life", {"kind": "health", "name": "Flu", "has_consent": True})
    assert refused.status_code == 403
    assert client.get(f"/customers/{person.pk}/life").json()["items"] == []


def test_a_key_of_a_store_reaches_its_own_people_and_defines_nothing(shop):
    north, south = make_store(shop, "N"), make_store(shop, "S")
    tag = made_tag(api_client(shop))
    client = api_client(shop, node=north)
    own, foreign = make_person(shop, node=north), make_person(shop, node=south)
    assert client.post(f"/customers/{own.pk}/tags", {"tag_id": tag}).status_code == 201
    assert client.post(f"/customers/{foreign.pk}/tags", {"tag_id": tag}).status_code == 404
    assert client.post("/tag-groups", {"name": "Mine"}).status_code == 403


def test_without_the_scope_it_is_refused(shop):
    person = make_person(shop)
    tag = made_tag(api_client(shop))
    assert api_client(shop, "customers.view").post(f"/customers/{person.pk}/tags", {"tag_id": tag}).status_code == 403

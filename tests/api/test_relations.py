"""Roles and relations over the API."""

from __future__ import annotations

from tests.api.pool import make_person, make_store
from tests.console.conftest import make_member
from tests.factories.api import api_client


def test_a_role_is_given_and_ended(shop):
    client, person = api_client(shop), make_person(shop)
    given = client.post(f"/customers/{person.pk}/roles", {"role": "expert", "reason": "writes for us"})
    assert given.status_code == 201, given.content
    shown = client.get(f"/customers/{person.pk}/relations").json()
    assert shown == given.json()
    assert [(row["role"], row["source"], row["reason"]) for row in shown["roles"]] == [
        ("expert", "api", "writes for us")
    ]
    left = client.post(f"/customers/{person.pk}/roles/take", {"role": "expert", "reason": "stopped"}).json()
    assert (left["roles"], left["history"][0]["end_reason"]) == ([], "stopped")
    assert client.post(f"/customers/{person.pk}/roles", {"role": "customer"}).status_code == 422


def test_who_brought_whom(shop):
    client, person, friend, other = api_client(shop), *(make_person(shop) for _ in range(3))
    made = client.post(f"/customers/{person.pk}/bringer", {"customer_id": str(friend.pk)})
    assert (made.status_code, made.json()["brought_by"]["customer_id"]) == (201, str(friend.pk))
    assert client.get(f"/customers/{friend.pk}/relations").json()["brought"] == 1
    again = client.post(f"/customers/{person.pk}/bringer", {"customer_id": str(other.pk)})
    assert (again.status_code, again.json()["code"]) == (422, "relations.reason_missing")
    circle = client.post(f"/customers/{friend.pk}/bringer", {"customer_id": str(person.pk)})
    assert (circle.status_code, circle.json()["code"]) == (409, "relations.circle")
    left = client.post(f"/customers/{person.pk}/bringer/forget", {"reason": "a mistake"}).json()
    assert left["brought_by"] is None
    assert left["history"][0]["customer_id"] == str(friend.pk)


def test_the_guide(shop):
    client, person, guide = api_client(shop), make_person(shop), make_member(shop, "guide", name="Lin")
    made = client.post(f"/customers/{person.pk}/guide", {"member_id": str(guide.pk)})
    assert (made.status_code, made.json()["guide"]["name"]) == (201, "Lin")
    assert client.post(f"/customers/{person.pk}/guide/release", {}).json()["guide"] is None


def test_a_key_needs_the_scope_and_reaches_its_own_people(shop):
    north, south = make_store(shop, "N"), make_store(shop, "S")
    here, there = make_person(shop, node=north), make_person(shop, node=south)
    assert api_client(shop, "customers.view").post(f"/customers/{here.pk}/roles", {"role": "staff"}).status_code == 403
    local = api_client(shop, "customers.view", "relations.edit", node=north)
    assert local.post(f"/customers/{here.pk}/roles", {"role": "staff"}).status_code == 201
    assert local.post(f"/customers/{there.pk}/roles", {"role": "staff"}).status_code == 404
    assert local.post(f"/customers/{here.pk}/bringer", {"customer_id": str(there.pk)}).status_code == 404

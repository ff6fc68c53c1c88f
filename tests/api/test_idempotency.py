from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from tests.api.conftest import problem
from tests.api.pool import make_person
from tests.concurrency.threads import sessions_waiting
from tests.factories.api import ApiClient, api_client
from tests.factories.merchants import make_merchant
from tests.patience import PATIENCE, until
from yutang.api import door
from yutang.api.customers import views
from yutang.areas.customers.models import Note
from yutang.areas.openplatform import tasks
from yutang.core import clock, idempotency, tenancy
from yutang.core.models import IdempotencyKey

KEY = {"Idempotency-Key": "5f0c-1"}


def notes_of(shop) -> list[str]:
    with tenancy.scope(shop.pk):
        return list(Note.objects.order_by("id").values_list("text", flat=True))


def test_a_repeat_gets_the_first_answer_to_the_byte(shop, api):
    path = f"/customers/{make_person(shop).pk}/notes"
    first = api.post(path, {"text": "梅"}, KEY)
    again = api.post(path, {"text": "梅"}, KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert again["Idempotent-Replayed"] == "true"
    assert again["Content-Type"] == first["Content-Type"]
    assert notes_of(shop) == ["梅"]


def test_the_same_key_for_another_body_is_refused(shop, api):
    path = f"/customers/{make_person(shop).pk}/notes"
    api.post(path, {"text": "a"}, KEY)
    document = problem(api.post(path, {"text": "b"}, KEY), 422, "idempotency.key_reused")
    assert document["errors"][0]["field"] == "Idempotency-Key"
    assert notes_of(shop) == ["a"]


def test_keys_of_another_address_or_another_system_are_theirs(shop, api):
    first, second = make_person(shop), make_person(shop)
    api.post(f"/customers/{first.pk}/notes", {"text": "a"}, KEY)
    assert api.post(f"/customers/{second.pk}/notes", {"text": "a"}, KEY).status_code == 201
    assert api_client(shop).post(f"/customers/{first.pk}/notes", {"text": "a"}, KEY).status_code == 201
    assert notes_of(shop) == ["a", "a", "a"]


def test_a_refused_request_may_be_sent_again_with_its_key(shop, api):
    path = f"/customers/{make_person(shop).pk}/notes"
    problem(api.post(path, {"text": " "}, KEY), 422, "invalid")
    assert api.post(path, {"text": "a"}, KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "schlüssel"])
def test_a_key_must_be_visible_ascii(shop, api, key):
    path = f"/customers/{make_person(shop).pk}/notes"
    problem(api.post(path, {"text": "a"}, {"Idempotency-Key": key}), 400, "idempotency.bad_key")


def test_old_keys_are_forgotten(shop, api):
    path = f"/customers/{make_person(shop).pk}/notes"
    api.post(path, {"text": "a"}, KEY)
    with time_machine.travel(clock.now() + idempotency.KEPT - timedelta(minutes=1)):
        tasks.cleanup(timestamp=0)
        with tenancy.scope(shop.pk):
            assert IdempotencyKey.objects.count() == 1
    with time_machine.travel(clock.now() + idempotency.KEPT + timedelta(minutes=1)):
        tasks.cleanup(timestamp=0)
        with tenancy.scope(shop.pk):
            assert IdempotencyKey.objects.count() == 0


@dataclass
class Seen:
    """`acting`: how many of the requests have come to act; `answered`: how many have ended."""

    acting: int = 0
    answered: int = 0


def _together(client: ApiClient, path: str, monkeypatch, meanwhile: Callable[[Seen], bool], threads: int) -> list[int]:
    """The same request from many threads; whoever acts does not go on before `meanwhile` is true."""
    started = threading.Barrier(threads, timeout=PATIENCE)
    real, seen = views.customer_services.add_note, Seen()

    def slow(**arguments):
        seen.acting += 1
        until(lambda: meanwhile(seen))
        return real(**arguments)

    monkeypatch.setattr(views.customer_services, "add_note", slow)

    def send(_):
        started.wait()
        try:
            own = ApiClient(client.token, client.key)
            return own.post(path, {"text": "once"}, KEY).status_code
        finally:
            seen.answered += 1
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(send, range(threads)))


@pytest.mark.django_db(transaction=True)
def test_of_concurrent_requests_with_one_key_one_acts(monkeypatch):
    shop = make_merchant()
    client, path = api_client(shop), f"/customers/{make_person(shop).pk}/notes"
    monkeypatch.setattr(idempotency, "WAIT", f"{PATIENCE}s")
    assert _together(client, path, monkeypatch, lambda _: sessions_waiting() == 7, 8) == [201] * 8
    assert notes_of(shop) == ["once"]


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_each_of_them_acts(monkeypatch):
    """The race exists: a key that is only looked up before and written after lets every one through."""

    def unguarded(*, key, scope, body, act):
        if (row := IdempotencyKey.objects.filter(scope=scope, key=key).first()) is not None:
            return idempotency.Answer(row.status, row.response, is_replay=True)
        return act()

    shop = make_merchant()
    client, path = api_client(shop), f"/customers/{make_person(shop).pk}/notes"
    monkeypatch.setattr(door.idempotency, "once", unguarded)
    assert _together(client, path, monkeypatch, lambda seen: seen.acting > 1, 8) == [201] * 8
    assert len(notes_of(shop)) > 1


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_is_told_to_come_back(monkeypatch):
    shop = make_merchant()
    client, path = api_client(shop), f"/customers/{make_person(shop).pk}/notes"
    monkeypatch.setattr(idempotency, "WAIT", "50ms")
    answers = _together(client, path, monkeypatch, lambda seen: seen.answered > 0, 2)
    assert sorted(answers) == [201, 409]
    assert notes_of(shop) == ["once"]

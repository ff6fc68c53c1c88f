"""A second merchant sees and changes nothing of the first, by any address, any query, any file (and the same for a
store and its neighbour)."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.api.pool import make_order, make_person, make_store
from tests.architecture import walk
from tests.architecture.rich import EMAIL, MARK, PHONE, SECRETS, everything, make_rich, tenant_models
from tests.factories.api import make_key
from tests.factories.merchants import make_merchant
from yutang.areas.merchants.models import Member
from yutang.console.middleware import SESSION_KEY
from yutang.core import tenancy
from yutang.lake import engine, writer
from yutang.lake.tables import PERSON, REGISTRY

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]
SEARCH = (MARK, PHONE, PHONE[-4:], EMAIL, f"{MARK}-1")


@pytest.fixture
def world():
    """The first merchant, in the lake too, and the second with a person, an order and a key."""
    first = make_rich()
    second = make_merchant()
    make_order(second, make_person(second, node=make_store(second)))
    writer.run()
    with tenancy.scope(first.merchant.pk):
        writer.mark_people_changed(first.merchant.pk)
    first.stranger = second
    first.stranger_token = make_key(second, requests_per_minute=10**6).token
    return first


def browser_of(merchant, user=None):
    """A browser logged in as the owner (or as `user`)."""

    def make() -> Client:
        with tenancy.scope(merchant.pk):
            client = Client()
            client.force_login(user or Member.objects.order_by("id").first().user)
        session = client.session
        session[SESSION_KEY] = merchant.pk
        session.save()
        return client

    return make


def walked(world, routes=None) -> list[str]:
    return walk.findings(
        browser=browser_of(world.stranger), token=world.stranger_token, ids=world.ids, secrets=SECRETS, search=SEARCH,
        routes=routes,
    )  # fmt: skip


def test_the_first_merchant_has_something_everywhere(world):
    with tenancy.scope(world.merchant.pk):
        assert [model.__name__ for model in tenant_models() if not model.objects.exists()] == []


def test_every_address_has_arguments(world):
    for route in walk.addresses():
        walk.filled(route, world.ids)
    unknown = {name for route in walk.addresses() for name in walk.parameters(route)} - set(world.ids)
    assert unknown == set()


def test_the_walker_would_see_what_its_owner_sees(world):
    """The same walk by the first merchant's own key finds the marker: the walk looks where data is."""
    routes = [
        "/api/v1/customers",
        "/customers",
        "/imports",
        "/segments",
        "/audit",
        "/staff",
        "/customers/<int:customer_id>",
    ]
    found = walk.findings(
        browser=browser_of(world.merchant), token=make_key(world.merchant, requests_per_minute=10**6).token,
        ids=world.ids, secrets=(MARK,), search=SEARCH, routes=routes,
    )  # fmt: skip
    for route in routes:
        assert any(line.startswith(f"GET {walk.filled(route, world.ids)}") and "shows" in line for line in found), route


def test_no_address_shows_or_changes_anything_of_another_merchant(world):
    before = everything(world.merchant)
    assert walked(world) == []
    after = everything(world.merchant)
    assert [name for name in before if before[name] != after[name]] == []


def orm_findings(world) -> list[str]:
    """Models whose rows of the first merchant the second can count, change or delete."""
    found = []
    first, second = world.merchant.pk, world.stranger.pk
    for model in tenant_models():
        table = model._meta.db_table
        with tenancy.scope(first):
            keys = list(model.objects.values_list("pk", flat=True))
        with tenancy.scope(second), transaction.atomic(), connection.cursor() as cursor:
            rows = model.objects.filter(pk__in=keys)
            if set(model.objects.values_list("merchant_id", flat=True)) - {second} or rows.count():
                found.append(f"{table}: seen")
            if rows.update(merchant_id=second) or rows._raw_delete("default"):
                found.append(f"{table}: changed")
            for sql in ("SELECT * FROM {}", "UPDATE {} SET merchant_id = merchant_id", "DELETE FROM {}"):
                cursor.execute(f"{sql.format(table)} WHERE merchant_id = %s", [first])
                if cursor.rowcount:
                    found.append(f"{table}: {sql}")
            transaction.set_rollback(True)
        if model.objects.count():
            found.append(f"{table}: seen without a scope")
    return found


def test_no_query_sees_or_changes_anything_of_another_merchant(world):
    before = everything(world.merchant)
    assert orm_findings(world) == []
    assert everything(world.merchant) == before


def test_the_lake_shows_one_merchant(world):
    for name in (PERSON, *REGISTRY.facts):
        with tenancy.scope(world.merchant.pk):
            own = engine.query(f"SELECT * FROM {name}")
        with tenancy.scope(world.stranger.pk):
            seen = engine.query(f"SELECT * FROM {name}")
        assert set(own.column("merchant_id").to_pylist()) == {world.merchant.pk}
        assert set(seen.column("merchant_id").to_pylist()) == {world.stranger.pk}
        assert MARK in str(own.to_pylist())
        assert MARK not in str(seen.to_pylist())


@contextmanager
def without_policy(table: str):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def test_the_checks_notice_a_table_without_policy(world):
    with without_policy("segments_segment"):
        assert any("shows" in line for line in walked(world, ["/segments"]))
        assert any("answers 200" in line for line in walked(world, ["/api/v1/segments/<segment_id>"]))
        assert {line.partition(":")[0] for line in orm_findings(world)} == {"segments_segment"}
        assert tenancy.unprotected_tables() == ["segments_segment"]

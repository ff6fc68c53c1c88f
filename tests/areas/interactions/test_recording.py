"""Events come in once, on their day, for their merchant."""

from __future__ import annotations

from datetime import UTC, timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from tests.factories.interactions import event, record
from tests.factories.merchants import make_merchant
from yutang.areas.interactions import partitions
from yutang.areas.interactions.models import Interaction, Visitor
from yutang.core import access, clock, tenancy
from yutang.core.errors import NotAllowed


def test_an_event_is_kept_as_sent(merchant):
    sent = event(
        kind="search", visitor="browser-1", channel="web", page="/a?b=c", source="spring", item="cake-1",
        properties={"query": "茶", "results": 3, "own": [1, {"x": None}]},
    )  # fmt: skip
    assert record(sent) == 1
    row = Interaction.objects.get()
    assert (row.key, row.kind, row.occurred_at.isoformat()) == (sent["id"], "search", sent["occurred_at"])
    assert row.occurred_on == row.occurred_at.astimezone(UTC).date()
    assert (row.channel, row.page, row.source, row.item) == ("web", "/a?b=c", "spring", "cake-1")
    assert row.properties == sent["properties"]
    assert row.visitor_id == Visitor.objects.get(key="browser-1").pk
    assert (row.identity_id, row.home_customer_id) == (None, None)


def test_a_repeat_changes_nothing(merchant):
    sent = event()
    assert record(sent, sent) == 1
    assert record({**sent, "kind": "click"}) == 0
    assert Interaction.objects.get().kind == "view"


def test_the_same_id_on_another_day_is_another_event(merchant):
    sent = event()
    other = {**sent, "occurred_at": (clock.now() - timedelta(days=2)).isoformat()}
    assert record(sent, other) == 2


def test_the_day_is_that_of_utc(merchant):
    day = (clock.now() - timedelta(days=3)).date()
    assert record(event(occurred_at=f"{day}T01:00:00+08:00"), event(occurred_at=f"{day}T09:00:00+08:00")) == 2
    assert sorted(Interaction.objects.values_list("occurred_on", flat=True)) == [day - timedelta(days=1), day]


def test_two_merchants_may_use_the_same_ids(merchant):
    sent = event(visitor="browser-1")
    record(sent)
    other = make_merchant()
    with tenancy.scope(other.pk):
        assert not Interaction.objects.exists()
        assert record(sent) == 1
        assert Interaction.objects.count() == Visitor.objects.count() == 1
    assert Interaction.objects.count() == Visitor.objects.count() == 1


def test_nobody_records_without_the_permission(merchant):
    stranger = access.Actor(kind="api_key", id=1, name="x", merchant_id=merchant.pk, grants={"orders.view": None})
    with pytest.raises(NotAllowed):
        record(event(), actor=stranger)
    assert not Interaction.objects.exists()


def test_a_partition_asked_by_name_shows_one_merchant_too(merchant):
    record(event())
    [day] = Interaction.objects.values_list("occurred_on", flat=True)
    other = make_merchant()

    def count() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {partitions.name(day)}")
            return cursor.fetchone()[0]

    assert count() == 1
    with tenancy.scope(other.pk):
        assert count() == 0
        statement = (
            f"INSERT INTO {partitions.name(day)} (merchant_id, occurred_on, key, kind, occurred_at, received_at,"
            " channel, page, source, item, properties) VALUES (%s, %s, 'x', 'x', now(), now(), '', '', '', '', '{}')"
        )
        refused = pytest.raises(ProgrammingError, match="row-level security")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [merchant.pk, day])
    assert tenancy.unprotected_tables() == []


def test_the_key_is_guarded_by_the_database_itself(merchant):
    record(event())
    row = Interaction.objects.get()
    row.pk += 1
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        row.save(force_insert=True)
    assert isinstance(refused.value.__cause__, psycopg.errors.UniqueViolation)


def test_recording_takes_few_statements(merchant, actor, django_assert_num_queries):
    day = [event(visitor=f"browser-{n % 50}") for n in range(500)]
    record(*day)
    again = [event(visitor=f"browser-{n % 50}") for n in range(500)]
    # savepoint, partitions there?, visitors, events, release
    with django_assert_num_queries(5):
        record(*again, actor=actor)
    assert Interaction.objects.count() == 1000

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.factories.merchants import make_merchant
from yutang.areas.merchants import queries, services
from yutang.console.audit import labels
from yutang.core import audit
from yutang.core.access import Actor
from yutang.core.models import AuditEntry


@pytest.fixture
def entries(merchant):
    """120 entries of two people, one an hour, newest last."""
    AuditEntry.objects.all().delete()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            merchant=merchant, at=datetime(2026, 11, 1 + n // 24, n % 24, tzinfo=UTC), actor_kind="user",
            actor_id=n % 2 + 1, actor_name=["Lin", "Zhou"][n % 2], action=["auth.login", "staff.add"][n % 2],
            object_type="member", object_id=str(n), detail={"n": n},
        )
        for n in range(120)
    )  # fmt: skip


def numbers(response):
    return [int(found) for found in re.findall(r'text-secondary">#(\d+)<', response.content.decode())]


def test_newest_first_page_by_page_and_back(client_for, merchant, entries, django_assert_num_queries):
    client = client_for(merchant)
    AuditEntry.objects.exclude(detail__has_key="n").delete()
    with django_assert_num_queries(9):
        first = client.get("/audit")
    assert numbers(first) == list(range(119, 69, -1))
    assert "120 in all" in first.content.decode()
    second = client.get(f"/audit?cursor={first.context['page'].next_cursor}")
    assert numbers(second) == list(range(69, 19, -1))
    third = client.get(f"/audit?cursor={second.context['page'].next_cursor}")
    assert numbers(third) == list(range(19, -1, -1))
    assert third.context["page"].next_cursor is None
    back = client.get(f"/audit?cursor={third.context['page'].previous_cursor}")
    assert numbers(back) == list(range(69, 19, -1))
    start = client.get(f"/audit?cursor={back.context['page'].previous_cursor}")
    assert numbers(start) == list(range(119, 69, -1))
    assert start.context["page"].previous_cursor is None


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=lin", 60),
        ("action=staff.add", 60),
        ("object=member&id=7", 1),
        # Shanghai is eight hours ahead: its 2nd of November holds 24 of these hours.
        ("since=2026-11-02&until=2026-11-02", 24),
        ("since=2026-11-02&until=2026-11-01", 0),
        ("since=rubbish&until=0001-01-01", 120),
        ("cursor=rubbish", 120),
        ("id=x%27%3B--", 0),
    ],
)
def test_filters(client_for, merchant, entries, query, count):
    client = client_for(merchant)
    AuditEntry.objects.exclude(detail__has_key="n").delete()
    assert client.get(f"/audit?{query}").context["page"].total == count


def test_detail_in_the_panel_and_as_a_page(client_for, merchant, entries):
    client = client_for(merchant)
    entry = AuditEntry.objects.get(object_id="7")
    panel = client.get(f"/audit/{entry.pk}", headers={"HX-Request": "true"}).content.decode()
    assert "&quot;n&quot;: 7" in panel
    assert "<html" not in panel
    assert "<html" in client.get(f"/audit/{entry.pk}").content.decode()
    assert client.get("/audit/999999999").status_code == 404


@pytest.mark.parametrize("role", ["guide", "operations", "store_manager"])
def test_needs_the_permission(client_for, merchant, role):
    assert client_for(merchant, role=role).get("/audit").status_code == 403


def test_another_merchants_log_is_closed(client_for, merchant, entries):
    entry = AuditEntry.objects.first()
    client = client_for(make_merchant())
    assert client.get(f"/audit/{entry.pk}").status_code == 404
    assert f'href="/audit/{entry.pk}"' not in client.get("/audit").content.decode()


def test_a_regions_reader_sees_what_its_people_did(client_for, merchant, actor):
    east = services.add_node(parent=queries.root_node(), kind="region", code="E", name="East", actor=actor)
    near = client_for(merchant, role="guide", node=east).member
    far = client_for(merchant, role="guide").member
    for member in (near, far):
        person = Actor(kind="user", id=member.user_id, name=member.user.email, merchant_id=merchant.pk)
        audit.record("customers.view", actor=person, object_type="customer", object_id=1)
    page = client_for(merchant, role="finance", node=east).get("/audit").content.decode()
    assert near.user.email in page
    assert far.user.email not in page


def test_every_action_is_called_something():
    """A code in the log says nothing to who reads it."""
    sources = Path(labels.__file__).resolve().parents[2].rglob("*.py")
    written = {
        action
        for source in sources
        for action in re.findall(r'audit\.record\(\s*"([a-z_.]+)"', source.read_text(encoding="utf-8"))
    }
    assert len(written) > 80
    assert written - set(labels.ACTIONS) == set()

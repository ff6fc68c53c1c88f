"""Life facts on a person's page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from tests.console.tags.test_tags import text
from tests.factories.customers import make_customer
from yutang.areas.tags.models import LifeFact

TODAY = datetime(2026, 5, 1, 4, tzinfo=UTC)
SAID = {"source": "chat", "evidence": "from a chat"}


def test_a_lunar_birthday_is_recorded_shown_changed_and_taken_back(client_for, merchant):
    browser, person = client_for(merchant), make_customer()
    at = f"/customers/{person.pk}"
    assert "Own birthday" in text(browser.get(at))
    with time_machine.travel(TODAY, tick=False):
        assert "In a leap month" in text(browser.get(f"{at}/life/new?kind=birthday"))
        sent = {"calendar": "lunar", "year": "1990", "month": "3", "day": "23", **SAID}
        assert browser.post(f"{at}/life/new?kind=birthday", sent).headers["Location"] == at
        fact = LifeFact.objects.get()
        page = text(browser.get(at))
        for words in ("lunar month 3, day 23 (1990)", "36 years old · in 8 days", "from a chat"):
            assert words in page
        browser.post(f"{at}/life/{fact.pk}", {**sent, "day": "24"})
        page = text(browser.get(at))
        assert "in 9 days" in page
        assert "What we knew before" in page
        standing = LifeFact.objects.get(day=24)
        assert browser.post(f"{at}/life/{fact.pk}/retire").status_code == 404
        browser.post(f"{at}/life/{standing.pk}/retire")
        assert "Nothing recorded yet" in text(browser.get(at))


@pytest.mark.parametrize(
    ("kind", "sent", "said"),
    [
        ("child", {"calendar": "solar", "year": "2023", "month": "2", "day": "30"}, "This month has no such day."),
        ("child", {"calendar": "solar", "month": "2"}, "A day needs its month"),
        ("pet", {"detail": "unicorn"}, "unicorn is not one of the available choices"),
        ("diet", {}, "Say something about it."),
        ("health", {"name": "Diabetes"}, "only with the person"),
    ],
)
def test_what_is_wrong_is_said(client_for, merchant, kind, sent, said):
    person = make_customer()
    refused = client_for(merchant).post(f"/customers/{person.pk}/life/new?kind={kind}", {**sent, **SAID})
    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert not LifeFact.objects.exists()


def test_health_is_for_few(client_for, merchant):
    person = make_customer()
    owner, guide = client_for(merchant), client_for(merchant, "guide")
    owner.post(
        f"/customers/{person.pk}/life/new?kind=health", {"name": "Diabetes", "has_consent": "on", **SAID}
    )  # fmt: skip
    assert "Diabetes" in text(owner.get(f"/customers/{person.pk}"))
    assert "Diabetes" not in text(guide.get(f"/customers/{person.pk}"))
    fact = LifeFact.objects.get()
    assert guide.get(f"/customers/{person.pk}/life/{fact.pk}").status_code == 404
    refused = guide.post(
        f"/customers/{person.pk}/life/new?kind=health", {"name": "Flu", "has_consent": "on", **SAID}
    )  # fmt: skip
    assert refused.status_code == 403
    assert LifeFact.objects.count() == 1


def test_without_the_permission_there_is_no_form(client_for, merchant):
    person = make_customer()
    browser = client_for(merchant, "finance")
    assert "life/new" not in text(browser.get(f"/customers/{person.pk}"))
    assert browser.get(f"/customers/{person.pk}/life/new?kind=child").status_code == 403

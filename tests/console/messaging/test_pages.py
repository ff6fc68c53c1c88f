"""The account for text messages and the list of what was sent: works, refuses, wrong person, limit."""

from __future__ import annotations

import pytest

from tests.api.pool import make_store
from tests.console.conftest import text
from tests.factories.merchants import make_merchant
from tests.factories.messaging import connect, fields, send
from yutang.areas.messaging.models import OneTimeCode, SmsAccount
from yutang.core import tenancy

pytestmark = pytest.mark.django_db(transaction=True)
LIST, ACCOUNT = "/settings/messages", "/settings/messages/account"
ENTERED = {**fields(), "codes_per_day": "50", "is_active": "on"}


def stored(merchant) -> SmsAccount | None:
    with tenancy.scope(merchant.pk):
        return SmsAccount.objects.first()


def test_connecting_an_account(client_for, merchant):
    browser = client_for(merchant)
    assert "No account is connected" in text(browser.get(LIST))
    assert "Signature of the messages" in text(browser.get(ACCOUNT))
    shown = text(browser.post(ACCOUNT, ENTERED, follow=True))
    for found in ("The account is saved.", "LTAI5tSimulator", "0 of 50 codes"):
        assert found in shown
    form = text(browser.get(ACCOUNT))
    assert "SMS_100001" in form
    assert fields()["key_secret"] not in form
    before = stored(merchant)
    changed = {**ENTERED, "key_secret": "", "codes_per_day": "60", "is_active": ""}
    assert "Sandbox" in text(browser.post(ACCOUNT, changed, follow=True))
    after = stored(merchant)
    assert (before.codes_per_day, before.is_active, after.codes_per_day, after.is_active) == (50, True, 60, False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key_id": ""}, "This field is required."), ({"key_secret": ""}, "This field is required."),
        ({"codes_per_day": "0"}, "greater than or equal to 1"), ({"codes_per_day": "many"}, "Enter a whole number."),
        ({"template_code": "Hello"}, "looks like SMS_123456789"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_said_and_not_stored(client_for, merchant, change, said):
    assert said in text(client_for(merchant).post(ACCOUNT, {**ENTERED, **change}), 422)
    assert stored(merchant) is None


def test_what_was_sent_is_listed_masked_and_found_by_number(client_for, merchant):
    browser = client_for(merchant)
    assert "No code was sent yet" in text(browser.get(LIST))
    send(merchant, "+8613800138000")
    send(merchant, "+8613911112222")
    shown = text(browser.get(LIST))
    for found in ("138****8000", "139****2222", "Log-in", "Sent", "2 of 2,000 codes"):
        assert found in shown
    assert "13800138000" not in shown

    def phones(query: str) -> list[str]:
        answer = browser.get(f"{LIST}?{query}", headers={"HX-Request": "true", "HX-Target": "results"})
        return [row.phone_shown for row in answer.context["page"].rows]

    assert phones("q=138 0013 8000") == ["138****8000"]
    assert phones("q=8000") == phones("q=13800138001") == phones("q=Lin") == phones("state=failed") == []
    assert phones("state=sent") == phones("state=nonsense") == ["139****2222", "138****8000"]


def test_the_list_pages_and_costs_the_same_however_long(client_for, merchant, django_assert_num_queries):
    browser = client_for(merchant)
    send(merchant)
    browser.get(LIST)
    with django_assert_num_queries(9):
        assert len(browser.get(LIST).context["page"].rows) == 1
    names = [field.attname for field in OneTimeCode._meta.fields if field.attname != "id"]
    with tenancy.scope(merchant.pk):
        sent = OneTimeCode.objects.get()
        OneTimeCode.objects.bulk_create(
            OneTimeCode(**{name: getattr(sent, name) for name in names}) for _ in range(60)
        )  # fmt: skip
    with django_assert_num_queries(10):  # the whole list is counted where there is more than a page
        page = browser.get(LIST).context["page"]
    assert len(page.rows) == 50
    assert len(browser.get(f"{LIST}?cursor={page.next_cursor}").context["page"].rows) == 11


def test_who_may_not(client_for, merchant):
    for role in ("operations", "service", "developer"):
        browser = client_for(merchant, role)
        assert browser.get(LIST).status_code == browser.get(ACCOUNT).status_code == 403
        assert browser.post(ACCOUNT, ENTERED).status_code == 403
    of_a_store = client_for(merchant, "owner", make_store(merchant))
    assert of_a_store.get(LIST).status_code == of_a_store.post(ACCOUNT, ENTERED).status_code == 403
    assert LIST not in text(of_a_store.get("/account"))
    assert stored(merchant) is None


def test_another_merchants_are_not_here(client_for, merchant):
    other = make_merchant()
    send(other)
    connect(other)
    browser = client_for(merchant)
    shown = text(browser.get(LIST))
    assert "No code was sent yet" in shown
    assert "LTAI5tSimulator" not in shown + text(browser.get(ACCOUNT))
    browser.post(ACCOUNT, {**ENTERED, "codes_per_day": "7"})
    assert (stored(merchant).codes_per_day, stored(other).codes_per_day) == (7, 2000)

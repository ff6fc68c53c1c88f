"""What a merchant enters is sealed, checked and never logged."""

from __future__ import annotations

import pytest

from tests.factories.messaging import connect, fields
from yutang.areas.messaging import queries, services
from yutang.areas.messaging.errors import UnknownProvider
from yutang.areas.messaging.models import SmsAccount
from yutang.core import access, credentials, tenancy
from yutang.core.errors import Invalid, NotAllowed
from yutang.core.models import AuditEntry


def save(merchant, change=None, **more):
    with tenancy.scope(merchant.pk):
        given = {"provider": "aliyun", "actor": access.system(merchant.pk, "test"), **more}
        return services.save_account(credentials={**fields(), **(change or {})}, **given)


def test_sealed_and_never_logged(merchant):
    account = connect(merchant)
    with tenancy.scope(merchant.pk):
        entry = AuditEntry.objects.get(action="messaging.save_account")
    assert (account.account_no, account.codes_per_day, account.created_by) == ("LTAI5tSimulator", 2000, "test")
    assert fields()["key_secret"].encode() not in bytes(account.sealed)
    assert fields()["key_secret"] not in str(entry.detail)
    assert entry.detail == {
        "provider": "aliyun", "account_no": "LTAI5tSimulator", "is_active": True, "codes_per_day": 2000,
    }  # fmt: skip


def test_a_secret_left_empty_stays_and_is_never_shown(merchant):
    connect(merchant)
    changed = save(merchant, {"key_secret": "", "sign_name": "新签名", "template_abroad": ""}, codes_per_day=5)
    with tenancy.scope(merchant.pk):
        shown = queries.entered(actor=access.system(merchant.pk))
        assert SmsAccount.objects.count() == 1
    values = credentials.opened(changed.sealed, merchant.pk)
    assert (values["key_secret"], values["sign_name"], values["template_abroad"]) == (
        fields()["key_secret"], "新签名", "",
    )  # fmt: skip
    assert shown == {name: value for name, value in values.items() if name != "key_secret"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key_id": ""}, "key_id"), ({"key_secret": ""}, "key_secret"), ({"sign_name": " "}, "sign_name"),
        ({"key_id": "no key!"}, "credentials"), ({"template_code": "1"}, "credentials"),
        ({"template_abroad": "SMS_x"}, "credentials"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(merchant, change, field):
    with pytest.raises(Invalid) as refused:
        save(merchant, change)
    assert refused.value.field == field
    with tenancy.scope(merchant.pk):
        assert not SmsAccount.objects.exists()


@pytest.mark.parametrize("most", [0, -1, 1_000_001])
def test_a_limit_that_limits(merchant, most):
    with pytest.raises(Invalid) as refused:
        save(merchant, codes_per_day=most)
    assert refused.value.field == "codes_per_day"


def test_only_services_that_there_are(merchant):
    for provider in ("sandbox", "nobody"):
        with pytest.raises(UnknownProvider):
            save(merchant, provider=provider)


def test_for_those_whose_permission_reaches_the_whole_company(merchant):
    for grants in ({}, {"messaging.setup": frozenset({1})}):
        somebody = access.Actor("user", 1, "Lin", merchant.pk, grants=grants)
        with pytest.raises(NotAllowed):
            save(merchant, actor=somebody)
        with tenancy.scope(merchant.pk), pytest.raises(NotAllowed):
            queries.codes(actor=somebody)

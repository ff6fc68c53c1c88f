"""What a merchant enters is sealed, checked and never logged; only the whole company's may enter it."""

from __future__ import annotations

import pytest

from tests.factories.merchants import make_merchant
from tests.factories.wechat import connect, fields
from yutang.areas.channels import queries, services
from yutang.areas.channels.errors import NotConnected
from yutang.areas.channels.models import OfficialAccount
from yutang.core import access, credentials, tenancy
from yutang.core.errors import Invalid, NotAllowed
from yutang.core.models import AuditEntry
from yutang.simulators.wechat import OfficialAccount as Simulated

WECHAT = Simulated()


def save(actor, change=None, **more):
    return services.save_account(credentials={**fields(WECHAT), **(change or {})}, actor=actor, **more)


def test_sealed_and_never_logged(merchant, actor):
    account = connect(merchant, WECHAT)
    secret = WECHAT.secret
    entry = AuditEntry.objects.get(action="channels.save_account")
    assert secret.encode() not in bytes(account.sealed)
    assert entry.detail == {"app_id": WECHAT.app_id, "is_active": True}
    assert queries.app_id() == WECHAT.app_id
    changed = save(actor, {"secret": ""}, is_active=False)
    assert credentials.opened(changed.sealed, merchant.pk)["secret"] == secret
    assert (OfficialAccount.objects.count(), queries.app_id()) == (1, "")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"app_id": ""}, "app_id"), ({"app_id": "gh_123"}, "app_id"), ({"secret": ""}, "secret"),
     ({"secret": "short"}, "secret")],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(merchant, actor, change, field):
    with pytest.raises(Invalid) as refused:
        save(actor, change)
    assert refused.value.field == field
    assert not OfficialAccount.objects.exists()


def test_for_those_whose_permission_reaches_the_whole_company(merchant):
    for grants in ({}, {"channels.setup": frozenset({1})}):
        somebody = access.Actor("user", 1, "Lin", merchant.pk, grants=grants)
        with pytest.raises(NotAllowed):
            save(somebody)
    assert not OfficialAccount.objects.exists()


def test_another_merchants_account_is_nobodys(merchant):
    connect(merchant, WECHAT)
    other = make_merchant()
    with tenancy.scope(other.pk):
        assert queries.app_id() == ""
        with pytest.raises(NotConnected):
            services.authorise_url(redirect_uri="https://shop.example/", state="s", wants_name=False)


def test_wechat_is_asked_outside_any_transaction(merchant, actor):
    with pytest.raises(RuntimeError):
        services.recognise(code="c", wants_name=False, actor=actor)

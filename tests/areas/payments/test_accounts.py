from __future__ import annotations

import pytest

from tests.areas.payments import rig
from yutang.areas.payments.errors import UnknownProvider
from yutang.areas.payments.models import ProviderAccount
from yutang.core.errors import Invalid
from yutang.core.models import AuditEntry


def test_credentials_are_sealed_and_never_logged(wechat, till):
    with till.scope():
        account = ProviderAccount.objects.get()
        entry = AuditEntry.objects.get(action="payments.save_account")
    secret = rig.wechat_fields()["api_key"]
    assert (account.account_no, account.methods, account.created_by) == (
        "1900000001", ["jsapi", "h5", "native"], "test",
    )  # fmt: skip
    assert secret.encode() not in bytes(account.sealed)
    assert entry.detail["account_no"] == "1900000001"
    assert secret not in str(entry.detail)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mchid": ""}, "mchid"), ({"api_key": "short"}, "credentials"), ({"private_key": "no key"}, "credentials"),
        ({"public_key_id": "X"}, "credentials"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(wechat_with, till, change, field):
    with wechat_with():
        fields = {**rig.wechat_fields(), **change}
        with pytest.raises(Invalid) as refused:
            till.connect("wechatpay", fields, ("native",))
    assert refused.value.field == field
    with till.scope():
        assert not ProviderAccount.objects.exists()


def test_only_ways_and_services_that_there_are(alipay_with, till):
    with alipay_with() as service, pytest.raises(Invalid):
        till.connect("alipay", rig.alipay_fields(service), ("jsapi",))
    for provider in ("cash", "nobody"):
        with pytest.raises(UnknownProvider):
            till.connect(provider, {}, ("",))

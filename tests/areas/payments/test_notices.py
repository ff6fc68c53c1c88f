"""The public addresses of notices: what is believed, what is refused, what is answered."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.areas.payments import rig
from tests.factories.merchants import make_merchant
from yutang.areas.payments.models import Notice, Tender
from yutang.core import clock
from yutang.simulators.alipay import notices as alipay_notices
from yutang.simulators.wechatpay import notifier
from yutang.simulators.wechatpay.accounts import Account, PlatformKey, stranger
from yutang.simulators.wechatpay.content import transaction_json


@pytest.fixture
def told(wechat, till):
    """`told()`: body and headers of the notice that a tender is paid; nothing has been sent."""

    def make(signer=None, **changes):
        tender = till.start(till.order(), "wechatpay", "native")
        wechat.pay(tender.no)
        credentials, key = rig.wechat_keys()
        content = transaction_json(wechat.book.trade(out_trade_no=tender.no))
        content |= changes
        made = notifier.notice(
            Account.of(credentials), event="TRANSACTION.SUCCESS", url="", about="", content=content, now=clock.now()
        )
        signer = signer or key
        return tender, made.body, signer.headers(made.body, clock.now())

    return make


def post(till, body, headers, provider="wechatpay", merchant_id=None):
    return Client().post(
        f"/pay/notify/{provider}/{merchant_id or till.merchant.pk}", body, content_type="application/json",
        headers=headers,
    )  # fmt: skip


def outcomes(till):
    with till.scope():
        return list(Notice.objects.order_by("id").values_list("outcome", "times"))


def test_the_same_notice_acts_once(told, till):
    tender, body, headers = told()
    assert [post(till, body, headers).status_code for _ in range(3)] == [204, 204, 204]
    assert outcomes(till) == [("applied", 3)]
    assert till.fresh(tender).state == "paid"


def test_forged_notices_are_refused_and_leave_nothing(told, till):
    _, key = rig.wechat_keys()
    tender, body, headers = told(signer=PlatformKey(key.serial, stranger()))
    answer = post(till, body, headers)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (401, "FAIL")
    assert post(till, body, {}).status_code == 401
    assert outcomes(till) == []
    assert till.fresh(tender).state == "started"


def test_a_signed_body_that_was_changed_is_refused(told, till):
    _, body, headers = told()
    assert post(till, body + b" ", headers).status_code == 401


def test_another_amount_is_refused_and_kept(told, till):
    tender, body, headers = told(amount={"total": 1, "currency": "CNY", "payer_total": 1, "payer_currency": "CNY"})
    assert post(till, body, headers).status_code == 409
    assert outcomes(till) == [("amount_differs", 1)]
    assert till.fresh(tender).state == "started"


def test_a_number_that_is_not_ours_is_refused_until_it_is(told, till):
    tender, body, headers = told()
    with till.scope():
        Tender.objects.filter(pk=tender.pk).update(no="elsewhere")
    assert post(till, body, headers).status_code == 404
    with till.scope():
        Tender.objects.filter(pk=tender.pk).update(no=tender.no)
    assert post(till, body, headers).status_code == 204
    assert outcomes(till) == [("applied", 2)]


def test_a_notice_to_one_merchant_is_no_notice_to_another(told, till, wechat):
    tender, body, headers = told()
    other = rig.Till(make_merchant())
    assert post(till, body, headers, merchant_id=other.merchant.pk).status_code == 404
    other.connect("wechatpay", rig.wechat_fields(), ("native",))  # the very same account
    assert post(till, body, headers, merchant_id=other.merchant.pk).status_code == 404
    assert till.fresh(tender).state == "started"


def test_what_is_no_notice_is_turned_away(wechat, till):
    address = f"/pay/notify/wechatpay/{till.merchant.pk}"
    assert Client().get(address).status_code == 405
    assert Client().post(address, b"x" * (64 * 1024 + 1), content_type="application/json").status_code == 413
    for path in ("/pay/notify/cash/1", "/pay/notify/nobody/1", f"/pay/notify/alipay/{till.merchant.pk}",
                 "/pay/notify/wechatpay/999999", f"/pay/notify/wechatpay/{2**63}"):  # fmt: skip
        assert Client().post(path).status_code == 404
    assert Client(enforce_csrf_checks=True).post(address).status_code == 401


def test_alipay_is_answered_in_its_words(alipay, till):
    tender = till.start(till.order(), "alipay", "precreate")
    trade = alipay.book.pay(tender.no, "2088000000009999")
    address = f"/pay/notify/alipay/{till.merchant.pk}"

    def form(**more):
        return alipay_notices.form(alipay.account, trade, None, notify_id="N1", at=clock.now(), **more)

    def posted(fields):
        answer = Client().post(address, urlencode(fields), content_type="application/x-www-form-urlencoded")
        return answer.status_code, answer.content

    assert posted(form(is_forged=True)) == (401, b"fail")
    assert posted(form() | {"total_amount": "0.01"}) == (401, b"fail")
    assert till.fresh(tender).state == "started"
    assert posted(form()) == (200, b"success")
    assert till.fresh(tender).state == "paid"

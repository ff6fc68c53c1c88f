"""Through the simulated Aliyun over HTTP: what reaches the phone, and what every failure leaves behind."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.factories.messaging import PHONE, check, connect, fields, send
from yutang.areas.messaging import services
from yutang.areas.messaging.errors import BadPhone, Declined, TooSoon, Unanswered, Unreachable
from yutang.areas.messaging.providers import aliyun
from yutang.core import access, tenancy
from yutang.simulators.sms_aliyun import Account, Fault


def test_the_code_goes_to_the_phone_and_is_shown_nowhere(merchant, sms, rows):
    assert send(merchant).shown == ""
    (message,) = sms.messages
    assert (message.phone, message.sign_name, message.template_code) == ("13800138000", "谷汀麦作", "SMS_100001")
    assert rows("provider", "state", "error") == [("aliyun", "sent", "")]
    assert check(merchant, message.params["code"]) == PHONE


def test_abroad_by_a_template_of_its_own(merchant, sms, rows):
    send(merchant, "+85291234567")
    assert [(m.phone, m.template_code) for m in sms.messages] == [("85291234567", "SMS_200001")]
    without = {**fields(), "template_abroad": ""}
    with tenancy.scope(merchant.pk):
        services.save_account(provider="aliyun", credentials=without, actor=access.system(merchant.pk))
    with pytest.raises(BadPhone):
        send(merchant, "+85291234568")
    assert rows("state") == [("sent",), ("failed",)]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", BadPhone), ("isv.BUSINESS_LIMIT_CONTROL", Declined),
        ("isv.AMOUNT_NOT_ENOUGH", Declined), ("isv.SMS_TEMPLATE_ILLEGAL", Declined), ("isv.SOMETHING_NEW", Declined),
    ],
)  # fmt: skip
def test_a_refusal_costs_the_reader_no_minute(merchant, clock, sms, rows, code, error):
    sms.refuse(code, "13800138000 invalid")
    with pytest.raises(error) as refused:
        send(merchant)
    assert code not in str(refused.value)  # readers need not know
    assert rows("state") == [("failed",)]
    assert rows("error") == [("messaging.bad_phone" if error is BadPhone else code,)]
    send(merchant)
    assert check(merchant, sms.messages[0].params["code"]) == PHONE


def test_a_refused_one_leaves_the_earlier_good(merchant, clock, sms):
    send(merchant)
    clock.go(minutes=1)
    sms.refuse("isv.AMOUNT_NOT_ENOUGH")
    with pytest.raises(Declined):
        send(merchant)
    assert check(merchant, sms.messages[0].params["code"]) == PHONE


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.BUSY])
def test_lost_answers_leave_a_code_that_works(merchant, clock, sms, rows, fault):
    sms.inject(fault)
    with pytest.raises(Unanswered):
        send(merchant)
    assert rows("state") == [("unknown",)]
    assert check(merchant, sms.messages[0].params["code"]) == PHONE


def test_after_a_lost_answer_another_may_be_asked_for_at_once(merchant, clock, sms):
    sms.inject(Fault.LOST)
    with pytest.raises(Unanswered):
        send(merchant)
    send(merchant)
    assert len(sms.messages) == 2
    assert check(merchant, sms.messages[1].params["code"]) == PHONE
    with pytest.raises(TooSoon):
        send(merchant)


def test_a_service_that_is_down(merchant, clock, sms, rows):
    sms.inject(Fault.DOWN)
    with pytest.raises(Unanswered):  # who answered 503 is not known
        send(merchant)
    assert sms.messages == []


def test_no_connection_is_no_message(merchant, clock, sms, settings, rows):
    settings.ALIYUN_SMS_URL = "http://127.0.0.1:9"
    with pytest.raises(Unreachable):
        send(merchant)
    assert rows("state", "error") == [("failed", "messaging.unreachable")]


def test_a_wrong_key_is_the_merchants_trouble(merchant, sms_with, rows):
    with sms_with() as sms:
        connect(merchant, Account(key_secret="another"))
        with pytest.raises(Declined):
            send(merchant)
        assert sms.messages == []
    assert rows("error") == [("SignatureDoesNotMatch",)]


def test_nothing_is_locked_while_the_service_is_asked(merchant, sms, monkeypatch):
    seen, send_for_real = [], aliyun.Client.send

    def look_and_send(self, **given):
        seen.append(connection.in_atomic_block)
        return send_for_real(self, **given)

    monkeypatch.setattr(aliyun.Client, "send", look_and_send)
    send(merchant)
    assert (seen, len(sms.messages)) == ([False], 1)

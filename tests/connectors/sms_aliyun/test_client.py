"""The client against the simulated service over HTTP."""

from __future__ import annotations

import httpx
import pytest

from tests.patience import until
from yutang.connectors.sms_aliyun import errors
from yutang.connectors.sms_aliyun.client import Credentials
from yutang.simulators.sms_aliyun import AliyunSmsSimulator, Fault

SIGN, TEMPLATE = "谷汀麦作", "SMS_100001"


def send(client, **changes):
    given = {"phone": "+8613800138000", "sign_name": SIGN, "template_code": TEMPLATE, "params": {"code": "012345"}}
    return client.send(**given | changes)


def test_a_message_goes_out(sms, client_for, clock):
    receipt = send(client_for(sms), out_id="a b+c~d*e/谷")
    (message,) = sms.messages
    assert (message.phone, message.sign_name, message.template_code) == ("13800138000", SIGN, TEMPLATE)
    assert (message.params, message.out_id, message.at) == ({"code": "012345"}, "a b+c~d*e/谷", clock())
    assert receipt.biz_id.endswith("^0")
    assert len(receipt.request_id) == 32


def test_a_phone_abroad_keeps_its_country(sms, client_for):
    send(client_for(sms), phone="+85291234567", template_code="SMS_200001")
    assert sms.messages[0].phone == "85291234567"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key_secret": "wrong"}, "SignatureDoesNotMatch"), ({"key_id": "LTAIunknown"}, "InvalidAccessKeyId.NotFound"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_told(sms, client_for, changes, code):
    with pytest.raises(errors.BadSignature) as refused:
        send(client_for(sms, **changes))
    assert refused.value.code == code
    assert sms.messages == []


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_wrong(sms, client_for, clock, minutes):
    client = client_for(sms, now=type(clock)(clock.at))
    clock.go(minutes=minutes)
    with pytest.raises(errors.BadSignature) as refused:
        send(client)
    assert refused.value.code == "InvalidTimeStamp.Expired"


def test_a_nonce_used_again_may_mean_that_it_was_sent(sms, client_for):
    client = client_for(sms, nonce=lambda: "same")
    send(client)
    with pytest.raises(errors.OutcomeUnknown) as unknown:
        send(client)
    assert unknown.value.code == "SignatureNonceUsed"
    assert len(sms.messages) == 1


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"phone": "+8612"}, errors.WrongNumber, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"sign_name": "别人"}, errors.Refused, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"template_code": "SMS_1"}, errors.Refused, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"template_code": "SMS_200001"}, errors.Refused, "isv.DOMESTIC_NUMBER_NOT_SUPPORTED"),
        ({"params": {}}, errors.Refused, "isv.TEMPLATE_MISSING_PARAMETERS"),
    ],
)
def test_the_business_refuses(sms, client_for, changes, error, code):
    with pytest.raises(errors.Refused) as refused:
        send(client_for(sms), **changes)
    assert (type(refused.value), refused.value.code) == (error, code)
    assert sms.messages == []


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", errors.RateLimited), ("isv.DAY_LIMIT_CONTROL", errors.RateLimited),
        ("Throttling.User", errors.RateLimited), ("isv.OUT_OF_SERVICE", errors.NotEnoughFunds),
        ("isv.AMOUNT_NOT_ENOUGH", errors.NotEnoughFunds), ("isv.NEVER_SEEN", errors.Refused),
        ("isp.SYSTEM_ERROR", errors.OutcomeUnknown),
    ],
)  # fmt: skip
def test_codes_have_their_kinds(sms, client_for, code, error):
    sms.refuse(code, "words")
    with pytest.raises(errors.SmsError) as refused:
        send(client_for(sms))
    assert (type(refused.value), refused.value.code, refused.value.message) == (error, code, "words")


def test_limits_per_phone(client_for, clock):
    with AliyunSmsSimulator(now=clock, has_limits=True) as sms:
        client = client_for(sms)
        send(client)
        with pytest.raises(errors.RateLimited):
            send(client)
        send(client, phone="+8613800138001")
        clock.go(minutes=2)
        send(client)


@pytest.mark.parametrize(("fault", "taken"), [(Fault.DOWN, 0), (Fault.BUSY, 1), (Fault.LOST, 1), (Fault.SLOW, 1)])
def test_whether_it_was_sent_is_unknown(sms, client_for, fault, taken):
    sms.inject(fault)
    with pytest.raises(errors.OutcomeUnknown):
        send(client_for(sms, timeout=httpx.Timeout(0.3)))
    until(lambda: len(sms.messages) >= taken)
    assert len(sms.messages) == taken


def test_no_connection_is_certain(client_for, sms):
    with pytest.raises(errors.NotReached):
        send(client_for(sms, base_url="http://127.0.0.1:9"))


def test_nothing_is_repeated_or_followed(sms, client_for):
    asked = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"Location": sms.url}, text="moved")

    with httpx.Client(transport=httpx.MockTransport(elsewhere)) as transport, pytest.raises(errors.OutcomeUnknown):
        send(client_for(sms, http=transport))
    assert (len(asked), sms.messages) == (1, [])


def test_secrets_stay_out_of_texts():
    assert "hidden" not in repr(Credentials("LTAI", "hidden"))

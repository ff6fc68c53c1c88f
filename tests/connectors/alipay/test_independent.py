"""The same protocol by somebody else: python-alipay-sdk reads what we write, and we read what it writes."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from alipay import AliPay, DCAliPay
from alipay.exceptions import AliPayValidationError

from tests.simulators.alipay import rig
from yutang.connectors.alipay import notices, signing
from yutang.connectors.alipay.values import ZONE
from yutang.simulators.alipay import AlipaySimulator, AnswerFault

# Its certificate mode goes through pyOpenSSL's old names.
pytestmark = pytest.mark.filterwarnings("ignore:X509.*is deprecated:DeprecationWarning")
PUBLIC = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----"
PRIVATE = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----"


def local_now() -> datetime:
    """The library writes the machine's time, the gateway reads Shanghai's."""
    return datetime.now().replace(tzinfo=ZONE)  # noqa: DTZ005


def theirs(account, **more):
    common = {
        "appid": account.app_id,
        "app_notify_url": "http://127.0.0.1:9/notify",
        "app_private_key_string": PRIVATE.format(account.private_key),
    } | more
    if account.certificates:
        return DCAliPay(
            app_public_key_cert_string=account.certificates.app,
            alipay_public_key_cert_string=account.certificates.alipay,
            alipay_root_cert_string=account.certificates.root,
            **common,
        )
    return AliPay(alipay_public_key_string=PUBLIC.format(account.alipay_public_key), **common)


@pytest.fixture
def alipay(alipay):
    """With the clock that the library uses."""
    with AlipaySimulator(alipay.account, now=local_now, ladder=rig.AT_ONCE) as made:
        yield made


@pytest.fixture
def sdk(alipay):
    made = theirs(alipay.account)
    made._gateway = alipay.gateway_url
    return made


def test_its_requests_pass_our_gateway_and_our_answers_pass_its_check(alipay, sdk):
    made = sdk.api_alipay_trade_precreate(subject="吐司/套餐", out_trade_no="T1", total_amount="12.34")
    assert made["qr_code"].startswith(alipay.url)
    alipay.pay("T1")
    assert sdk.api_alipay_trade_query(out_trade_no="T1")["trade_status"] == "TRADE_SUCCESS"
    refund = sdk.api_alipay_trade_refund(refund_amount="2.34", out_trade_no="T1", out_request_no="R1")
    assert refund["fund_change"] == "Y"


@pytest.mark.parametrize("page", ["wap", "page"])
def test_its_addresses_open_our_cashier(alipay, sdk, http, page):
    make = getattr(sdk, f"api_alipay_trade_{page}_pay")
    query = make(subject="吐司/套餐", out_trade_no="T1", total_amount="12.34", return_url="https://shop.example/a?b=c")
    opened = http.get(f"{alipay.gateway_url}?{query}")
    assert (opened.status_code, alipay.book.find(out_trade_no="T1").charge.amount) == (303, 1234)


def test_it_finds_a_forged_answer_too(alipay, sdk):
    alipay.inject("alipay.trade.query", AnswerFault.FORGED)
    with pytest.raises(AliPayValidationError):
        sdk.api_alipay_trade_query(out_trade_no="T1")


def test_our_notices_pass_its_check_and_its_signature_ours(alipay, sdk, merchant):
    sdk.api_alipay_trade_precreate(
        subject="吐司/套餐", out_trade_no="T1", total_amount="12.34", notify_url=merchant.notify_url
    )
    alipay.pay("T1")
    alipay.settle()
    form = dict(merchant.forms[0])
    assert notices.open(form, keys=alipay.keys, now=local_now()).amount == 1234
    signature = form.pop("sign")
    assert sdk.verify(dict(form), signature)
    assert not sdk.verify(form | {"total_amount": "0.01"}, signature)


def test_our_addresses_are_signed_as_its_own_are(alipay, client):
    """Its check of our signature, with the application's key where it holds Alipay's."""
    address = client.wap_pay_url(rig.charge(passback="a%3Db%26c"), return_url="https://shop.example/a?b=c")
    params = dict(parse_qsl(urlsplit(address).query))
    signature = params.pop("sign")
    der = PUBLIC.format(_public(alipay.account.app_key))
    own = AliPay(
        appid=alipay.account.app_id, app_notify_url="", alipay_public_key_string=der,
        app_private_key_string=PRIVATE.format(alipay.account.private_key),
    )  # fmt: skip
    text = signing.request_text(params)
    assert own._verify(text, signature)
    assert own._sign(text) == signature
    assert not own._verify(text + " ", signature)


def _public(key) -> str:
    import base64

    from cryptography.hazmat.primitives import serialization

    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, form)).decode()


def test_serial_numbers_of_certificates_agree():
    account = rig.account(True)
    sdk = theirs(account)
    assert sdk.app_cert_sn == account.keys.app_cert_sn
    assert sdk.alipay_root_cert_sn == account.keys.alipay_root_cert_sn
    assert sdk.get_cert_sn(account.certificates.alipay) == account.keys.alipay_cert_sn

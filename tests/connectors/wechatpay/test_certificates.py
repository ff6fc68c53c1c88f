"""The platform's keys: the public key given beforehand, or certificates that are fetched and replaced."""

from __future__ import annotations

import httpx
import pytest

from tests.connectors.wechatpay import rig
from tests.connectors.wechatpay.rig import client_of, merchant, new, watched
from yutang.connectors.wechatpay import errors, keys
from yutang.simulators.wechatpay.accounts import PlatformKey
from yutang.simulators.wechatpay.server import Mode

NUMBER = "YT20261122-0001"


@pytest.fixture
def asked() -> list[httpx.Request]:
    return []


@pytest.fixture
def platform(clock):
    with rig.simulator(clock, mode=Mode.CERTIFICATE) as running:
        yield running


@pytest.fixture
def client(platform, clock, asked):
    with client_of(platform, clock, http=watched(asked)) as made:
        yield made


def downloads(asked: list[httpx.Request]) -> int:
    return [request.url.path for request in asked].count("/v3/certificates")


def test_certificates_are_fetched_once_when_first_needed(client, platform, asked):
    client.create_native(new())
    client.query(out_trade_no=NUMBER)
    assert downloads(asked) == 1


def test_a_new_certificate_is_fetched_when_it_is_used(client, platform, clock, asked):
    client.create_native(new())
    platform.rotate()
    clock.forward(minutes=5)
    assert client.query(out_trade_no=NUMBER).trade_state == "NOTPAY"
    assert downloads(asked) == 2
    assert [certificate.serial for certificate in client.certificates()] == [key.serial for key in platform._keys]


def test_invented_serial_numbers_do_not_make_us_ask_again_and_again(client, platform, clock, asked):
    client.create_native(new())
    headers = {**platform.key.headers(b"{}", clock()), "Wechatpay-Serial": "ABCDEF"}
    for _ in range(3):
        with pytest.raises(errors.UnknownSerial):
            client.open_notice(headers, b"{}")
    clock.forward(minutes=5)
    headers = {**platform.key.headers(b"{}", clock()), "Wechatpay-Serial": "ABCDEF"}
    with pytest.raises(errors.UnknownSerial):
        client.open_notice(headers, b"{}")
    assert downloads(asked) == 2


def test_kept_certificates_need_no_download(client, platform, clock, asked):
    kept = keys.of_certificates(client.certificates())
    with client_of(platform, clock, http=watched(asked), platform_keys=kept) as other:
        other.create_native(new())
    assert downloads(asked) == 1


def test_certificates_that_another_key_signed_are_refused(client, platform, clock):
    platform._keys[0] = PlatformKey(platform.key.serial, merchant().private_key, platform.key.certificate)
    with pytest.raises(errors.Untrusted):
        client.certificates()
    with pytest.raises(errors.OutcomeUnknown):
        client.create_native(new())


def test_certificates_open_with_our_api_key_only(platform, clock):
    known = merchant()
    other = keys.Credentials(known.mchid, known.appid, known.serial, known.private_key, b"0" * 32)
    with client_of(platform, clock, other) as client:
        with pytest.raises(errors.Malformed):
            client.certificates()
        with pytest.raises(errors.OutcomeUnknown):
            client.create_native(new())
    assert platform.book.trade(out_trade_no=NUMBER)


def test_a_merchant_with_the_public_key_only_has_no_certificates(clock, asked):
    with rig.simulator(clock) as platform, client_of(platform, clock, http=watched(asked)) as client:
        client.create_native(new())
        for serial in ("PUB_KEY_ID_0", "ABCDEF"):
            with pytest.raises(errors.UnknownSerial):
                client.open_notice({**platform.key.headers(b"{}", clock()), "Wechatpay-Serial": serial}, b"{}")
        with pytest.raises(errors.NotFound):
            client.certificates()
    assert [request.url.path for request in asked] == ["/v3/pay/transactions/native"] + ["/v3/certificates"] * 2
    assert asked[0].headers["Wechatpay-Serial"] == platform.key.serial


def test_a_merchant_who_moves_to_the_public_key_takes_both(clock, receiver, asked):
    with rig.simulator(clock) as platform, client_of(platform, clock, http=watched(asked)) as client:
        platform.rotate()
        client.create_native(new(notify_url=receiver.url))
        platform.pay(NUMBER)
        platform.drain()
        assert downloads(asked) == 0
        ((headers, body),) = receiver.received
        assert headers["Wechatpay-Serial"] == platform.key.serial
        assert client.open_notice(headers, body).transaction.out_trade_no == NUMBER
        assert client.query(out_trade_no=NUMBER).trade_state == "SUCCESS"
    assert downloads(asked) == 1
    assert asked[-1].headers["Wechatpay-Serial"].startswith("PUB_KEY_ID_")

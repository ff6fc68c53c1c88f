"""The pages on which a buyer pays."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.simulators.alipay import rig
from yutang.connectors.alipay import signing

BACK = "https://shop.example/orders/7?from=alipay"


@pytest.fixture
def client(alipay, http, clock):
    return rig.client(alipay, http, now=clock)


@pytest.fixture
def cashier(alipay, client, http):
    opened = http.get(client.wap_pay_url(rig.charge(), return_url=BACK))
    assert opened.status_code == 303
    return alipay.url + opened.headers["Location"]


def test_pay_and_return(alipay, client, http, cashier):
    assert "确认付款" in http.get(cashier).text
    paid = http.post(f"{cashier}/pay")
    assert paid.status_code == 303
    assert client.query(out_trade_no="T1").is_paid
    returned = dict(parse_qsl(urlsplit(paid.headers["Location"]).query))
    assert paid.headers["Location"].startswith(BACK + "&")
    assert (returned.pop("from"), returned["out_trade_no"], returned["total_amount"]) == ("alipay", "T1", "12.34")
    assert signing.is_signed(signing.notice_text(returned), returned["sign"], alipay.keys.alipay_key)
    assert "付款成功" in http.get(cashier).text


def test_leave_without_paying(client, http, cashier):
    left = http.post(f"{cashier}/leave")
    assert (left.status_code, left.headers["Location"]) == (303, BACK)
    assert not client.query(out_trade_no="T1").is_paid


def test_by_code_without_an_address_to_return_to(client, http):
    page = http.get(client.precreate(rig.charge()), follow_redirects=True)
    assert not client.query(out_trade_no="T1").is_paid
    done = http.post(f"{page.url}/pay", follow_redirects=True)
    assert "付款成功" in done.text


def test_the_same_address_again_is_the_same_trade(alipay, client, http, cashier):
    http.get(client.wap_pay_url(rig.charge(), return_url=BACK))
    assert len(alipay.book.all()) == 1


def test_a_subject_is_shown_as_text(client, http):
    page = http.get(client.page_pay_url(rig.charge(subject="<b>吐司</b>")), follow_redirects=True)
    assert "&lt;b&gt;吐司&lt;/b&gt;" in page.text
    assert "<b>" not in page.text


def test_too_late(client, http, clock):
    address = client.page_pay_url(rig.charge(expires_at=rig.NOON + timedelta(minutes=3)))
    page = http.get(address, follow_redirects=True)
    clock.go(minutes=3)
    assert "交易已关闭" in http.get(page.url).text
    refused = http.post(f"{page.url}/pay")
    assert (refused.status_code, "ACQ.TRADE_HAS_CLOSE" in refused.text) == (400, True)


@pytest.mark.parametrize(
    ("change", "code"),
    [(("12.34", "0.01"), "isv.invalid-signature"), (("app_id=2021", "app_id=2022"), "isv.invalid-app-id")],
)
def test_a_changed_address_opens_nothing(alipay, client, http, change, code):
    refused = http.get(client.wap_pay_url(rig.charge()).replace(*change))
    assert (refused.status_code, code in refused.text) == (400, True)
    assert alipay.book.all() == []


@pytest.mark.parametrize("path", ["/", "/cashier/1/x", "/bill/2026-99-99.csv.zip", "/bill/x", "/qr/x"])
def test_no_such_page(alipay, http, path):
    assert http.get(alipay.url + path).status_code == 404


@pytest.mark.parametrize("path", ["/qr/1", "/cashier/1"])
def test_no_such_trade(alipay, http, path):
    refused = http.get(alipay.url + path)
    assert (refused.status_code, "ACQ.TRADE_NOT_EXIST" in refused.text) == (400, True)


def test_bodies_have_a_limit(alipay, http):
    """Told before the body is sent."""
    host = urlsplit(alipay.url)
    with closing(HTTPConnection(host.hostname, host.port)) as connection:
        connection.putrequest("POST", "/gateway.do")
        connection.putheader("Content-Length", str(2 << 20))
        connection.endheaders()
        assert connection.getresponse().status == 413
    assert http.post(f"{alipay.url}/nothing").status_code == 404

"""The page that stands for the phone."""

from __future__ import annotations

import httpx
import pytest

from tests.connectors.wechatpay.rig import new

NUMBER = "YT20261122-0001"


@pytest.fixture
def http():
    with httpx.Client(trust_env=False) as made:
        yield made


def test_a_person_pays(client, platform, http):
    url = client.create_h5(new(description="<b>吐司</b>"), client_ip="203.0.113.7")
    page = http.get(url)
    assert page.status_code == 200
    assert "¥19.90" in page.text
    assert "&lt;b&gt;吐司&lt;/b&gt;" in page.text
    assert "立即支付" in page.text
    assert http.post(url).headers["Location"] == url.removeprefix(platform.base_url)
    assert client.query(out_trade_no=NUMBER).trade_state == "SUCCESS"
    assert "支付成功" in http.get(url).text
    assert http.post(url).status_code == 303


def test_the_way_back_leads_to_this_machine_only(client, http):
    url = client.create_native(new())
    back = "http://127.0.0.1:8000/shop/orders/7"
    assert http.post(url, params={"redirect_url": back}).headers["Location"] == back
    for elsewhere in ("https://elsewhere.example/", "javascript:alert(1)", "http://["):
        assert http.post(url, params={"redirect_url": elsewhere}).headers["Location"].startswith("/pay/")


def test_a_closed_order_has_no_button(client, http):
    url = client.create_native(new())
    client.close(NUMBER)
    assert "立即支付" not in http.get(url).text
    assert "订单已关闭" in http.get(url).text


def test_an_unknown_page(platform, http):
    assert http.get(f"{platform.base_url}/pay/nothing").status_code == 404

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.areas.payments import rig
from tests.factories.merchants import make_merchant
from tests.patience import PATIENCE
from tests.simulators.alipay import rig as alipay_rig
from yutang.areas.payments.providers import accounts, wechatpay
from yutang.simulators.alipay import AlipaySimulator
from yutang.simulators.alipay import notifier as alipay_notifier
from yutang.simulators.wechatpay import notifier as wechatpay_notifier
from yutang.simulators.wechatpay.accounts import Account
from yutang.simulators.wechatpay.server import Simulator

AT_ONCE = (0.0,) * 15


@pytest.fixture(autouse=True)
def _patient_services(monkeypatch):
    for notifier in (alipay_notifier, wechatpay_notifier):
        monkeypatch.setattr(notifier, "PATIENCE", PATIENCE)


@pytest.fixture
def till(no_jobs):
    """A merchant whose rows are committed; its scope is not entered."""
    yield rig.Till(make_merchant())
    wechatpay._parsed.cache_clear()
    accounts.http().close()
    accounts.http.cache_clear()


@pytest.fixture
def public(live_server, settings):
    """The installation as the payment services reach it."""
    settings.PUBLIC_URL = live_server.url
    return live_server.url


@pytest.fixture
def wechat_with(settings):
    """`with wechat_with(faults=…) as platform:`, named in the settings."""

    def make(**options) -> Simulator:
        credentials, key = rig.wechat_keys()
        options = {"ladder": AT_ONCE, "refund_gap": timedelta(), **options}
        platform = Simulator([Account.of(credentials)], key=key, **options)
        settings.WECHATPAY_URL = platform.base_url
        return platform

    return make


@pytest.fixture
def wechat(wechat_with, till):
    """WeChat Pay with an account of the merchant."""
    with wechat_with() as platform:
        platform.ours = till.connect("wechatpay", rig.wechat_fields(), ("jsapi", "h5", "native"))
        yield platform


@pytest.fixture
def alipay_with(settings):
    def make(**options) -> AlipaySimulator:
        alipay = AlipaySimulator(alipay_rig.account(), **{"ladder": alipay_rig.AT_ONCE, **options})
        settings.ALIPAY_URL = alipay.gateway_url
        return alipay

    return make


@pytest.fixture
def alipay(alipay_with, till):
    """Alipay with an account of the merchant."""
    with alipay_with() as service:
        service.ours = till.connect("alipay", rig.alipay_fields(service), ("wap", "page", "precreate"))
        yield service

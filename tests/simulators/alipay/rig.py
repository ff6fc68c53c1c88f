"""What tests of the client and of the simulator share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import httpx

from yutang.connectors.alipay.client import Client
from yutang.connectors.alipay.shapes import Charge
from yutang.simulators.alipay import Account, AlipaySimulator, make_account

AT_ONCE = (0.0,) * 7
NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)  # in Shanghai


@cache
def account(with_certificates: bool = False) -> Account:
    """Making keys takes a while: one for all tests."""
    return make_account(with_certificates=with_certificates)


class Clock:
    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go(self, **by: int) -> None:
        self.at += timedelta(**by)


def client(alipay: AlipaySimulator, http: httpx.Client, **more: object) -> Client:
    return Client(alipay.keys, http=http, base_url=alipay.gateway_url, **more)


def charge(out_trade_no: str = "T1", amount: int = 1234, **more: object) -> Charge:
    values = {"subject": "谷汀麦作 吐司/套餐", "notify_url": "http://127.0.0.1:9/notify"} | more
    return Charge(out_trade_no=out_trade_no, amount=amount, **values)

from __future__ import annotations

import pytest

from yutang.connectors.wechat.client import Client, Credentials, authorise_url
from yutang.simulators.wechat import WechatSimulator


@pytest.fixture
def wechat(clock):
    with WechatSimulator(now=clock) as made:
        yield made


@pytest.fixture
def client(wechat, http):
    return Client(Credentials(wechat.account.app_id, wechat.account.secret), http=http, base_url=wechat.url)


@pytest.fixture
def code_for(wechat, http):
    """`code_for(scope, …)`: goes through the page as a browser does; the code that comes back."""

    def go(scope, **changes):
        url = authorise_url(
            **{
                "app_id": wechat.account.app_id,
                "redirect_uri": "http://127.0.0.1/back?a=1",
                "scope": scope,
                "state": "s1",
                "base_url": wechat.url,
                **changes,
            }
        )
        answer = http.get(url)
        if "允许" in answer.text:
            answer = http.post(url)
        return answer

    return go

"""The client against the simulated WeChat over HTTP."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from yutang.connectors.wechat import errors
from yutang.connectors.wechat.client import Client, Credentials, Grant, Scope, authorise_url
from yutang.simulators.wechat import Fault, OfficialAccount, Person, WechatSimulator


def code_of(answer) -> str:
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def test_the_address_is_as_wechat_wants_it():
    url = authorise_url(app_id="wx1", redirect_uri="https://a.example/b?c=d&e", scope=Scope.BASE, state="s")
    assert url == (
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1"
        "&redirect_uri=https%3A%2F%2Fa.example%2Fb%3Fc%3Dd%26e&response_type=code&scope=snsapi_base&state=s"
        "#wechat_redirect"
    )


def test_silently_the_openid(wechat, client, code_for):
    answer = code_for(Scope.BASE)
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (query["state"], query["a"]) == (["s1"], ["1"])
    grant = client.exchange(query["code"][0])
    assert (grant.openid, grant.unionid) == (wechat.person.openid(wechat.account), wechat.person.unionid)
    with pytest.raises(errors.Refused) as refused:  # nobody agreed to that
        client.profile(grant)
    assert refused.value.code == 48001


def test_the_name_of_who_agrees(wechat, client, code_for):
    grant = client.exchange(code_of(code_for(Scope.USERINFO)))
    assert (client.profile(grant).nickname, client.profile(grant).unionid) == ("小鱼", wechat.person.unionid)
    with pytest.raises(errors.BadCredentials):
        client.profile(Grant(grant.openid, "", "made up"))


def test_a_code_works_once_and_for_five_minutes(clock, client, code_for):
    code, late = code_of(code_for(Scope.BASE)), code_of(code_for(Scope.BASE))
    client.exchange(code)
    for bad, expected in ((code, 40163), ("nobody's", 40029)):
        with pytest.raises(errors.BadCode) as refused:
            client.exchange(bad)
        assert refused.value.code == expected
    clock.go(minutes=5)
    with pytest.raises(errors.BadCode):
        client.exchange(late)


@pytest.mark.parametrize(("app_id", "secret"), [("wx-other", None), (None, "wrong")])
def test_wrong_credentials(wechat, http, code_for, app_id, secret):
    account = wechat.account
    client = Client(Credentials(app_id or account.app_id, secret or account.secret), http=http, base_url=wechat.url)
    with pytest.raises(errors.BadCredentials):
        client.exchange(code_of(code_for(Scope.BASE)))


@pytest.mark.parametrize(
    "changes", [{"app_id": "wx-other"}, {"redirect_uri": "https://evil.example/"}, {"state": "not alphanumeric!"}]
)
def test_pages_that_wechat_does_not_open(code_for, changes):
    assert code_for(Scope.BASE, **changes).status_code == 400


def test_a_snapshot_is_nobody(wechat, client, code_for):
    wechat.person = Person(is_snapshot=True)
    with pytest.raises(errors.Snapshot):
        client.exchange(code_of(code_for(Scope.BASE)))


def test_an_account_of_its_own_has_no_unionid(clock, http):
    with WechatSimulator(OfficialAccount(is_bound=False), now=clock) as alone:
        client = Client(Credentials(alone.account.app_id, alone.account.secret), http=http, base_url=alone.url)
        asked = authorise_url(
            app_id=alone.account.app_id, redirect_uri="http://localhost/", scope=Scope.BASE, state="",
            base_url=alone.url,
        )  # fmt: skip
        assert client.exchange(code_of(http.get(asked))).unionid == ""


@pytest.mark.parametrize("fault", list(Fault))
def test_trouble_says_nothing_of_the_secret(wechat, client, code_for, fault):
    code = code_of(code_for(Scope.BASE))
    wechat.inject(fault)
    with pytest.raises(errors.Unanswered) as failed:
        client.exchange(code)
    assert wechat.account.secret not in repr(failed.value)
    assert failed.value.__cause__ is None


def test_nobody_there(http):
    with pytest.raises(errors.Unanswered):
        Client(Credentials("wx1", "s"), http=http, base_url="http://127.0.0.1:9").exchange("c")


def test_answers_that_say_nothing():
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=b'{"openid": 5}'))
    with httpx.Client(transport=transport) as http, pytest.raises(errors.Unanswered):
        Client(Credentials("wx1", "s"), http=http).exchange("c")

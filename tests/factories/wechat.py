"""A merchant's Official Account, and a browser of WeChat on its way through WeChat's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from yutang.areas.channels import services
from yutang.core import access, tenancy

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from yutang.areas.channels.models import OfficialAccount
    from yutang.areas.merchants.models import Merchant
    from yutang.simulators.wechat import OfficialAccount as Simulated

AGREED = "1.1"  # the drafts of terms and policy
IN_WECHAT = "Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 Chrome/120 Mobile MicroMessenger/8.0.47"


def fields(account: Simulated) -> dict[str, str]:
    """What the merchant copies from WeChat."""
    return {"app_id": account.app_id, "secret": account.secret}


def connect(merchant: Merchant, account: Simulated, **more: object) -> OfficialAccount:
    with tenancy.scope(merchant.pk):
        return services.save_account(credentials=fields(account), actor=access.system(merchant.pk, "test"), **more)


def at_wechat(answer: HttpResponse) -> str:
    """Goes where the shop sends the browser, agrees if asked; the address WeChat sends it back to."""
    with httpx.Client(trust_env=False) as http:
        said = http.get(answer.headers["Location"])
        if said.status_code == 200:
            said = http.post(answer.headers["Location"].partition("#")[0])
    where: str = said.headers["Location"]
    return where.removeprefix("http://testserver")


def leave(browser: Client, shop: str, **asked: str) -> HttpResponse:
    """Over to WeChat, the terms accepted."""
    return browser.post(f"{shop}login/wechat", {"agreed": AGREED, **asked})


def log_in(browser: Client, shop: str, **asked: str) -> HttpResponse:
    """The whole way, the terms accepted; the shop's last answer."""
    return browser.get(at_wechat(leave(browser, shop, **asked)))

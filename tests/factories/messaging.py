"""Codes as shops send them, and an account as merchants enter it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.messaging import queries_notices, services
from yutang.areas.messaging.models import Notice
from yutang.core import access, tenancy
from yutang.simulators.sms_aliyun import Account

if TYPE_CHECKING:
    from yutang.areas.customers.models import Customer
    from yutang.areas.merchants.models import Merchant
    from yutang.areas.messaging.models import SmsAccount
    from yutang.areas.messaging.services import Sent

PHONE = "+8613800138000"
IP = "203.0.113.7"
BROWSER = "b" * 32


def shopper(merchant: Merchant) -> access.Actor:
    return access.system(merchant.pk, name="shopper")


def send(
    merchant: Merchant, phone: str = PHONE, purpose: str = "login", ip: str = IP, visitor: str = BROWSER
) -> Sent:  # fmt: skip
    return services.send_code(phone=phone, purpose=purpose, visitor=visitor, ip=ip, actor=shopper(merchant))


def check(
    merchant: Merchant, code: str, phone: str = PHONE, purpose: str = "login", visitor: str = BROWSER
) -> str:  # fmt: skip
    return services.check_code(phone=phone, purpose=purpose, code=code, visitor=visitor, actor=shopper(merchant))


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def fields(account: Account | None = None) -> dict[str, str]:
    """What the merchant copies from Aliyun."""
    account = account or Account()
    return {
        "key_id": account.key_id, "key_secret": account.key_secret, "sign_name": account.sign_names[0],
        "template_code": next(iter(account.templates)), "template_abroad": next(iter(account.templates_abroad)),
    }  # fmt: skip


def connect(merchant: Merchant, account: Account | None = None, **more: object) -> SmsAccount:
    with tenancy.scope(merchant.pk):
        return services.save_account(
            provider="aliyun", credentials=fields(account), actor=access.system(merchant.pk, "test"), **more
        )


def reminded(actor: access.Actor, kind: str) -> list[tuple[int, str]]:
    """(person, text) of what people were told of a kind, after today's reminders."""
    while services.remind_next(actor=actor):
        pass
    rows = Notice.objects.filter(kind=kind).order_by("id")
    return [(row.customer_id, queries_notices.told(row).text) for row in rows]


def furnish_notices(mark: str, person: Customer) -> None:
    """Something told to the person, of every page it may lead to, and something in every table of reminders."""
    actor = access.system(tenancy.require_merchant_id(), name="tester")
    services.save_reminders(hour=0, rules={"points-expiring": (True, 15)}, actor=actor)
    for kind, figures in (
        ("level-up", {"level": f"Gold {mark}"}),
        ("card-ending", {"name": f"Card {mark}", "on": "2026-12-31"}),
        ("points-expiring", {"points": 1_200, "on": "2026-12-31"}),
    ):
        services.notify(kind=kind, news=[services.News(person.pk, f"{kind}:{person.pk}", figures)], actor=actor)
    services.remind_next(actor=actor)

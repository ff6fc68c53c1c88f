"""A merchant with accounts at the simulated payment services."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import shop
from yutang.areas.merchants.models import Merchant
from yutang.areas.orders.models import Order
from yutang.areas.payments import services
from yutang.areas.payments.models import ProviderAccount, Tender
from yutang.areas.payments.providers import Payer
from yutang.connectors.wechatpay.keys import Credentials
from yutang.core import access, tenancy
from yutang.simulators.alipay import AlipaySimulator
from yutang.simulators.wechatpay.accounts import PlatformKey, new_credentials

BUYER = Payer(openid="oBuyer", ip="203.0.113.7")


@cache
def wechat_keys() -> tuple[Credentials, PlatformKey]:
    """Making keys takes a while: once for all tests."""
    return new_credentials(), PlatformKey.public()


def wechat_fields() -> dict[str, str]:
    """What the merchant copies from the merchant platform."""
    own, platform = wechat_keys()
    private = own.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = platform.private_key.public_key()
    return {
        "mchid": own.mchid, "appid": own.appid, "serial": own.serial, "private_key": private.decode(),
        "api_key": own.api_key.decode(), "public_key_id": platform.serial,
        "public_key": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    }  # fmt: skip


def alipay_fields(alipay: AlipaySimulator) -> dict[str, str]:
    account = alipay.account
    return {
        "app_id": account.app_id, "seller_id": account.seller_id, "private_key": account.private_key,
        "alipay_public_key": account.alipay_public_key,
    }  # fmt: skip


@dataclass
class Till:
    """Acts for a merchant from outside any transaction, as faces and jobs do."""

    merchant: Merchant

    @property
    def actor(self) -> access.Actor:
        return access.system(self.merchant.pk, "test")

    def scope(self):
        return tenancy.scope(self.merchant.pk)

    def connect(self, provider: str, fields: dict[str, str], methods: tuple[str, ...], **more) -> ProviderAccount:
        with self.scope():
            return services.save_account(
                provider=provider, methods=methods, credentials=fields, actor=self.actor, **more
            )

    def order(self, price: int = 10_000) -> Order:
        with self.scope():
            return shop.place((shop.stocked(1, price), 1))

    def open(self, order: Order, provider: str, method: str, amount: int | None = None) -> Tender:
        with self.scope():
            return services.open_tender(
                payable=("order", order.pk), provider=provider, method=method, amount=amount, actor=self.actor
            )

    def start(self, order: Order, provider: str, method: str, amount: int | None = None) -> Tender:
        tender = self.open(order, provider, method, amount)
        return services.launch(
            tender_id=tender.pk, return_url="https://shop.example.com/paid", payer=BUYER, actor=self.actor
        )

    def fresh(self, row):
        with self.scope():
            return type(row).objects.get(pk=row.pk)

    def work(self) -> None:
        """Does the waiting jobs about money, as the worker does."""
        app.perform_import_paths()
        waiting = ProcrastinateJob.objects.filter(status="todo", task_name__startswith="payments.")
        while job := waiting.order_by("id").first():
            app.tasks[job.task_name].func(**job.args)
            app.job_manager.connector.execute_query(
                "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %(id)s", id=job.id
            )

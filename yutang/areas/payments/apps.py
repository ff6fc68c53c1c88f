from __future__ import annotations

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "yutang.areas.payments"
    label = "payments"

    def ready(self) -> None:
        from yutang.areas.payments import providers
        from yutang.areas.payments.providers import alipay, cash, sandbox, wechatpay

        providers.register(cash.Cash())
        providers.register(sandbox.Sandbox())
        providers.register(wechatpay.WechatPay())
        providers.register(alipay.Alipay())

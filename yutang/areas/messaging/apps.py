from __future__ import annotations

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "yutang.areas.messaging"
    label = "messaging"

    def ready(self) -> None:
        from yutang.areas.customers import merging
        from yutang.areas.messaging import providers
        from yutang.areas.messaging.providers import aliyun, sandbox

        providers.register(sandbox.Sandbox())
        providers.register(aliyun.Aliyun())
        merging.register("messaging_notice", by_identity=False)

from __future__ import annotations

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "yutang.areas.privacy"
    label = "privacy"

    def ready(self) -> None:
        from yutang.areas.customers import merging
        from yutang.areas.privacy import holders, retention

        holders.register()
        retention.register()
        for table in ("privacy_consent", "privacy_request", "privacy_hold"):
            merging.register(table, by_identity=False)

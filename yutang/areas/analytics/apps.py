from __future__ import annotations

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "yutang.areas.analytics"
    label = "analytics"

    def ready(self) -> None:
        from yutang.areas.analytics import definitions, registry

        registry.add(*definitions.ALL)

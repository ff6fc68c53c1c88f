from __future__ import annotations

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "yutang.areas.imports"
    label = "imports"

    def ready(self) -> None:
        from yutang.areas.imports import privacy

        privacy.register()

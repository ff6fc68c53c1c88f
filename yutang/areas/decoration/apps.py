from __future__ import annotations

from django.apps import AppConfig


class DecorationConfig(AppConfig):
    name = "yutang.areas.decoration"
    label = "decoration"

    def ready(self) -> None:
        from yutang.areas.decoration import needs
        from yutang.areas.decoration.blocks import kinds

        needs.register_own()
        kinds.register()

from __future__ import annotations

from django.apps import AppConfig


class ReactionsConfig(AppConfig):
    name = "yutang.reactions"
    label = "reactions"

    def ready(self) -> None:
        from yutang.reactions import (  # noqa: F401  registers its handlers
            imports,
            membership,
            merchants,
            missions,
            notices,
            orders,
            points,
        )

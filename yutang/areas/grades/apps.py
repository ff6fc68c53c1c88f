from __future__ import annotations

from django.apps import AppConfig


class GradesConfig(AppConfig):
    name = "yutang.areas.grades"
    label = "grades"

    def ready(self) -> None:
        from yutang.areas.grades import facts

        facts.register()

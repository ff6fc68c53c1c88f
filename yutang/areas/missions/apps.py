from __future__ import annotations

from django.apps import AppConfig


class MissionsConfig(AppConfig):
    name = "yutang.areas.missions"
    label = "missions"

    def ready(self) -> None:
        from yutang.areas.customers import merging
        from yutang.areas.missions import privacy

        privacy.register()
        for table in ("missions_checkin", "missions_deeddone", "missions_completion"):
            merging.register(table, by_identity=False)

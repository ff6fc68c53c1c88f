from __future__ import annotations

from django.apps import AppConfig


class PointsConfig(AppConfig):
    name = "yutang.areas.points"
    label = "points"

    def ready(self) -> None:
        from yutang.areas.customers import merging
        from yutang.areas.points import accounts, facts, privacy, reminding
        from yutang.areas.points.giving import PointsReward
        from yutang.core import rewards

        accounts.register()
        facts.register()
        privacy.register()
        reminding.register()
        rewards.register(PointsReward())
        for table in ("points_daytally", "points_orderpoints", "points_change", "points_exchange"):
            merging.register(table, by_identity=False)

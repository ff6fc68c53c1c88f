from __future__ import annotations

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    name = "yutang.areas.interactions"
    label = "interactions"

    def ready(self) -> None:
        from yutang.areas.interactions import facts, privacy

        facts.register()
        privacy.register()
        from yutang.areas.customers import merging

        merging.register("interactions_visitor", by_identity=True)
        merging.register("interactions_code", by_identity=False)

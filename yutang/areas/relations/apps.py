from __future__ import annotations

from django.apps import AppConfig


class RelationsConfig(AppConfig):
    name = "yutang.areas.relations"
    label = "relations"

    def ready(self) -> None:
        from yutang.areas.customers import merging
        from yutang.areas.relations import facts, privacy
        from yutang.areas.relations.services import decide

        facts.register()
        privacy.register()
        merging.register("relations_personrole", by_identity=False)
        merging.register("relations_guideassignment", by_identity=False)
        merging.register("relations_referral", by_identity=False)
        merging.register("relations_referral", by_identity=False, person="bringer")
        merging.register_recompute(decide)

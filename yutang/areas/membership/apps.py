from __future__ import annotations

from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "yutang.areas.membership"
    label = "membership"

    def ready(self) -> None:
        from yutang.areas.customers import merging
        from yutang.areas.membership import facts, privacy, queries, reminding, rewarding
        from yutang.areas.membership.services import carding, judging
        from yutang.areas.payments import payables
        from yutang.areas.points import multipliers

        facts.register()
        privacy.register()
        reminding.register()
        rewarding.register()
        multipliers.register(queries.points_multiplier)
        payables.register(payables.Payable(carding.PAYABLE, lock=carding.due, settle=carding.settle))
        for table in ("growthentry", "levelchange", "membergift", "card"):
            merging.register(f"membership_{table}", by_identity=False)
        merging.register("membership_card", by_identity=False, person="buyer")
        merging.register_recompute(judging.recompute)

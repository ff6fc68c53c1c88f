from __future__ import annotations

from django.apps import AppConfig


class CouponsConfig(AppConfig):
    name = "yutang.areas.coupons"
    label = "coupons"

    def ready(self) -> None:
        from yutang.areas.coupons import facts, privacy, reminding, rewarding
        from yutang.areas.customers import merging
        from yutang.core import rewards

        facts.register()
        privacy.register()
        reminding.register()
        rewards.register(rewarding.CouponReward())
        merging.register("coupons_coupon", by_identity=False)
        merging.register("coupons_use", by_identity=False)

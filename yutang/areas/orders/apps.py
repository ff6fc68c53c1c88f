from __future__ import annotations

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "yutang.areas.orders"
    label = "orders"

    def ready(self) -> None:
        from yutang.areas.decoration import ranking
        from yutang.areas.orders import facts, privacy, selling
        from yutang.areas.orders.pricing import coupons, steps
        from yutang.areas.orders.services import fulfilling, paying, placing
        from yutang.areas.payments import payables

        facts.register()
        privacy.register()
        steps.register_steps()
        coupons.register_steps()
        ranking.register(selling.best_selling)
        payables.register(payables.Payable(placing.PAYABLE, lock=paying.due, settle=fulfilling.settle))
        from yutang.areas.customers import merging
        from yutang.areas.orders.services import recompute_statistics

        merging.register("orders_order", by_identity=True)
        merging.register("orders_saleline", by_identity=True)
        merging.register_recompute(recompute_statistics)

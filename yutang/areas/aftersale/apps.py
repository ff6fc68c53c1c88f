from __future__ import annotations

from django.apps import AppConfig


class AfterSaleConfig(AppConfig):
    name = "yutang.areas.aftersale"
    label = "aftersale"

    def ready(self) -> None:
        from yutang.areas.aftersale import privacy, queries_asking
        from yutang.areas.orders import holds

        holder = holds.Holder(queries_asking.held, queries_asking.is_undecided)
        holds.register("aftersale", holder)
        privacy.register()

from __future__ import annotations

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "yutang.areas.orders"
    label = "orders"

    def ready(self) -> None:
        from yutang.areas.orders import facts

        facts.register()

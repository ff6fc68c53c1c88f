from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "yutang.areas.customers"
    label = "customers"

    def ready(self) -> None:
        from yutang.areas.customers import facts

        facts.register()

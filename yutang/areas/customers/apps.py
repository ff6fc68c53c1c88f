from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "yutang.areas.customers"
    label = "customers"

    def ready(self) -> None:
        from yutang.areas.customers import facts

        facts.register()
        from yutang.areas.customers import merging

        merging.register("customers_note", by_identity=False)
        merging.register("customers_address", by_identity=True)

from __future__ import annotations

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "yutang.areas.catalog"
    label = "catalog"

    def ready(self) -> None:
        from yutang.areas.catalog import privacy
        from yutang.areas.customers import merging

        merging.register("catalog_review", by_identity=False)
        privacy.register()

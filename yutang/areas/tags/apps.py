from __future__ import annotations

from django.apps import AppConfig


class TagsConfig(AppConfig):
    name = "yutang.areas.tags"
    label = "tags"

    def ready(self) -> None:
        from yutang.areas.customers import merging
        from yutang.areas.tags import facts, privacy

        facts.register()
        privacy.register()
        merging.register("tags_tagging", by_identity=False)
        merging.register("tags_lifefact", by_identity=False)

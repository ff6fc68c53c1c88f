from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "yutang.core"
    label = "core"

    def ready(self) -> None:
        from yutang.core import lookups, tenancy  # noqa: F401  registers itself

        # The one signal we use: Django's own hook "after migrations", so that no table can forget its policy.
        post_migrate.connect(tenancy.protect_tables, sender=self)

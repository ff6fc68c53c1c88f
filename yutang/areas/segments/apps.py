from __future__ import annotations

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "yutang.areas.segments"
    label = "segments"

    def ready(self) -> None:
        from yutang.areas.segments import people, privacy

        people.register()
        privacy.register()

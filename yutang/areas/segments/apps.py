from __future__ import annotations

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "yutang.areas.segments"
    label = "segments"

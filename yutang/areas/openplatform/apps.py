from __future__ import annotations

from django.apps import AppConfig


class OpenPlatformConfig(AppConfig):
    name = "yutang.areas.openplatform"
    label = "openplatform"

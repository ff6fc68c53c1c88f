from __future__ import annotations

from django.apps import AppConfig


class MerchantsConfig(AppConfig):
    name = "yutang.areas.merchants"
    label = "merchants"

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "yutang.areas.customers"
    label = "customers"

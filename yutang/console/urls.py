"""Addresses of the console: every topic folder with a `urls.py` is part of it."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern

from yutang import console

app_name = "console"

# Topics don't know each other, so their order does not matter; two may not claim the same address
# (tests/architecture/test_urls.py).
TOPICS = sorted(
    module.name
    for module in pkgutil.iter_modules(console.__path__, f"{console.__name__}.")
    if module.ispkg and find_spec(f"{module.name}.urls")
)
urlpatterns: list[URLPattern] = [pattern for topic in TOPICS for pattern in import_module(f"{topic}.urls").urlpatterns]

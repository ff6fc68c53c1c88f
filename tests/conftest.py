"""Fixtures every test may use."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import translation

from tests.factories.merchants import make_merchant
from yutang.areas.merchants.models import Merchant
from yutang.core import access, tenancy


@pytest.fixture
def merchant(db) -> Merchant:
    """A merchant whose scope is entered for the whole test."""
    made = make_merchant()
    with tenancy.scope(made.pk):
        yield made


@pytest.fixture
def actor(merchant) -> access.Actor:
    return access.system(merchant.pk, name="test")


@pytest.fixture(autouse=True)
def _own_lake(settings, tmp_path):
    settings.LAKE = tmp_path / "lake"
    settings.LAKE_CATALOG = uuid4().hex
    settings.FILES = tmp_path / "files"
    settings.ERASURES = tmp_path / "erasures.jsonl"


@pytest.fixture(autouse=True)
def _english():
    """What a test reads without a request; else it is what the last request of another test left in the thread."""
    with translation.override("en"):
        yield

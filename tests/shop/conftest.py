from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.console.conftest import client_for  # noqa: F401 - fixture
from tests.factories.shop import buyer
from yutang.core import tenancy
from yutang.shop import shoppers


@pytest.fixture(autouse=True, scope="session")
def _static_folder():
    """Whitenoise warns when the folder of collected files is missing."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def stranger(merchant) -> Client:
    """A browser at the shop of `merchant` that nobody has logged in with."""
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def shopper(merchant):
    """A browser whose person has logged in; `shopper.identity`."""
    client = Client(headers={"Accept-Language": "en"})
    with tenancy.scope(merchant.pk):
        client.identity = buyer()
    client.cookies[shoppers.LOGIN] = shoppers.signed(merchant.pk, client.identity)
    client.shop = f"/s/{merchant.slug}/"
    return client


@pytest.fixture
def shop(merchant) -> str:
    """Where its pages begin."""
    return f"/s/{merchant.slug}/"

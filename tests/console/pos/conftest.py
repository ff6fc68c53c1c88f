"""A store and the counter of its manager; nobody's scope is entered: pages enter their own."""

from __future__ import annotations

import pytest

from tests.api.pool import make_store
from tests.factories.merchants import make_merchant


@pytest.fixture
def merchant(db):
    return make_merchant()


@pytest.fixture
def store(merchant):
    return make_store(merchant)


@pytest.fixture
def till(client_for, merchant, store):
    """A store manager with an open drawer."""
    client = client_for(merchant, "store_manager", store)
    assert client.post("/pos/shift", {"store": store.pk, "opening": "200"}).status_code == 302
    return client

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.factories.api import api_client
from tests.factories.merchants import make_merchant


@pytest.fixture(autouse=True, scope="session")
def _static_folder():
    """Whitenoise warns when the folder of collected files is missing."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def shop(db):
    """A merchant whose scope is not entered: the API enters it by itself."""
    return make_merchant()


@pytest.fixture
def api(shop):
    return api_client(shop)


def problem(response, status: int, code: str) -> dict:
    """The refusal, checked to be a complete problem document."""
    assert response["Content-Type"] == "application/problem+json"
    document = response.json()
    assert (response.status_code, document["status"], document["code"]) == (status, status, code)
    assert document["type"] == f"urn:yutang:problem:{code}"
    assert document["title"]
    assert document["detail"]
    return document

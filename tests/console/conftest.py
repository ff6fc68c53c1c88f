from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.factories.merchants import PASSWORD
from yutang.areas.merchants import queries, services
from yutang.areas.merchants.models import Member, Merchant, OrgNode
from yutang.console.middleware import SESSION_KEY
from yutang.core import access, tenancy

_numbers = itertools.count(1)


@pytest.fixture(autouse=True, scope="session")
def _static_folder():
    """Whitenoise warns when the folder of collected files is missing."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def client() -> Client:
    """A stranger who reads English."""
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def client_for(db):
    """`client_for(merchant, role="owner", node=None)` is a browser logged in as a new person with that role there."""

    def make(merchant: Merchant, role: str | None = "owner", node: OrgNode | None = None, **user: str) -> Client:
        member = make_member(merchant, role, node, **user)
        client = Client()
        client.force_login(member.user)
        session = client.session
        session[SESSION_KEY] = merchant.pk
        session.save()
        client.member = member
        return client

    return make


def text(response, status=200) -> str:
    """The page, which must have answered so."""
    assert response.status_code == status, response.content.decode()[:800]
    return response.content.decode()


def make_member(merchant: Merchant, role: str | None = "owner", node: OrgNode | None = None, **user: str) -> Member:
    """A person of the merchant with a preset role (None: without any)."""
    values = {"email": f"{role}.{next(_numbers)}@example.com", "name": f"{role}", "password": PASSWORD, **user}
    with tenancy.scope(merchant.pk):
        actor = access.system(merchant.pk, name="test")
        member = services.add_member(**values, actor=actor)
        if role is not None:
            services.grant_role(member=member, role_key=role, node=node or queries.root_node(), actor=actor)
        member.user.language = "en"
        member.user.save()
    return member

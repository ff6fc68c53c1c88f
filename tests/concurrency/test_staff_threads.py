"""What several people send at the same moment happens once; the others are told why not."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.concurrency.threads import together
from tests.factories.merchants import make_merchant
from yutang.areas.merchants import queries, services
from yutang.areas.merchants.errors import AlreadyMember, LinkExpired, NodeCodeTaken
from yutang.areas.merchants.models import User
from yutang.core import access, tenancy
from yutang.core.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def actor():
    return access.system(make_merchant().pk)


def outcomes(actor, act) -> Counter:
    def one(number, barrier):
        barrier.wait()
        try:
            with tenancy.scope(actor.merchant_id):
                act(number)
        except DomainError as error:
            return type(error)
        return "done"

    return Counter(together(one, threads=6))


def test_a_password_link_is_good_once(actor):
    user = User.objects.create(email="new@example.com", name="New")
    token = services.account.password_link_token(user)
    found = outcomes(
        actor, lambda n: services.account.use_link(user_id=user.pk, token=token, password=f"pond and lake {n}")
    )
    assert found == {"done": 1, LinkExpired: 5}


def test_a_colleague_is_added_once(actor):
    def invite(number):
        root, role = queries.root_node(), queries.roles()[-1]
        services.staff.invite(email="new@example.com", name=f"{number}", role=role, node=root, actor=actor)

    assert outcomes(actor, invite) == {"done": 1, AlreadyMember: 5}


def test_a_store_code_is_taken_once(actor):
    def create(number):
        services.nodes.create(parent=queries.root_node(), kind="store", code="S1", name=f"{number}", actor=actor)

    assert outcomes(actor, create) == {"done": 1, NodeCodeTaken: 5}

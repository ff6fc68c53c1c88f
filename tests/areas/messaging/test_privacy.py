"""What was sent to somebody is theirs: handed out, and gone with them."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta

import pytest

from tests.areas.privacy import world as w
from tests.factories.messaging import send
from yutang.areas.messaging.models import OneTimeCode
from yutang.areas.privacy import copying, erasing, queries, services
from yutang.core import tenancy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    made = w.make_world()
    send(made.merchant, "+86" + w.PHONE)
    send(made.merchant, "+86" + w.OTHER_PHONE)
    return made


def test_a_copy_lists_them(world):
    with tenancy.scope(world.merchant.pk):
        request = services.request_copy(customer_id=world.customer.pk, actor=world.actor)
    copying.run(request_id=request.pk, merchant_id=world.merchant.pk)
    with tenancy.scope(world.merchant.pk), zipfile.ZipFile(queries.copy_of(world.actor, request.pk)) as archive:
        rows = json.loads(archive.read("data.json"))["text_messages"]
    assert [(row["purpose"], row["status"], row["phone"][-4:]) for row in rows] == [("Log-in", "Sent", w.PHONE[-4:])]


def test_an_erasure_takes_them(world):
    with tenancy.scope(world.merchant.pk):
        request = services.request_erasure(
            customer_id=world.customer.pk, typed=str(world.customer.pk), actor=world.actor
        )
        theirs = OneTimeCode.objects.order_by("pk").last()
    done = erasing.run(request_id=request.pk, merchant_id=world.merchant.pk, grace=timedelta(0))
    assert (done.state, done.proof["places"]) == ("done", {})
    with tenancy.scope(world.merchant.pk):
        assert list(OneTimeCode.objects.values_list("pk", flat=True)) == [theirs.pk]

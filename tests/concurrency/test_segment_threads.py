from __future__ import annotations

from collections import Counter

import pytest

from tests.areas.segments import world
from tests.concurrency.threads import together
from yutang.areas.segments import services
from yutang.areas.segments.errors import NameTaken
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_name_is_taken_once_by_those_who_ask_together():
    actor = access.system(world.build(5, size=30, lines=60).merchant.pk)

    def create(number, barrier):
        barrier.wait()
        try:
            with tenancy.scope(actor.merchant_id):
                services.create(name="Loyal", rule={"all": []}, description=f"{number}", actor=actor)
        except NameTaken as error:
            return type(error)
        return "done"

    assert Counter(together(create, threads=4)) == {"done": 1, NameTaken: 3}

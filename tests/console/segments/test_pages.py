"""Rules on screen, as far as the reader sees."""

from __future__ import annotations

import json

import pytest

from tests.api.pool import make_person, make_store
from tests.console.conftest import make_member
from tests.factories.merchants import make_merchant
from yutang.lake import writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]


def test_a_rule_tells_no_names_of_colleagues_elsewhere(client_for):
    """Numbers of colleagues can be tried one by one; their names are those of stores one does not see."""
    shop = make_merchant()
    north, south = make_store(shop, "North"), make_store(shop, "South")
    near, far = (make_member(shop, "store_manager", node, name=f"Boss of {node.name}") for node in (north, south))
    make_person(shop, node=north)
    writer.run()
    rule = json.dumps({"attr": "relations.guide", "op": "in", "value": [near.pk, far.pk]})
    client = client_for(shop, "owner", north)
    for answer in (client.get("/segments/people", {"rule": rule}), client.post("/segments/preview", {"rule": rule})):
        shown = answer.content.decode()
        assert "Boss of Store North" in shown
        assert "Boss of Store South" not in shown
    assert "Boss of Store South" in client_for(shop).get("/segments/people", {"rule": rule}).content.decode()

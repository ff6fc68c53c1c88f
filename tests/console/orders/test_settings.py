"""What the merchant sets for all its orders."""

from __future__ import annotations

import pytest

from tests.api.pool import make_store
from yutang.areas.orders.models import OrderTerms
from yutang.core import tenancy


def test_days_until_a_receipt(client_for, merchant):
    client = client_for(merchant)
    assert 'value="10"' in client.get("/orders/settings").content.decode()
    assert client.post("/orders/settings", {"receive_days": "14"}).headers["Location"] == "/orders/settings"
    with tenancy.scope(merchant.pk):
        assert OrderTerms.objects.get().receive_days == 14


@pytest.mark.parametrize("wrong", ["6", "16", "", "x"])
def test_out_of_bounds(client_for, merchant, wrong):
    assert client_for(merchant).post("/orders/settings", {"receive_days": wrong}).status_code == 422
    with tenancy.scope(merchant.pk):
        assert not OrderTerms.objects.exists()


def test_the_wrong_person(client_for, merchant):
    assert client_for(merchant, "guide").get("/orders/settings").status_code == 403
    assert client_for(merchant, "owner", make_store(merchant)).get("/orders/settings").status_code == 403

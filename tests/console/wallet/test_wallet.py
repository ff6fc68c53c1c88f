"""Stored value in the console: figures, refunds, plans, limits, gift cards, people; wrong person, limit."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.console.conftest import text
from tests.factories import shop, wallet
from tests.factories.merchants import make_merchant, make_store
from yutang.areas.merchants import queries as merchants
from yutang.areas.wallet.models import CardBatch, GiftCard, Plan, PrincipalRefund, Recharge, Terms
from yutang.core import tenancy

KEY = "a" * 32


@pytest.fixture
def merchant(db):
    return make_merchant()


@pytest.fixture
def recharge(merchant) -> Recharge:
    with tenancy.scope(merchant.pk):
        return wallet.with_balance(100_000, 20_000)


def balance(merchant) -> tuple[int, int]:
    with tenancy.scope(merchant.pk):
        return wallet.balance()


def test_liability_agrees_with_the_ledger(client_for, merchant, recharge):
    page = text(client_for(merchant).get("/wallet"))
    assert "¥1,200.00" in page
    assert "与总账分毫不差" in page or "Agrees with the ledger" in page


def test_what_was_shown_is_refunded(client_for, merchant, recharge):
    client = client_for(merchant)
    with tenancy.scope(merchant.pk):
        wallet.bought(60_000)
    page = client.get(f"/wallet/recharges/{recharge.pk}")
    assert (page.context["trial"].refund, page.context["trial"].withdrawn) == (40_000, 8_000)
    form = {"key": KEY, "figures": page.context["form"].initial["figures"], "way": "back", "reason": "asked"}
    for _ in range(2):
        assert client.post(f"/wallet/recharges/{recharge.pk}/refund", form).status_code == 302
    assert balance(merchant) == (0, 12_000)
    with tenancy.scope(merchant.pk):
        assert PrincipalRefund.objects.get().amount == 40_000


def test_stale_figures_are_shown_anew(client_for, merchant, recharge):
    client = client_for(merchant)
    page = client.get(f"/wallet/recharges/{recharge.pk}")
    form = {"key": KEY, "figures": page.context["form"].initial["figures"], "way": "back"}
    with tenancy.scope(merchant.pk):
        wallet.bought(60_000)
    for figures in (form["figures"], "{}", "no json", '{"amount": []}'):
        answer = client.post(f"/wallet/recharges/{recharge.pk}/refund", form | {"figures": figures})
        assert answer.status_code == 422
    assert '"refund": 40000' in answer.context["form"]["figures"].value()
    assert balance(merchant) == (40_000, 20_000)


def test_staff_recharge_and_correct(client_for, merchant):
    client = client_for(merchant)
    with tenancy.scope(merchant.pk):
        person, root = shop.buyer().customer_id, merchants.root_node().pk
    address = f"/customers/{person}/balance"
    form = {"key": KEY, "node": root, "plan": "", "amount": "300", "way": "sandbox"}
    for _ in range(2):
        assert client.post(f"{address}/recharge", form).status_code == 302
    assert balance(merchant) == (30_000, 0)
    text(client.post(f"{address}/recharge", form | {"key": "b" * 32, "way": "cash"}), status=422)  # no drawer
    form = {"key": KEY, "kind": "wallet.gift", "direction": "+", "amount": "5", "node": root, "reason": "Late"}
    for _ in range(2):
        assert client.post(f"{address}/adjust", form).status_code == 302
    text(client.post(f"{address}/adjust", form | {"key": "b" * 32, "direction": "-", "amount": "6"}), status=422)
    assert balance(merchant) == (30_000, 500)
    assert "Late" in text(client.get(address))
    assert 'id="customer_wallet"' in text(client.get(f"/customers/{person}/wallet"))


def test_plans_and_limits(client_for, merchant):
    client = client_for(merchant)
    form = {"name": "Fish", "amount": "500", "gift": "50", "gift_days": "", "is_active": "on",
            "rewards-what": ["gift_balance"], "rewards-amount": ["100"]}  # fmt: skip
    assert client.post("/wallet/plans/new", form).status_code == 302
    with tenancy.scope(merchant.pk):
        plan = Plan.objects.get()
    assert (plan.amount, plan.gift, plan.rewards[0]["amount"]) == (50_000, 5_000, 100)
    assert "Fish" in text(client.get("/wallet/plans"))
    text(client.post(f"/wallet/plans/{plan.pk}", form | {"amount": "6000"}), status=422)
    page = client.get("/wallet/limits")
    values = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    values = {name: value for name, value in values.items() if value is not False}
    assert client.post("/wallet/limits", values | {"spending": "gift"}).status_code == 302
    text(client.post("/wallet/limits", values | {"person_ceiling": "5000.01"}), status=422)
    with tenancy.scope(merchant.pk):
        assert Terms.objects.get().spending == "gift"
        wallet.recharged(plan=plan)
    text(client.post("/wallet/limits", values | {"spending": "principal"}), status=422)


def test_gift_cards_from_making_to_voiding(client_for, merchant):
    client = client_for(merchant)
    with tenancy.scope(merchant.pk):
        root = merchants.root_node().pk
    form = {"name": "Spring", "count": "2", "face": "100", "is_sold": "on", "gives": "principal", "node": root,
            "days": "1098"}  # fmt: skip
    text(client.post("/gift-cards/new", form | {"days": "30"}), status=422)
    answer = client.post("/gift-cards/new", form)
    with tenancy.scope(merchant.pk):
        batch = CardBatch.objects.get()
    assert answer.headers["Location"] == f"/gift-cards/{batch.pk}"
    assert client.post(f"/gift-cards/{batch.pk}/activate").status_code == 302
    file = client.post(f"/gift-cards/{batch.pk}/export")
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert client.post(f"/gift-cards/{batch.pk}/export").status_code == 302  # once
    assert rows[1][1] not in text(client.get(f"/gift-cards/{batch.pk}"))
    assert "Spring" in text(client.get("/gift-cards"))
    with tenancy.scope(merchant.pk):
        card = GiftCard.objects.order_by("pk")[0]
    client.post(f"/gift-cards/cards/{card.pk}/void")
    with tenancy.scope(merchant.pk):
        assert sorted(GiftCard.objects.values_list("state", flat=True)) == ["active", "void"]


def test_people_to_be_reminded(client_for, merchant, recharge):
    client = client_for(merchant)
    assert len(client.get("/wallet/people").context["page"].rows) == 1
    assert client.get("/wallet/people?quiet=30").context["page"].rows == []


@pytest.mark.parametrize("address", ["/wallet/people", "/wallet/recharges"])
def test_lists_ask_as_much_for_many_as_for_few(client_for, merchant, address):
    client = client_for(merchant)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            text(client.get(address))
        return len(found)

    with tenancy.scope(merchant.pk):
        wallet.recharged(amount=1_000)
    few = asked()
    with tenancy.scope(merchant.pk):
        for n in range(4):
            wallet.recharged(shop.buyer(f"+86138001380{n:02d}"), amount=1_000)
    assert asked() == few


def test_a_store_sees_its_own_recharges_and_nobody_elses(client_for, merchant):
    with tenancy.scope(merchant.pk):
        north, south = make_store("WN"), make_store("WS")
        other = wallet.recharged(amount=1_000, node_id=south.pk)
        mine = wallet.recharged(amount=1_000, node_id=north.pk)
    client = client_for(merchant, "store_manager", north)
    assert [row[0].pk for row in client.get("/wallet/recharges").context["page"].rows] == [mine.pk]
    assert client.get(f"/wallet/recharges/{other.pk}").status_code == 404
    assert client.get("/wallet/limits").status_code == 403
    assert client.get("/gift-cards").status_code == 403
    found = client.get("/wallet").context["found"]
    assert [line.node_id for line in found.lines] == [north.pk]

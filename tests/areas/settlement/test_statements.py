from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.catalog import make_sku
from tests.factories.settlement import (
    IN_JUNE,
    IN_MAY,
    JUNE,
    MAY,
    after,
    give_back,
    make_store,
    recharge,
    sell,
)
from yutang.areas.catalog import services as catalog
from yutang.areas.settlement import computing, queries, rules, services
from yutang.areas.settlement.computing import Party
from yutang.areas.settlement.errors import NoTerms, NotOver, TooMuch, WrongPeriod
from yutang.areas.settlement.models import Payment, Statement
from yutang.core.errors import NotAllowed
from yutang.core.ledger import queries as ledger
from yutang.core.ledger.lines import Holder


@pytest.fixture
def north(merchant, actor):
    """Keeps 90 % of its sales, pays 10 % to whoever gives out for it, bears half of the gift balance spent there."""
    store = make_store("N")
    services.save_terms(node_id=store.pk, share=9_000, serve_share=1_000, gift_share=5_000, actor=actor)
    return store


def shown(merchant, store, period=MAY):
    return {
        line.what: (line.base, line.due, line.count)
        for line in computing.lines(merchant.pk, Party("node", store.pk), *period)
    }


def owed(store) -> int:
    return ledger.balance(kind="settlement.party", unit="CNY", holder=Holder("node", store.pk))


def test_what_follows_from_what_happened(merchant, actor, north):
    south = make_store("S")
    services.save_terms(node_id=south.pk, share=8_000, serve_share=500, gift_share=0, actor=actor)
    sell(north, 10_000)
    sell(north, 5_001, served_at=south)
    order = sell(south, 2_000, served_at=north)
    give_back(order, 500, IN_MAY)
    sell(north, 77_777, at=IN_JUNE)
    recharge(north, 30_000, key="r1")
    recharge(north, 1_001, key="g1", kind="wallet.gift_used")
    assert shown(merchant, north) == {
        "sold": (15_001, 13_501, 2),
        "served_for": (1_500, 150, 2),
        "served_by": (5_001, -250, 1),
        "recharged": (30_000, -30_000, 1),
        "gift": (1_001, -500, 1),
    }
    assert shown(merchant, south) == {
        "sold": (1_500, 1_200, 2), "served_for": (5_001, 250, 1), "served_by": (1_500, -150, 2),
    }  # fmt: skip


def test_days_are_the_merchants(merchant, actor, north):
    from datetime import UTC, datetime

    sell(north, 100, at=datetime(2026, 4, 30, 16, tzinfo=UTC))  # the first of May in Shanghai
    sell(north, 1_000, at=datetime(2026, 5, 31, 16, tzinfo=UTC))  # the first of June
    assert shown(merchant, north) == {"sold": (100, 90, 1)}


def test_a_closed_period_is_frozen_and_booked(merchant, actor, north):
    sell(north, 10_000)
    with time_machine.travel(after(MAY[1]), tick=False):
        closed = services.close(party=Party("node", north.pk), since=MAY[0], until=MAY[1], actor=actor)
        again = services.close(party=Party("node", north.pk), since=MAY[0], until=MAY[1], actor=actor)
    assert (again.pk, closed.due, owed(north)) == (closed.pk, 9_000, 9_000)
    assert ledger.audit_balances(merchant_id=merchant.pk) == []
    sell(north, 2_000)  # an import brings it late
    services.save_terms(node_id=north.pk, share=5_000, serve_share=0, gift_share=0, actor=actor)
    assert [(x.what, x.base, x.due) for x in queries.lines(closed)] == [("sold", 10_000, 9_000)]
    sell(north, 100, at=IN_JUNE)
    with time_machine.travel(after(JUNE[1]), tick=False):
        june = services.close(party=Party("node", north.pk), since=JUNE[0], until=JUNE[1], actor=actor)
    assert [(x.what, x.about_id, x.base, x.due) for x in queries.lines(june)] == [
        ("sold", None, 100, 50), ("sold", closed.pk, 2_000, 1_800),  # by the terms of May
    ]  # fmt: skip
    assert (june.due, owed(north)) == (1_850, 10_850)
    assert computing.corrections(merchant.pk, Party("node", north.pk)) == []


def test_periods_follow_each_other(merchant, actor, north):
    party = Party("node", north.pk)
    with time_machine.travel(IN_MAY, tick=False), pytest.raises(NotOver):
        services.close(party=party, since=MAY[0], until=MAY[1], actor=actor)
    with time_machine.travel(after(JUNE[1]), tick=False):
        services.close(party=party, since=MAY[0], until=MAY[1], actor=actor)
        with pytest.raises(WrongPeriod):
            services.close(party=party, since=MAY[0], until=JUNE[1], actor=actor)
        with pytest.raises(NoTerms):
            services.close(party=Party("node", make_store("X").pk), since=MAY[0], until=MAY[1], actor=actor)
    assert Statement.objects.count() == 1


@pytest.mark.parametrize("amount", [0, -1, 9_001])
def test_payments_go_towards_what_is_owed(merchant, actor, north, amount):
    sell(north, 10_000)
    with time_machine.travel(after(MAY[1]), tick=False):
        closed = services.close(party=Party("node", north.pk), since=MAY[0], until=MAY[1], actor=actor)
    with pytest.raises(TooMuch):
        services.pay(statement_id=closed.pk, amount=amount, key="bad", actor=actor)
    services.pay(statement_id=closed.pk, amount=4_000, key="one", actor=actor)
    services.pay(statement_id=closed.pk, amount=4_000, key="one", actor=actor)
    assert (queries.paid(closed), owed(north)) == (4_000, 5_000)
    services.pay(statement_id=closed.pk, amount=5_000, key="two", actor=actor)
    assert owed(north) == 0
    with pytest.raises(TooMuch):
        services.pay(statement_id=closed.pk, amount=1, key="three", actor=actor)
    assert Payment.objects.count() == 2
    assert ledger.audit_balances(merchant_id=merchant.pk) == []


def test_who_holds_more_than_theirs_pays(merchant, actor, north):
    recharge(north, 8_000, key="r1")
    with time_machine.travel(after(MAY[1]), tick=False):
        closed = services.close(party=Party("node", north.pk), since=MAY[0], until=MAY[1], actor=actor)
    assert (closed.due, owed(north)) == (-8_000, -8_000)
    with pytest.raises(TooMuch):
        services.pay(statement_id=closed.pk, amount=8_000, key="one", actor=actor)
    services.pay(statement_id=closed.pk, amount=-8_000, key="two", actor=actor)
    assert owed(north) == 0


def test_a_supplier_gets_its_share_of_a_category(merchant, actor, north):
    drinks = catalog.save_category(name="Drinks", actor=actor)
    tea = catalog.save_category(name="Tea", parent_id=drinks.pk, actor=actor)
    make_sku(100, code="CAKE", category_id=tea.pk)
    farm = services.save_supplier(name="Farm", category_id=drinks.pk, share=6_000, actor=actor)
    order = sell(north, 1_001)
    give_back(order, 500, IN_MAY)
    party = Party("supplier", farm.pk)
    assert computing.lines(merchant.pk, party, *MAY) == [rules.Line("supplied", 501, 301, 2)]
    leaf = services.save_supplier(name="Leaf", category_id=tea.pk, share=5_000, actor=actor)
    assert computing.lines(merchant.pk, party, *MAY) == []
    with time_machine.travel(after(MAY[1]), tick=False):
        closed = services.close(party=Party("supplier", leaf.pk), since=MAY[0], until=MAY[1], actor=actor)
    holder = Holder("supplier", leaf.pk)
    assert closed.due == ledger.balance(kind="settlement.supplier", unit="CNY", holder=holder) == 250


def test_only_the_whole_company_closes(merchant, actor, north):
    from yutang.core.access import Actor

    by = Actor("user", 1, "North", merchant.pk, {"settlement.close": frozenset({north.pk})})
    with pytest.raises(NotAllowed):
        services.close(party=Party("node", north.pk), since=MAY[0], until=MAY[1], actor=by)
    with pytest.raises(NotAllowed):
        services.save_terms(node_id=north.pk, share=1, serve_share=1, gift_share=1, actor=by)


def close_days(party, first: date, days: int, actor) -> None:
    with time_machine.travel(after(date(2026, 7, 31)), tick=True):
        for day in (first + timedelta(days=number) for number in range(days)):
            services.close(party=party, since=day, until=day, actor=actor)


def test_what_came_late_is_found_in_each_of_many_periods(merchant, actor, north):
    south, party = make_store("S"), Party("node", north.pk)
    services.save_terms(node_id=south.pk, share=8_000, serve_share=500, gift_share=0, actor=actor)
    close_days(party, date(2026, 5, 1), 20, actor)
    sell(north, 1_000, at=datetime(2026, 4, 30, 15, 59, tzinfo=UTC))  # the day before the first
    sell(north, 1_000, at=datetime(2026, 4, 30, 16, tzinfo=UTC))  # the first of May in Shanghai
    sell(south, 2_000, at=datetime(2026, 5, 7, 4, tzinfo=UTC), served_at=north)
    recharge(north, 700, key="r1", at=datetime(2026, 5, 7, 5, tzinfo=UTC))
    sell(north, 300, at=datetime(2026, 5, 20, 15, 59, tzinfo=UTC))
    sell(north, 9_999, at=datetime(2026, 5, 20, 16, tzinfo=UTC))  # the day after the last
    assert [(about.since.day, line.what, line.base) for about, line in computing.corrections(merchant.pk, party)] == [
        (1, "sold", 1_000), (7, "served_for", 2_000), (7, "recharged", 700), (20, "sold", 300),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["node", "supplier"])
def test_the_same_statements_for_5_periods_as_for_50(merchant, actor, north, kind):
    drinks = catalog.save_category(name="Drinks", actor=actor)
    make_sku(100, code="CAKE", category_id=drinks.pk)
    farm = services.save_supplier(name="Farm", category_id=drinks.pk, share=6_000, actor=actor)
    party = Party(kind, north.pk if kind == "node" else farm.pk)
    recharge(north, 700, key="r1")
    sell(north, 1_000, at=datetime(2026, 5, 2, 4, tzinfo=UTC))

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            computing.corrections(merchant.pk, party)
        return len(found)

    close_days(party, date(2026, 5, 1), 5, actor)
    few = asked()
    close_days(party, date(2026, 5, 6), 45, actor)
    assert Statement.objects.count() == 50
    assert asked() == few <= 10


LINES = st.lists(
    st.builds(
        rules.Line, st.sampled_from(["sold", "cash"]), st.integers(-99, 99), st.integers(-99, 99), st.integers(1, 9)
    ),
    max_size=2, unique_by=lambda line: line.what,
)  # fmt: skip


@given(first=LINES, later=st.lists(LINES, max_size=3))
def test_corrections_bring_every_period_to_what_it_is(first, later):
    booked = list(first)
    for now in later:
        booked += rules.difference(now, booked)
        assert sum(line.due for line in booked) == sum(line.due for line in now)
        assert rules.difference(now, booked) == []


@given(amount=st.integers(-(10**9), 10**9), share=st.integers(0, 10_000))
def test_a_refund_takes_back_what_a_sale_gave(amount, share):
    assert rules.of_share(amount, share) == -rules.of_share(-amount, share)
    assert abs(rules.of_share(amount, share)) <= abs(amount)


def test_what_comes_late_is_settled_even_after_many_short_periods(merchant, actor):
    store = make_store("N")
    services.save_terms(node_id=store.pk, share=9000, serve_share=0, gift_share=0, actor=actor)
    party, first = Party("node", store.pk), date(2026, 5, 1)
    with time_machine.travel(after(date(2026, 6, 30)), tick=True):
        for number in range(13):
            day = first + timedelta(days=number)
            services.close(party=party, since=day, until=day, actor=actor)
        sell(store, 10_000, at=datetime(2026, 5, 1, 4, tzinfo=UTC))
        day = first + timedelta(days=13)
        assert services.close(party=party, since=day, until=day, actor=actor).due

"""Figures of a truth small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from yutang.simulators.brand import Figures, Truth, figures
from yutang.simulators.brand.truth import SHANGHAI, Identifier, Line, Order, Refund


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def order(number: str, paid: str | None, amount: int, *identifiers: Identifier, **overrides: object) -> Order:
    when = at(paid) if paid else at("2026-01-01 09:00")
    made = Order(
        order_no=number,
        channel="pos",
        layout="pos",
        shop="till",
        buyer_no=1,
        person_no=None,
        identifiers=identifiers,
        account="",
        phone_shown="",
        store_code="GT001",
        ordered_at=when,
        paid_at=when if paid else None,
        shipped_at=None,
        completed_at=None,
        closed_at=None,
        status="completed",
        lines=(Line("1", "P001", None, "P001-1", "海盐卷", "", 1, amount, amount),),
        freight=0,
        refunds=(),
        payment_method="",
        guide=None,
        host=None,
        note="",
    )
    return replace(made, **overrides)  # type: ignore[arg-type]


ANNA, ANNA_CARD = ("phone", "+8613800000001"), ("member_card", "C1")
BO, CAI, DU = ("taobao", "bo"), ("phone", "+8613800000003"), ("jd", "du")


@pytest.fixture
def small() -> Truth:
    refund = Refund("1#refund", 300, at("2026-01-20 10:00"), at("2026-01-21 10:00"))
    orders = (
        # Anna: 1, 1 (just before and after midnight: two days), 11 January; united by phone and card
        order("A1", "2026-01-01 23:59:59", 1000, ANNA),
        order("A2", "2026-01-02 00:00:00", 2000, ANNA, ANNA_CARD),
        order("A3", "2026-01-12 12:00", 3000, ANNA_CARD, freight=500),
        # Bo: two purchases on one day, one partly refunded on the 20th
        order("B1", "2026-01-05 08:00", 1500, BO, refunds=(refund,)),
        order("B2", "2026-01-05 20:00", 500, BO),
        # Cai: only an order of nothing (points) and one never paid: a customer without a purchase
        order("C1", "2026-01-06 08:00", 0, CAI),
        order("C2", None, 900, CAI, status="closed"),
        # Du: bought in February only
        order("D1", "2026-02-02 08:00", 700, DU),
        # somebody unknown
        order("X1", "2026-01-07 08:00", 4000),
    )
    return Truth(
        brand="",
        brand_en="",
        seed=0,
        scale=0,
        starts_on=date(2026, 1, 1),
        as_of=date(2026, 1, 31),
        regions=(),
        stores=(),
        products=(),
        people=(),
        orders=orders,
        referrals=(),
        households=(),
    )


def test_by_hand(small: Truth) -> None:
    # Anna 6500 on 3 days, gaps 1 and 10; Bo 2000 - 300 on one day; X 4000.
    assert figures(small) == Figures(
        customers_total=3,
        orders_count=6,
        sales_net=6500 + 1700 + 4000,
        customers_with_purchase=2,
        first_purchase=1,
        repeat=1,
        repurchase_rate=0.5,
        repurchase_median_days=5.5,
        clv_lifetime_days=(11 + 0) / 2,
        clv_frequency=5 / 2,
        clv_aov=8500 / 5,
        pareto_top20_share=6500 / 8200,
    )


def test_as_of_an_earlier_and_a_later_day(small: Truth) -> None:
    earlier = figures(small, date(2026, 1, 1))
    # C2 was placed on the 1st too: Cai is already a customer.
    assert (earlier.customers_total, earlier.orders_count, earlier.sales_net) == (2, 1, 1000)
    assert (earlier.repurchase_median_days, earlier.repurchase_rate) == (0.0, 0.0)
    before_refund = figures(small, date(2026, 1, 19))
    assert before_refund.sales_net == figures(small).sales_net + 300
    later = figures(small, date(2026, 2, 28))
    assert (later.customers_total, later.customers_with_purchase, later.first_purchase) == (4, 3, 2)
    assert later.by_metric()["sales.net"] == 12900


def test_household_phone_unites_nobody(small: Truth) -> None:
    home = ("phone", "+8613800000009")
    shared = tuple(order(f"H{n}", "2026-01-03 08:00", 100, ("taobao", f"h{n}"), home, buyer_no=n) for n in range(1, 4))
    assert figures(replace(small, orders=shared)).customers_total == 3
    assert figures(replace(small, orders=shared[:2])).customers_total == 1

"""Whatever steps do to a basket, it adds up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yutang.areas.catalog.queries import Offer
from yutang.areas.orders.pricing import Basket, Line, Step, price

AT = datetime(2026, 11, 22, tzinfo=UTC)


def offer(number: int, amount: int) -> Offer:
    return Offer(
        sku_id=number, product_id=number, sku_code=f"S{number}", product_code=f"P{number}", kind="goods", title="Cake",
        spec="", price=amount, cost=None, weight=500, category_id=None, freight_template_id=None, is_delivered=True,
        is_picked_up=True, is_on_sale=True, picture="", is_ruled=False,
    )  # fmt: skip


def basket(*lines: tuple[int, int]) -> Basket:
    """(price, pieces) each."""
    return Basket(
        lines=[Line(offer(number, amount), pieces) for number, (amount, pieces) in enumerate(lines)],
        fulfilment="pickup", currency="CNY", at=AT,
    )  # fmt: skip


LINES = st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 99)), min_size=1, max_size=12)
DISCOUNTS = st.lists(st.tuples(st.integers(1, 10**8), st.floats(0, 1)), max_size=5)


@given(LINES, DISCOUNTS, st.integers(0, 5000))
def test_lines_sum_to_the_total(lines, discounts, fee):
    def step(number: int, most: int, share: float) -> Step:
        def run(draft) -> None:
            chosen = [n for n in range(len(draft.amounts)) if n / len(draft.amounts) <= share]
            amount = min(most, sum(draft.amounts[n] for n in chosen))
            draft.share(amount, chosen, step=f"s{number}", label="Discount")

        return Step(f"s{number}", number, run)

    steps = [step(number, *each) for number, each in enumerate(discounts)]
    steps.append(Step("freight", 900, lambda draft: draft.change_freight(fee, step="freight", label="Freight")))
    quote = price(basket(*lines), steps)
    assert quote.total == sum(line.amount for line in quote.lines) + quote.freight
    assert quote.list_total == sum(amount * pieces for amount, pieces in lines)
    for place, line in enumerate(quote.lines):
        reasons = [reason.amount for reason in quote.reasons if reason.line == place]
        assert line.amount == line.list_amount + sum(reasons) >= 0
    assert quote.freight == fee
    assert price(basket(*lines), steps) == quote


def test_a_step_that_takes_too_much_is_a_bug():
    greedy = Step("greedy", 1, lambda draft: draft.change(0, -101, step="greedy", label="x"))
    with pytest.raises(ValueError, match="greedy"):
        price(basket((100, 1)), [greedy])
    generous = Step("generous", 1, lambda draft: draft.change_freight(-1, step="generous", label="x"))
    with pytest.raises(ValueError, match="freight"):
        price(basket((100, 1)), [generous])

"""What the demo's people do: it fits their orders, and shows nobody whom the files do not show."""

from __future__ import annotations

from datetime import date, timedelta

from yutang.simulators import brand
from yutang.simulators.brand import behaviour

AS_OF = date(2026, 10, 31)


def test_the_same_brand_does_the_same():
    truth = brand.make_brand(scale=0.02, as_of=AS_OF)
    assert brand.acts(truth) == brand.acts(brand.make_brand(scale=0.02, as_of=AS_OF))


def test_acts_fit_the_orders():
    truth = brand.make_brand(scale=0.05, as_of=AS_OF)
    acts = brand.acts(truth)
    assert [act.at for act in acts] == sorted(act.at for act in acts)
    assert {act.at.date() for act in acts} <= {AS_OF - timedelta(days=n) for n in range(behaviour.DAYS + 1)}
    assert len({act.act_id for act in acts}) == len(acts)
    orders = {order.order_no: order for order in truth.orders}
    paid = [act for act in acts if act.kind == "payment"]
    assert paid
    for act in paid:
        order = orders[act.properties["order_no"]]
        assert (act.at, act.properties["amount"]) == (order.paid_at, order.total)
        assert act.phone == dict(order.identifiers).get("phone")
        before = [other for other in acts if other.visitor == act.visitor and other.at < act.at]
        assert "view" in {other.kind for other in before} or act.at - timedelta(hours=1) < min(a.at for a in acts)


def test_codes_belong_to_stores_and_headquarters():
    truth = brand.make_brand(scale=0.02, as_of=AS_OF)
    codes = brand.codes(truth)
    assert {code.store_code for code in codes} == {None, *(store.code for store in truth.stores)}
    assert {code.kind for code in codes} == {"store", "guide", "poster", "campaign", "ad"}
    used = {act.code for act in brand.acts(truth) if act.code is not None}
    assert used <= set(range(len(codes)))
    assert all(act.code is not None for act in brand.acts(truth) if act.kind == "scan")

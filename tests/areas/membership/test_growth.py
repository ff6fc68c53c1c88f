"""Growth is earned by purchases and reviews, goes back with refunds, and cannot be spent."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from tests.factories import points, shop
from tests.factories.customers import make_customer
from tests.factories.membership import actor as system
from tests.factories.membership import earn, make_level, night, set_scheme
from tests.factories.merchants import make_merchant
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Identity
from yutang.areas.membership import queries
from yutang.areas.membership.models import GrowthEntry, LevelChange, Member
from yutang.areas.membership.services import growing
from yutang.areas.orders import services as orders
from yutang.areas.orders.services import Back
from yutang.areas.points.services import exchanging
from yutang.core import access, events, tenancy
from yutang.core.errors import Invalid, NotAllowed
from yutang.core.models import Event
from yutang.core.rewards import Reward


def react(*names: str) -> None:
    """What the workers would do with the events so far."""
    for event in Event.objects.filter(name__in=names).order_by("pk"):
        for handler in events.HANDLERS[event.name]:
            if handler.startswith("reactions.membership."):
                events.handle(merchant_id=event.merchant_id, event_id=event.pk, handler=handler)


def growth_of(customer_id: int) -> int:
    return Member.objects.get(customer=customer_id).growth


def test_a_purchase_gives_growth_once(merchant, actor):
    gold = make_level(100)
    order = shop.paid((shop.stocked(price=12_345), 1))
    for _ in range(2):
        react("orders.paid")
    row = GrowthEntry.objects.get()
    assert (row.customer_id, row.amount, row.source, row.source_id) == (order.customer_id, 123, "purchase", order.pk)
    assert Member.objects.values_list("customer", "growth", "level").get() == (order.customer_id, 123, gold.pk)
    assert LevelChange.objects.values_list("before", "after", "because").get() == (None, gold.pk, "earned")


def test_a_refund_takes_it_back_in_proportion_and_the_level_with_it(merchant, actor):
    make_level(0), make_level(100)
    order = shop.paid((shop.stocked(price=10_000), 3))
    react("orders.paid")
    for number, pieces in enumerate((1, 2)):
        back = [Back(0, pieces)]
        orders.refund(order_id=order.pk, back=back, reason="x", key=str(number), actor=actor)
        react("orders.refunded")
        react("orders.refunded")
    rows = list(GrowthEntry.objects.order_by("pk").values_list("source", "amount"))
    assert rows == [("purchase", 300), ("refund", -100), ("refund", -200)]
    assert growth_of(order.customer_id) == 0
    assert queries.member(order.customer_id).level.threshold == 0
    assert LevelChange.objects.order_by("-pk")[0].because == "taken_back"


def spend_all_points(customer_id: int) -> None:
    """Some in the exchange shop, which gives a few of them back, and those for an order."""
    had = points.balance(customer_id)
    offer = points.offer(points=had, given=[Reward("points", 7)])
    exchanging.exchange(offer_id=offer.pk, customer_id=customer_id, key=f"exchange-{offer.pk}", actor=system())
    identity = Identity.objects.get(customer=customer_id)
    order = shop.place((shop.stocked(price=7), 1), identity=identity, choices={"points": "7"})
    assert (order.status, points.balance(customer_id)) == ("paid", 0)
    react("orders.paid")


def test_level_judged_on_points_earned_not_on_balance_open_loyalty_131(merchant, actor, start):
    """open-loyalty #131: spending points lowered the level. Two people earn the same growth and the same points; one
    spends every point, tonight and at the end of the period by which the level must be kept. All that is judged
    of them is the same, every night: both are gold while they keep it, and fall together when neither does."""
    set_scheme(keep_months=3, grace_days=10)
    silver, gold = make_level(100), make_level(1_000, keep=50)
    points.tender()
    spender, saver = (shop.buyer(f"+861380013800{n}").customer_id for n in range(2))

    def both() -> tuple:
        rows = [Member.objects.get(customer=one) for one in (spender, saver)]
        first, second = ((row.growth, row.level_id, row.falls_on and row.falls_on.isoformat()) for row in rows)
        assert first == second
        return first

    for one in (spender, saver):
        earn(one, 1_000)
        points.give(one, 1_000)
    spend_all_points(spender)
    assert both() == (1_000, gold.pk, None)
    night()
    assert both() == (1_000, gold.pk, None)
    start.move_to("2026-05-31T16:30:00Z", tick=False)  # 1 June in Shanghai: kept by what was earned in March
    night()
    assert both() == (1_000, gold.pk, None)
    start.move_to("2026-08-30T04:00:00Z", tick=False)  # two days before the second period of three months ends
    for one in (spender, saver):
        earn(one, 50)
        points.give(one, 500)
    spend_all_points(spender)
    for moment in ("2026-08-31T04", "2026-08-31T17", "2026-09-02T04", "2026-09-20T04"):
        start.move_to(f"{moment}:00:00Z", tick=False)
        night()
        assert both() == (1_050, gold.pk, None)
    assert (points.balance(spender), points.balance(saver)) == (0, 1_500)
    start.move_to("2026-12-01T04:00:00Z", tick=False)  # nothing was earned in the third period
    night()
    assert both() == (1_050, gold.pk, "2026-12-11")
    start.move_to("2026-12-11T04:00:00Z", tick=False)
    night()
    assert both() == (1_050, silver.pk, None)


def test_growth_is_no_balance_nothing_but_a_refund_or_a_named_person_takes_it_away(merchant):
    person = make_customer()
    earn(person.pk, 1_000)
    with pytest.raises(IntegrityError, match="growth_taken_back_only"):
        GrowthEntry.objects.create(
            merchant=merchant, customer=person, home_customer=person, amount=-1_000, source="purchase", key="spend",
            by="x",
        )  # fmt: skip


def test_reviews_give_no_more_than_the_limit_of_the_day(merchant, actor, time_machine):
    time_machine.move_to("2026-03-01T04:00:00Z", tick=False)
    set_scheme(review_growth=20, review_limit=30)
    person = make_customer()
    for number in (1, 1, 2, 3):
        growing.review(review_id=number, customer_id=person.pk, home_id=person.pk, actor=system())
    assert list(GrowthEntry.objects.order_by("pk").values_list("amount", flat=True)) == [20, 10]
    time_machine.move_to("2026-03-01T17:00:00Z", tick=False)  # the next day in Shanghai
    growing.review(review_id=4, customer_id=person.pk, home_id=person.pk, actor=system())
    assert growth_of(person.pk) == 50


def test_by_hand_with_a_reason_and_never_below_nothing(merchant, actor):
    person = make_customer()
    assert growing.adjust(customer_id=person.pk, amount=50, reason="Sorry", key="a", actor=actor)
    assert not growing.adjust(customer_id=person.pk, amount=50, reason="Sorry", key="a", actor=actor)
    for amount, reason in ((0, "x"), (10, " "), (-51, "x")):
        with pytest.raises(Invalid):
            growing.adjust(customer_id=person.pk, amount=amount, reason=reason, key="b", actor=actor)
    nobody = access.Actor("user", 1, "Guide", merchant.pk, {"membership.view": None})
    with pytest.raises(NotAllowed):
        growing.adjust(customer_id=person.pk, amount=5, reason="x", key="c", actor=nobody)
    assert growth_of(person.pk) == 50


def test_merged_people_have_what_both_earned_and_get_it_back(merchant, actor):
    """tracardi #892, #784 (a merge dropped what was known of people): growth stays."""
    silver, gold = make_level(100), make_level(250)
    one, other = make_customer(), make_customer()
    earn(one.pk, 100)
    earn(other.pk, 200)
    merge = customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert list(Member.objects.values_list("customer", "growth", "level")) == [(one.pk, 300, gold.pk)]
    earn(other.pk, 7)  # somebody who knows only the old number
    assert growth_of(one.pk) == 307
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert sorted(Member.objects.values_list("customer", "growth", "level")) == [
        (one.pk, 100, silver.pk), (other.pk, 207, silver.pk),
    ]  # fmt: skip
    assert set(LevelChange.objects.values_list("because", flat=True)) == {"earned", "people"}


def test_another_merchant_sees_none_of_it(merchant, actor):
    make_level(10)
    earn(make_customer().pk, 10)
    with tenancy.scope(make_merchant().pk):
        for model in (GrowthEntry, LevelChange, Member):
            assert not model.objects.exists()
        assert queries.course().ladder == []

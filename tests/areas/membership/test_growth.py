"""Growth is earned by purchases and reviews, goes back with refunds, and cannot be spent."""

from __future__ import annotations

import pytest

from tests.factories import shop
from tests.factories.customers import make_customer
from tests.factories.membership import actor as system
from tests.factories.membership import earn, make_level, night, set_scheme
from tests.factories.merchants import make_merchant
from yutang.areas.customers import services as customers
from yutang.areas.membership import queries
from yutang.areas.membership.models import GrowthEntry, LevelChange, Member
from yutang.areas.membership.services import growing
from yutang.areas.orders import services as orders
from yutang.areas.orders.services import Back
from yutang.core import access, events, tenancy
from yutang.core.errors import Invalid, NotAllowed
from yutang.core.models import Event


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


def test_level_judged_on_points_earned_not_on_balance_open_loyalty_131(merchant, actor):
    """open-loyalty #131: spending points lowered the level. Growth is no balance: nothing spends it, what is taken out
    of it is a refund's or a named person's, and the level follows what was earned."""
    person = make_customer()
    make_level(1000)
    earn(person.pk, 1000)
    assert {"earn", "purchase", "take_back", "review", "adjust"} == {
        name for name in vars(growing) if not name.startswith("_") and callable(vars(growing)[name])
        and vars(growing)[name].__module__ == growing.__name__
    }  # fmt: skip
    with pytest.raises(Exception, match="growth_taken_back_only"):
        GrowthEntry.objects.create(
            merchant=merchant, customer=person, home_customer=person, amount=-1000, source="purchase", key="spend",
            by="x",
        )  # fmt: skip


def test_spending_points_or_time_leaves_a_kept_level(merchant, actor):
    gold, person = make_level(1000), make_customer()
    earn(person.pk, 1000)
    night()
    assert queries.member(person.pk).level == gold


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

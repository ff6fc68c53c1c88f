"""Cards: bought, renewed at the end, given, refunded by what is unused, opened by codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import shop
from tests.factories.customers import make_customer
from tests.factories.membership import bought_card, make_plan, ordered_card, pay_card
from yutang.areas.customers import services as customers
from yutang.areas.membership import queries, queries_cards
from yutang.areas.membership.benefits import Benefits
from yutang.areas.membership.errors import (
    AlreadyExported,
    CodeOver,
    CodeUsed,
    GiftGone,
    NotOnSale,
    NotRefundable,
    RefundChanged,
    UnknownCode,
)
from yutang.areas.membership.models import Card, CardCode
from yutang.areas.membership.services import carding, coding
from yutang.areas.payments.models import Refund, Tender
from yutang.core import clock, rewards
from yutang.core.errors import Invalid, NotFound
from yutang.core.models import AuditEntry
from yutang.core.rewards import Occasion, Reward


def span(card: Card) -> tuple[str, str]:
    card.refresh_from_db()
    return f"{card.starts_at:%Y-%m-%d}", f"{card.ends_at:%Y-%m-%d}"


def test_bought_and_renewed_at_the_end(merchant, actor, start):
    month, year, person = make_plan(1), make_plan(12, price=29_900), make_customer()
    waiting = ordered_card(month, person.pk)
    assert (waiting.state, waiting.amount, queries.current_card(person.pk)) == ("unpaid", 3000, None)
    first = pay_card(waiting)
    assert (first.state, span(first)) == ("active", ("2026-03-01", "2026-04-01"))
    second = bought_card(year, person.pk)
    assert span(second) == ("2026-04-01", "2027-04-01")
    assert queries.current_card(person.pk).pk == first.pk
    assert queries_cards.held_until(person.pk) == datetime(2027, 4, 1, 4, tzinfo=UTC)
    start.move_to("2026-04-02T04:00:00Z", tick=False)
    assert queries.current_card(person.pk).pk == second.pk


def test_the_same_tap_is_the_same_card_and_unpaid_ones_close(merchant, actor, start):
    plan, person = make_plan(), make_customer()
    one, same = ordered_card(plan, person.pk, key="tap"), ordered_card(plan, person.pk, key="tap")
    assert one.pk == same.pk
    start.move_to("2026-03-01T04:31:00Z", tick=False)
    assert carding.close_expired(now=clock.now(), actor=actor) == 1
    assert Card.objects.get().state == "closed"
    carding.save_plan(
        plan_id=plan.pk, actor=actor,
        draft=carding.PlanDraft("x", 1, 100, queries.Benefits(), is_on_sale=False),
    )  # fmt: skip
    with pytest.raises(NotOnSale):
        ordered_card(plan, person.pk)


def test_the_unused_part_goes_back_the_way_it_came(merchant, actor, start):
    plan, person = make_plan(1, price=3100), make_customer()
    first, second = bought_card(plan, person.pk), bought_card(plan, person.pk)
    start.move_to("2026-03-11T04:00:00Z", tick=False)
    # Ten days are over and the eleventh runs: 20 of 31 days are left.
    assert queries_cards.unused(first, clock.now()) == 2000
    assert queries_cards.unused(second, clock.now()) == 3100
    with pytest.raises(RefundChanged):
        carding.refund(card_id=first.pk, key="a", expected=2100, actor=actor)
    for _ in range(2):
        assert carding.refund(card_id=first.pk, key="a", expected=2000, actor=actor) == 2000
    assert list(Refund.objects.values_list("amount", "state")) == [(2000, "succeeded")]
    assert Tender.objects.get(payable_id=first.pk).refunded_amount == 2000
    # What was behind it moves up: nobody loses days that were paid for.
    assert span(second) == ("2026-03-11", "2026-04-10")
    assert queries.current_card(person.pk).pk == second.pk
    first.refresh_from_db()
    assert (first.state, first.refunded_amount) == ("refunded", 2000)
    assert AuditEntry.objects.filter(action="membership.refund_card").count() == 1


def test_what_was_given_or_is_over_is_not_refunded(merchant, actor, start):
    plan, person = make_plan(), make_customer()
    given = carding.grant(plan_id=plan.pk, customer_id=person.pk, days=5, key="a", reason="Sorry", actor=actor)
    with pytest.raises(NotRefundable):
        carding.refund(card_id=given.pk, key="a", actor=actor)
    bought = bought_card(plan, person.pk)
    start.move_to("2026-06-01T04:00:00Z", tick=False)
    with pytest.raises(NotRefundable):
        carding.refund(card_id=bought.pk, key="a", actor=actor)
    assert not Refund.objects.exists()


def test_a_gift_is_accepted_once(merchant, actor, start):
    giver, friend, other = make_customer(), make_customer(), make_customer()
    card = bought_card(make_plan(), giver.pk, is_gift=True)
    assert (card.state, card.starts_at, len(card.gift_code) >= 20) == ("gift", None, True)
    assert queries.current_card(giver.pk) is None
    start.move_to("2026-03-05T04:00:00Z", tick=False)
    for _ in range(2):
        carding.accept_gift(gift_code=card.gift_code, customer_id=friend.pk, actor=actor)
    assert span(card) == ("2026-03-05", "2026-04-05")
    with pytest.raises(GiftGone):
        carding.accept_gift(gift_code=card.gift_code, customer_id=other.pk, actor=actor)
    with pytest.raises(NotFound):
        carding.accept_gift(gift_code="guess", customer_id=other.pk, actor=actor)
    assert queries_cards.card_of(giver.pk, card.pk) == queries_cards.card_of(friend.pk, card.pk) == card
    with pytest.raises(NotFound):
        queries_cards.card_of(other.pk, card.pk)


def test_a_gift_that_was_taken_back_opens_nothing(merchant, actor):
    giver, friend = make_customer(), make_customer()
    card = bought_card(make_plan(price=500), giver.pk, is_gift=True)
    assert carding.refund(card_id=card.pk, key="a", actor=actor) == 500
    with pytest.raises(GiftGone):
        carding.accept_gift(gift_code=card.gift_code, customer_id=friend.pk, actor=actor)


def test_codes_are_exported_once_and_open_one_card_each(merchant, actor, start):
    plan, person, other = make_plan(3), make_customer(), make_customer()
    batch = coding.create_batch(
        plan_id=plan.pk, count=3, valid_until=datetime(2026, 3, 10, tzinfo=UTC).date(), actor=actor
    )  # fmt: skip
    codes = coding.export(batch_id=batch.pk, actor=actor)
    assert len(set(codes)) == CardCode.objects.count() == 3
    assert AuditEntry.objects.filter(action="membership.export_codes").count() == 1
    with pytest.raises(AlreadyExported):
        coding.export(batch_id=batch.pk, actor=actor)
    stored = str(list(CardCode.objects.values_list("digest", flat=True)))
    assert not any(code.replace("-", "") in stored for code in codes)
    card = coding.activate(code=f" {codes[0].lower().replace('-', ' ')} ", customer_id=person.pk, actor=actor)
    assert coding.activate(code=codes[0], customer_id=person.pk, actor=actor) == card
    assert span(card) == ("2026-03-01", "2026-06-01")
    for code, error in ((codes[0], CodeUsed), ("AAAA-BBBB", UnknownCode)):
        with pytest.raises(error):
            coding.activate(code=code, customer_id=other.pk, actor=actor)
    start.move_to("2026-03-10T16:00:00Z", tick=False)  # the eleventh in Shanghai
    with pytest.raises(CodeOver):
        coding.activate(code=codes[1], customer_id=other.pk, actor=actor)
    assert queries_cards.used_codes([batch.pk]) == {batch.pk: 1}


def test_days_as_a_reward_go_to_the_end(merchant, actor, start):
    plan, person = make_plan(1), make_customer()
    bought_card(plan, person.pk)
    reward = [Reward("card_days", 7, plan.pk), Reward("growth", 30)]
    rewards.check(reward)
    assert rewards.describe(reward) == [f"{plan.name} · 7 days", "30 growth"]
    for _ in range(2):
        rewards.give(reward, customer_id=person.pk, occasion=Occasion("task:1", ("task", 1), "Task"), actor=actor)
    assert span(Card.objects.get(source="reward")) == ("2026-04-01", "2026-04-08")
    assert queries.member(person.pk).growth == 30
    with pytest.raises(rewards.ImpossibleReward):
        rewards.check([Reward("card_days", 7, plan.pk + 1)])


def test_staff_say_why(merchant, actor):
    plan, person = make_plan(), make_customer()
    for days, reason in ((0, "x"), (4000, "x"), (5, " ")):
        with pytest.raises(Invalid):
            carding.grant(plan_id=plan.pk, customer_id=person.pk, days=days, key="a", reason=reason, actor=actor)
    assert not Card.objects.exists()


def test_whom_to_remind_and_who_renewed(merchant, actor, start):
    plan = make_plan(1)
    stays, goes, late = make_customer(), make_customer(), make_customer()
    for person in (stays, goes, late):
        bought_card(plan, person.pk)
    bought_card(plan, stays.pk)
    start.move_to("2026-03-28T04:00:00Z", tick=False)
    assert [card.customer_id for card in queries_cards.ending(7).order_by("id")] == [goes.pk, late.pk]
    assert [(c.people, c.ended, c.renewed, c.rate) for c in queries_cards.cohorts()] == [(3, 0, 0, None)]
    start.move_to("2026-05-20T04:00:00Z", tick=False)  # more than 30 days after its end
    bought_card(plan, late.pk)
    (cohort,) = queries_cards.cohorts()
    assert (f"{cohort.month:%Y-%m}", cohort.people, cohort.ended, cohort.renewed) == ("2026-03", 3, 3, 1)
    assert queries_cards.sums()[plan.pk] == queries_cards.PlanSum(sold=5, active=1, amount=15_000, refunded=0)


def test_cards_follow_merged_people_and_go_back(merchant, actor, start):
    """tracardi #892, #784 (a merge dropped what was known of people): cards stay."""
    plan, one, other = make_plan(), make_customer(), make_customer()
    card = bought_card(plan, other.pk)
    merge = customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert queries.current_card(one.pk).pk == card.pk
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert queries.current_card(one.pk) is None
    assert queries.current_card(other.pk).pk == card.pk
    assert card.ends_at - card.starts_at == timedelta(days=31)


def test_a_card_is_as_long_as_it_was_when_it_was_ordered(merchant, actor, start):
    plan = make_plan(months=12, price=36_500)
    card = ordered_card(plan, shop.buyer().customer_id)
    draft = carding.PlanDraft(name="Shorter", months=1, price=3_000, benefits=Benefits())
    carding.save_plan(plan_id=plan.pk, draft=draft, actor=actor)
    assert (pay_card(card).ends_at - card.starts_at).days == 365


def test_a_gift_that_was_accepted_meanwhile_is_not_taken_back(merchant, actor, start):
    giver, friend = shop.buyer(), shop.buyer("+8613900139000")
    card = bought_card(make_plan(months=12, price=36_500), giver.customer_id, is_gift=True)
    carding.accept_gift(gift_code=card.gift_code, customer_id=friend.customer_id, actor=actor)
    with pytest.raises(RefundChanged):
        carding.refund(card_id=card.pk, key="buyer", expected=36_500, seen="gift", actor=actor)
    card.refresh_from_db()
    assert card.state == "active"

"""Who gets a coupon, and who does not: limits, budget, codes, gifts, rewards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.coupons import give, make_template, state_of
from tests.factories.customers import make_customer
from yutang.areas.coupons import queries, rules, services
from yutang.areas.coupons.errors import (
    AlreadyExported,
    CouponGone,
    CouponNotOffered,
    CouponsGone,
    GiftTaken,
    NotGiftable,
    OwnGift,
    PersonalLimit,
    TooManyTries,
    WrongCode,
    WrongState,
    WrongTerms,
)
from yutang.areas.coupons.models import Code, Coupon, Terms
from yutang.areas.coupons.services import Draft, Limits
from yutang.areas.customers import services as customers
from yutang.core import clock, rewards
from yutang.core.models import AuditEntry
from yutang.core.reservations.errors import CapacityInUse
from yutang.core.reservations.models import Pool
from yutang.core.rewards import Occasion, Reward

SHANGHAI = "Asia/Shanghai"


def claim(template, person, key="k", actor=None):
    return services.claim(template_id=template.pk, customer_id=person.pk, key=key, actor=actor)


def test_a_claim_is_one_coupon_whatever_is_tapped_twice(merchant, actor):
    template, person = make_template(limits={"is_claimable": True, "per_person": 2}), make_customer()
    first = claim(template, person, actor=actor)
    assert claim(template, person, actor=actor).pk == first.pk
    claim(template, person, "k2", actor)
    with pytest.raises(PersonalLimit) as refused:
        claim(template, person, "k3", actor)
    assert refused.value.code == "coupons.personal_limit"
    template.refresh_from_db()
    assert (template.issued, Coupon.objects.count()) == (2, 2)


def test_what_is_not_offered_is_not_claimed(merchant, actor):
    person, now = make_customer(), clock.now()
    for limits, state in [
        ({"is_claimable": True}, "draft"), ({"is_claimable": True}, "paused"), ({"is_claimable": True}, "ended"),
        ({"is_claimable": False}, "active"), ({"is_claimable": True, "claim_until": now}, "active"),
        ({"is_claimable": True, "claim_from": now + timedelta(hours=1)}, "active"),
    ]:  # fmt: skip
        with pytest.raises(CouponNotOffered):
            claim(make_template(limits=limits, state=state), person, actor=actor)
    assert not Coupon.objects.exists()


def test_the_total_and_the_budget_stop_by_themselves(merchant, actor):
    two = make_template(limits={"total": 2})
    dear = make_template(limits={"budget": 5_000})  # of 20.00 each: two, and 10.00 that are not enough for a third
    for template in (two, dear):
        give(template, make_customer().pk)
        give(template, make_customer().pk)
        with pytest.raises(CouponsGone):
            give(template, make_customer().pk)
    assert (queries.left(two), queries.left(dear)) == ({"coupon": 0}, {"coupon_budget": 1_000})


def test_a_budget_needs_a_ceiling(merchant, actor):
    with pytest.raises(WrongTerms) as refused:
        make_template(kind="percent", value=10, limits={"budget": 100})
    assert refused.value.field == "budget"
    make_template(kind="percent", value=10, ceiling=50, limits={"budget": 100})


def test_limits_may_be_changed_but_not_below_what_is_out(merchant, actor):
    template = make_template(limits={"total": 2})
    give(template, make_customer().pk)
    give(template, make_customer().pk)
    draft = Draft(kind="amount", value=2_000)
    with pytest.raises(CapacityInUse):
        services.save(template_id=template.pk, name="C", draft=draft, limits=Limits(total=1), actor=actor)
    services.save(template_id=template.pk, name="C", draft=draft, limits=Limits(None, total=3), actor=actor)
    give(template, make_customer().pk)
    assert Pool.objects.get(kind="coupon").available == 0
    services.save(template_id=template.pk, name="C", draft=draft, limits=Limits(None), actor=actor)
    give(template, make_customer().pk)


def test_changed_terms_never_touch_what_was_issued(merchant, actor):
    template = make_template(threshold=5_000)
    before = give(template, make_customer().pk)
    draft = Draft(kind="amount", value=9_999, valid_days=1)
    services.save(template_id=template.pk, name="New", draft=draft, limits=Limits(None), actor=actor)
    after = give(template, make_customer().pk)
    shown = [(row.terms.value, row.terms.threshold) for row in Coupon.objects.select_related("terms").order_by("pk")]
    assert shown == [(2_000, 5_000), (9_999, 0)]
    assert Coupon.objects.get(pk=before.pk).valid_until == before.valid_until != after.valid_until
    services.save(template_id=template.pk, name="Other name", draft=draft, limits=Limits(None), actor=actor)
    assert Terms.objects.count() == 2  # nothing new to say


def test_states_go_one_way(merchant, actor):
    template = make_template(state="ended")
    with pytest.raises(WrongState):
        services.set_state(template_id=template.pk, state="active", actor=actor)
    with pytest.raises(WrongState):
        services.save(
            template_id=template.pk, name="C", draft=Draft(kind="amount", value=1), limits=Limits(), actor=actor
        )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "begins", "ends"),
    [
        ({"valid_days": 7}, datetime(2026, 5, 1, 15, 50, tzinfo=UTC), datetime(2026, 5, 8, 16, tzinfo=UTC)),
        (
            {"valid_days": 7, "starts_after": 1}, datetime(2026, 5, 1, 16, tzinfo=UTC),
            datetime(2026, 5, 8, 16, tzinfo=UTC),
        ),
        (
            {"valid_days": None, "valid_from": datetime(2026, 6, 1, tzinfo=UTC),
             "valid_until": datetime(2026, 6, 2, tzinfo=UTC)},
            datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC),
        ),
    ],
)  # fmt: skip
def test_validity_in_the_days_of_the_merchant(given, begins, ends):
    """Issued ten minutes before midnight of Shanghai."""
    unsaid = {"starts_after": 0, "valid_from": None, "valid_until": None}
    issued_at = datetime(2026, 5, 1, 15, 50, tzinfo=UTC)
    assert rules.validity(issued_at=issued_at, timezone=SHANGHAI, **{**unsaid, **given}) == (begins, ends)


def test_codes_are_told_once_and_redeemed_once(merchant, actor):
    template, one, other = make_template(limits={"per_person": None}), make_customer(), make_customer()
    batch = services.make_codes(template_id=template.pk, name="Leaflet", count=3, actor=actor)
    codes = services.export(batch_id=batch.pk, actor=actor)
    assert len(set(codes)) == 3
    assert all(len(code) == 19 for code in codes)
    with pytest.raises(AlreadyExported):
        services.export(batch_id=batch.pk, actor=actor)
    batch.refresh_from_db()
    assert batch.seed is None  # nobody can work them out any more
    actions = list(AuditEntry.objects.filter(object_type="coupon_batch").values_list("action", flat=True))
    assert sorted(actions) == ["coupons.export_codes", "coupons.make_codes"]
    typed = codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    made = services.redeem_code(text=typed, customer_id=one.pk, actor=actor)
    assert services.redeem_code(text=codes[0], customer_id=one.pk, actor=actor).pk == made.pk
    for text in (codes[0], "nonsense"):
        with pytest.raises(WrongCode):
            services.redeem_code(text=text, customer_id=other.pk, actor=actor)
    assert (Coupon.objects.count(), Code.objects.filter(redeemed_at__isnull=False).count()) == (1, 1)


def test_whoever_tries_codes_is_slowed_down(merchant, actor):
    person = make_customer()
    for _ in range(10):
        with pytest.raises(WrongCode):
            services.redeem_code(text="guess", customer_id=person.pk, actor=actor)
    with pytest.raises(TooManyTries):
        services.redeem_code(text="guess", customer_id=person.pk, actor=actor)


def test_codes_that_are_over_give_nothing(merchant, actor):
    batch = services.make_codes(
        template_id=make_template().pk, name="Old", count=1, expires_at=clock.now(), actor=actor
    )  # fmt: skip
    (code,) = services.export(batch_id=batch.pk, actor=actor)
    with pytest.raises(WrongCode):
        services.redeem_code(text=code, customer_id=make_customer().pk, actor=actor)


def test_a_gift_is_taken_once(merchant, actor):
    giver, one, other = make_customer(), make_customer(), make_customer()
    coupon = give(make_template(is_giftable=True), giver.pk)
    old = services.offer_gift(coupon_id=coupon.pk, customer_id=giver.pk, actor=actor)
    token = services.offer_gift(coupon_id=coupon.pk, customer_id=giver.pk, actor=actor)
    with pytest.raises(OwnGift):
        services.accept_gift(token=token, customer_id=giver.pk, actor=actor)
    with pytest.raises(GiftTaken):
        services.accept_gift(token=old, customer_id=one.pk, actor=actor)
    taken = services.accept_gift(token=token, customer_id=one.pk, actor=actor)
    assert services.accept_gift(token=token, customer_id=one.pk, actor=actor).pk == taken.pk
    with pytest.raises(GiftTaken):
        services.accept_gift(token=token, customer_id=other.pk, actor=actor)
    assert (state_of(coupon), taken.state, taken.valid_until) == ("given", "usable", coupon.valid_until)
    assert [row.pk for row in queries.of_person(giver.pk)] == []
    assert [row.pk for row in queries.of_person(one.pk)] == [taken.pk]


def test_only_what_may_be_given_is_given(merchant, actor):
    person = make_customer()
    coupon = give(make_template(), person.pk)
    with pytest.raises(NotGiftable):
        services.offer_gift(coupon_id=coupon.pk, customer_id=person.pk, actor=actor)


def test_staff_take_back_what_is_unused(merchant, actor):
    coupon = give(make_template(), make_customer().pk)
    services.withdraw(coupon_id=coupon.pk, actor=actor)
    services.withdraw(coupon_id=coupon.pk, actor=actor)
    assert state_of(coupon) == "withdrawn"
    Coupon.objects.filter(pk=coupon.pk).update(state="given")
    with pytest.raises(CouponGone):
        services.withdraw(coupon_id=coupon.pk, actor=actor)


def test_a_reward_is_given_once_per_occasion(merchant, actor):
    template, person = make_template(name="Welcome"), make_customer()
    reward = Reward("coupon", 2, template.pk)
    rewards.check([reward])
    assert rewards.describe([reward]) == ["2 × coupon “Welcome”"]
    for _ in range(2):
        rewards.give([reward], customer_id=person.pk, occasion=Occasion("level:1", ("level", 1), "Gold"), actor=actor)
    assert Coupon.objects.filter(customer=person, via="reward").count() == 2


def test_vendure_4353_what_is_given_by_itself_obeys_the_limits(merchant, actor):
    """A reward beyond the limit gives nothing, says so in the trail, and does not undo what it was for."""
    template, person = make_template(limits={"per_person": 1}), make_customer()
    for number in range(3):
        occasion = Occasion(f"recharge:{number}", ("recharge", number), "Recharge")
        rewards.give([Reward("coupon", 1, template.pk)], customer_id=person.pk, occasion=occasion, actor=actor)
    assert Coupon.objects.count() == 1
    assert AuditEntry.objects.filter(action="coupons.reward_refused").count() == 2


def test_merged_people_hold_both_coupons_and_unmerged_ones_their_own(merchant, actor):
    one, other, template = make_customer(), make_customer(), make_template(limits={"per_person": 1})
    first, second = give(template, one.pk), give(template, other.pk)
    merge = customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert {row.pk for row in queries.of_person(one.pk)} == {first.pk, second.pk}
    with pytest.raises(PersonalLimit):
        give(template, one.pk)
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert [row.pk for row in queries.of_person(one.pk)] == [first.pk]
    assert [row.pk for row in queries.of_person(other.pk)] == [second.pk]

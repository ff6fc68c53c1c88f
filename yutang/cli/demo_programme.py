"""The demo brand's membership programme as its people would set it up, some months ago."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from yutang.areas.bookings import queries as bookings_of
from yutang.areas.bookings import services as bookings
from yutang.areas.bookings.models import Experience, Resource
from yutang.areas.bookings.services import Begin
from yutang.areas.catalog import services as catalog
from yutang.areas.coupons import queries as coupons_of
from yutang.areas.coupons import services as coupons
from yutang.areas.coupons.models import Template
from yutang.areas.coupons.services import Draft, Limits
from yutang.areas.membership import queries as membership_of
from yutang.areas.membership import queries_cards
from yutang.areas.membership.benefits import Benefits
from yutang.areas.membership.services import carding, leveling
from yutang.areas.merchants import queries as merchants
from yutang.areas.missions import queries as missions_of
from yutang.areas.missions import services as missions
from yutang.areas.points import queries as points_of
from yutang.areas.points import services as points
from yutang.areas.segments.models import Segment
from yutang.areas.settlement import queries as settlement_of
from yutang.areas.settlement import services as settlement
from yutang.areas.wallet import queries as wallet_of
from yutang.areas.wallet import services as wallet
from yutang.cli import demo_shop
from yutang.core import clock, tenancy
from yutang.core.rewards import Reward
from yutang.simulators.brand import pictures, programme

if TYPE_CHECKING:
    from yutang.core.access import Actor
    from yutang.simulators import brand

SINCE = timedelta(days=240)


def wait_with_growth(actor: Actor) -> None:
    """Before the programme begins nothing is earned: what the shop's own stories sell would count beside the truth."""
    with tenancy.scope(actor.merchant_id):
        if not membership_of.levels().exists():
            leveling.save_scheme(
                spend_per_growth=0, review_growth=0, review_limit=0, keep_months=programme.KEEP_MONTHS,
                grace_days=programme.GRACE_DAYS, actor=actor,
            )  # fmt: skip


def load(truth: brand.Truth, actor: Actor) -> None:
    """Coupons first: levels, cards and the exchange shop give them. Repeats nothing."""
    with tenancy.scope(actor.merchant_id), clock.ago(SINCE):
        given = _coupons(actor)
        _points(given, actor)
        _levels(given, actor)
        _recharges(actor)
        _settlement(truth, actor)
    with tenancy.scope(actor.merchant_id), clock.ago(SINCE):
        _bookings(truth, actor)


def coupon_ids(actor: Actor) -> dict[str, int]:
    """Key of the story → the template."""
    by_name = {row.name: row.pk for row in coupons_of.templates(actor)}
    return {one.key: by_name[one.name] for one in programme.COUPONS if one.name in by_name}


# -- parts -------------------------------------------------------------------------------------------------------


def _coupons(actor: Actor) -> dict[str, int]:
    known = coupon_ids(actor)
    categories = demo_shop.category_ids()
    for one in programme.COUPONS:
        if one.key in known:
            continue
        draft = Draft(
            kind=one.kind, value=one.value, ceiling=one.ceiling, threshold=one.threshold, valid_days=one.valid_days,
            category_ids=(categories[one.category],) if one.category else (), is_giftable=one.is_giftable,
        )  # fmt: skip
        limits = Limits(
            per_person=one.per_person, total=one.total, budget=one.budget, is_claimable=one.is_claimable
        )  # fmt: skip
        made = coupons.create(name=one.name, draft=draft, limits=limits, actor=actor)
        coupons.set_state(template_id=made.pk, state=Template.State.ACTIVE, actor=actor)
        known[one.key] = made.pk
    return known


def _points(given: dict[str, int], actor: Actor) -> None:
    points.save_terms(
        values={
            "expiry": "days", "expiry_days": programme.POINTS_LIVE, "is_tender": True, "rate": programme.POINTS_WORTH,
            "ceiling_percent": programme.MOST_BY_POINTS, "approve_from": programme.APPROVED_FROM,
        },
        actor=actor,
    )  # fmt: skip
    points.save_rule(
        kind="purchase", is_active=True, points=programme.POINTS_PER_YUAN, per_amount=100, actor=actor
    )  # fmt: skip
    for kind, number in programme.POINTS.items():
        points.save_rule(kind=kind, is_active=True, points=number, person_day_cap=number * 3, actor=actor)
    known = {offer.title for offer in points_of.all_offers(actor=actor)}
    for one in programme.OFFERS:
        if one.title not in known:
            reward = Reward("coupon", 1, given[one.coupon]) if one.coupon else Reward("gift_balance", one.balance)
            points.save_offer(
                title=one.title, text=one.text, points=one.points, stock=one.stock, given=[reward], person_limit=5,
                actor=actor,
            )  # fmt: skip
    missions.save_plan(
        is_active=True, cycle=programme.CHECK_IN_CYCLE, actor=actor,
        steps={day: [Reward("points", number)] for day, number in programme.CHECK_IN_STEPS.items()},
    )  # fmt: skip
    tasks = {task.title for task in missions_of.tasks(actor=actor)}
    for deed, title, target, period, number in programme.TASKS:
        if title not in tasks:
            missions.save_task(
                deed=deed, title=title, target=target, period=period, given=[Reward("points", number)], actor=actor
            )


def _levels(given: dict[str, int], actor: Actor) -> None:
    leveling.save_scheme(
        spend_per_growth=100 // programme.YUAN_PER_GROWTH, review_growth=programme.REVIEW_GROWTH,
        review_limit=3 * programme.REVIEW_GROWTH, keep_months=programme.KEEP_MONTHS, grace_days=programme.GRACE_DAYS,
        actor=actor,
    )  # fmt: skip
    known = {level.key for level in membership_of.levels()}
    for one in programme.LEVELS:
        if one.key in known:
            continue
        benefits = Benefits(
            free_freight_from=one.free_freight_from, points_percent=one.points_percent, priority=one.is_vip,
            vip=one.is_vip, monthly=_pieces(one.coupons, given), birthday=_pieces(one.birthday, given),
        )  # fmt: skip
        leveling.save_level(
            key=one.key, actor=actor,
            draft=leveling.Draft(one.name, one.threshold, one.keep, one.icon, one.colour, benefits),
        )  # fmt: skip
    plans = {plan.name for plan in queries_cards.plans()}
    for card in programme.CARDS:
        if card.name not in plans:
            benefits = Benefits(points_percent=card.points_percent, monthly=_pieces(card.coupons, given))
            carding.save_plan(
                draft=carding.PlanDraft(card.name, card.months, card.price, benefits, card.free_freights), actor=actor
            )


def _pieces(keys: Sequence[str], given: dict[str, int]) -> list[Reward]:
    return [Reward("coupon", 1, given[key]) for key in keys]


def _recharges(actor: Actor) -> None:
    known = {plan.name for plan in wallet_of.plans()}
    for one in programme.RECHARGES:
        if one.name not in known:
            wallet.setting.save_plan(
                plan_id=None, name=one.name, amount=one.amount, gift=one.gift, gift_days=one.gift_days, given=[],
                is_active=True, actor=actor,
            )  # fmt: skip


def _settlement(truth: brand.Truth, actor: Actor) -> None:
    nodes = merchants.nodes_by_code()
    for store in truth.stores:
        if not store.is_direct:
            settlement.save_terms(
                node_id=nodes[store.code], share=programme.STORE_SHARE, serve_share=500,
                gift_share=programme.GIFT_SHARE, actor=actor,
            )  # fmt: skip
    name, category, share = programme.SUPPLIER
    if name not in {supplier.name for supplier in settlement_of.suppliers(actor)}:
        settlement.save_supplier(
            name=name, category_id=demo_shop.category_ids()[category], share=share, actor=actor
        )  # fmt: skip


def _bookings(truth: brand.Truth, actor: Actor) -> None:
    node_id = merchants.nodes_by_code()[truth.stores[0].code]
    known = {experience.title for experience in bookings_of.experiences(actor)}
    products = {product.code: product for product in truth.products}
    for one in programme.EXPERIENCES:
        if one.title in known:
            continue
        photo = io.BytesIO(pictures.photo(products[one.pictured], 0))
        room = bookings.save_resource(node_id=node_id, kind=Resource.Kind.ROOM, name=one.room, actor=actor)
        made = bookings.save_experience(
            draft=bookings.Draft(
                node_id=node_id, title=one.title, minutes=one.minutes, capacity=one.capacity, resource_id=room.pk,
                text=one.text, price=one.price, picture=catalog.store_picture(content=photo, actor=actor).digest,
                largest_party=one.party,
                audience=Experience.Audience.VIP if one.is_vip else Experience.Audience.EVERYBODY,
                free_until_hours=programme.FREE_UNTIL, late_refund_percent=programme.LATE_BACK,
            ),
            actor=actor,
        )  # fmt: skip
        bookings.save_hours(
            experience_id=made.pk, actor=actor,
            begins=[Begin(weekday, None, minutes) for weekday in range(7) for minutes in one.begins],
        )  # fmt: skip
    title, text = programme.HUB
    segment = next(iter(Segment.objects.filter(name=programme.SALON_SEGMENT)), None)
    bookings.save_hub(
        is_active=True, title=title, text=text, segment_id=segment.pk if segment else None, contact_name="小麦管家",
        contact_phone="0571-8800 0001", contact_wechat="gutingmaizuo", actor=actor,
    )  # fmt: skip

"""What the product says of the demo's members, in the shape of the generator's truth: by the queries of the areas."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count, Sum

from yutang.areas.bookings.models import Booking
from yutang.areas.coupons import queries as coupons
from yutang.areas.coupons.models import Coupon, Template, Use
from yutang.areas.membership import queries as membership
from yutang.areas.membership import queries_cards
from yutang.areas.membership.models import GrowthEntry
from yutang.areas.missions.models import CheckIn
from yutang.areas.orders.models import Order
from yutang.areas.points import queries as points
from yutang.areas.points.models import Change
from yutang.areas.settlement import queries as settlement
from yutang.areas.wallet import accounts
from yutang.areas.wallet.models import PrincipalRefund, Recharge, Spend
from yutang.areas.wallet.queries_liability import liability
from yutang.core import clock
from yutang.core.ledger import usage
from yutang.core.ledger.kinds import KINDS
from yutang.simulators.brand import programme
from yutang.simulators.brand.membership_truth import Totals

KEYS = "demo-member-"


def counted(actor) -> Totals:
    """Call in the merchant's scope. The template that a run issues is left out: whom a segment holds, no story says."""
    figures = points.figures()
    owed = liability(actor, "CNY", at=clock.now())
    assert owed.difference == 0
    assert owed.sum == 0
    moneys = usage.totals(
        merchant_id=actor.merchant_id, kinds=[accounts.EXPIRED, accounts.GIFT_GIVEN, accounts.SERVED], unit="CNY"
    )
    recharges = Recharge.objects.filter(state="paid").aggregate(
        paid=Sum("amount"), gift=Sum("gift"), withdrawn=Sum("withdrawn")
    )
    spends = Spend.objects.aggregate(*(Sum(name) for name in ("principal", "gift", "principal_back", "gift_back")))
    keys = {level.pk: level.key for level in membership.levels()}
    plans = {
        plan.pk: next(one.key for one in programme.CARDS if one.name == plan.name) for plan in queries_cards.plans()
    }
    cards = {plans[pk]: row for pk, row in queries_cards.sums().items()}
    cohorts = queries_cards.cohorts()
    bookings = Booking.objects.aggregate(refunded=Sum("refunded"))
    templates = {one.pk: next(c.key for c in programme.COUPONS if c.name == one.name) for one in Template.objects.all()}
    told = {pk: key for pk, key in templates.items() if key != "recall"}
    came_of = coupons.figures(Template.objects.filter(pk__in=told))
    back = Use.objects.filter(is_reversal=True).values_list("template").annotate(Count("pk")).order_by()
    lapsed = Coupon.objects.filter(state="usable", valid_until__lte=clock.now(), template__in=told)
    ours = Order.objects.filter(shop__key__startswith=KEYS)
    statement = settlement.statements(actor).get()
    return Totals(
        earned=figures.issued, spent=figures.redeemed, expired=figures.expired, outstanding=figures.outstanding,
        expiring=Counter({month.first: month.points for month in points.forecast(actor.merchant_id)}),
        points_waiting=Change.objects.filter(state="asked").aggregate(sum=Sum("points"))["sum"],
        recharged=recharges["paid"], principal_refunded=PrincipalRefund.objects.aggregate(sum=Sum("amount"))["sum"],
        principal=owed.total.principal, gift=owed.total.gift, gift_cards=owed.total.cards,
        gift_given=-moneys[accounts.GIFT_GIVEN] + recharges["withdrawn"], gift_expired=moneys[accounts.EXPIRED],
        gift_withdrawn=recharges["withdrawn"], principal_spent=spends["principal__sum"] - spends["principal_back__sum"],
        gift_spent=spends["gift__sum"] - spends["gift_back__sum"],
        growth=GrowthEntry.objects.aggregate(sum=Sum("amount"))["sum"],
        levels=Counter({keys[pk]: n for pk, n in membership.people_per_level().items()}),
        falling=membership.falling().count(), check_ins=CheckIn.objects.count(),
        issued=_some({told[pk]: one.issued for pk, one in came_of.items()}),
        used=_some({told[pk]: one.used for pk, one in came_of.items()}),
        taken_off=_some({told[pk]: one.cost for pk, one in came_of.items()}),
        returned=_some({told[pk]: n for pk, n in back}),
        lapsed=_some({told[pk]: n for pk, n in lapsed.values_list("template").annotate(Count("pk")).order_by()}),
        cards_sold=_some({key: one.sold for key, one in cards.items()}),
        cards_active=_some({key: one.active for key, one in cards.items()}),
        cards_amount=_some({key: one.amount for key, one in cards.items()}),
        cards_refunded=_some({key: one.refunded for key, one in cards.items()}),
        cards_ended=sum(one.ended for one in cohorts), cards_renewed=sum(one.renewed for one in cohorts),
        bookings=_some(dict(Booking.objects.order_by().values_list("state").annotate(Count("pk")))),
        bookings_paid=Booking.objects.filter(paid_at__isnull=False).aggregate(sum=Sum("amount"))["sum"],
        bookings_refunded=bookings["refunded"],
        orders=ours.count(),
        orders_paid=sum(one.sold_amount + one.refunded_amount for one in ours),
        settled=_some({line.what: line.base for line in settlement.lines(statement)}),
    )  # fmt: skip


def shown(found: Totals) -> dict[str, object]:
    """Counters without what they count nothing of."""
    return {
        name: _some(value) if isinstance(value, Counter) else value for name, value in vars(found).items()
    }  # fmt: skip


def out_of_balance(actor) -> dict[str, int]:
    """Units whose accounts do not sum to zero."""
    units = {kind.unit or "CNY" for kind in KINDS.values()}
    sums = {
        unit: sum(usage.totals(merchant_id=actor.merchant_id, kinds=list(KINDS), unit=unit).values()) for unit in units
    }
    return {unit: amount for unit, amount in sums.items() if amount}


def _some(found) -> Counter:
    return Counter({key: value for key, value in found.items() if value})

"""What the members' accounts must come to, by plain arithmetic over the steps that were told.

One pass in the order of time, a few lists for each person: no line of the product's own code is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from . import membership as steps
from . import programme, shopping
from .member_accounts import (
    COUPON,
    Had,
    Lot,
    Member,
    Order,
    Piece,
    Totals,
    coupon_off,
    has,
    later,
    level,
    months_after,
    put_back,
    spend,
    usable,
)
from .membership import Told, settled_store, today
from .programme import LEVELS
from .truth import SHANGHAI, Truth

PLANS = {plan.key: plan for plan in programme.CARDS}
RECHARGES = {plan.key: plan for plan in programme.RECHARGES}
OFFERS = {offer.key: offer for offer in programme.OFFERS}
PRICES = {experience.key: experience.price for experience in programme.EXPERIENCES}


def totals(truth: Truth, told: Sequence[Told]) -> Totals:
    """On the morning of the day on which it is told."""
    count = _Count(truth)
    for one in told:
        count.step(one)
    return count.finish()


class _Count:
    def __init__(self, truth: Truth) -> None:
        self.truth, self.today, self.of = truth, today(truth), Totals()
        self.members: dict[int, Member] = defaultdict(Member)
        self.orders: dict[str, Order] = {}
        self.recharges: dict[str, tuple[str, str]] = {}
        self.presents: dict[str, str] = {}
        self.booked: dict[str, steps.Booked] = {}
        self.settled_store = settled_store(truth)
        last = self.today.replace(day=1) - timedelta(days=1)
        self.settled_from, self.settled_to = last.replace(day=1), last
        self._files()

    def step(self, told: Told) -> None:
        getattr(self, f"_{type(told.step).__name__.lower()}")(told, told.step, self.members[told.person.person_no])

    # -- orders ------------------------------------------------------------------------------------------------------

    def _bought(self, told: Told, step: steps.Bought, member: Member) -> None:
        goods = sum(product.variants[0].price * pieces for product, pieces in told.goods)
        off = coupon_off(step.coupon, told.goods) if step.coupon else 0
        piece = usable(member, step.coupon, told.day) if step.coupon else None
        if piece is not None:
            piece.state = "used"
            self.of.used[step.coupon] += 1
            self.of.taken_off[step.coupon] += off
        assert step.points <= (goods - off) * programme.MOST_BY_POINTS // 100
        points = spend(member.points, step.points, told.day)
        self.of.spent += step.points
        paid = goods - off - step.points * programme.POINTS_WORTH
        principal: list[tuple[Lot, int]] = []
        gift: list[tuple[Lot, int]] = []
        if step.with_balance:  # the principal first
            from_principal = min(paid, has(member.principal, told.day))
            principal = spend(member.principal, from_principal, told.day)
            gift = spend(member.gift, min(paid - from_principal, has(member.gift, told.day)), told.day)
        self._count_spent(told, principal, gift, 1)
        growth = paid // 100 * programme.YUAN_PER_GROWTH
        self._grow(member, growth, told.day)
        month = (told.day.year, told.day.month)
        member.orders_in_month[month] += 1
        if member.orders_in_month[month] == programme.MONTHLY_ORDERS:
            self._earn(member, programme.MONTHLY_ORDERS_GIVE, told)
        earned = paid * programme.POINTS_PER_YUAN * self._percent(member, told.at) // 10_000
        self._earn(member, earned, told)
        self.of.orders += 1
        self._count_money(told, paid)
        pieces = sum(number for _, number in told.goods)
        self.orders[told.key] = Order(paid, earned, growth, points, principal, gift, piece, pieces, told.store)

    def _returned(self, told: Told, step: steps.Returned, member: Member) -> None:
        """Of an order of one line: everything in proportion, to the nearest; what was paid last comes back first."""
        order = self.orders[told.of]
        share = Fraction(step.pieces, order.pieces)
        back = round(order.paid * share)
        used = sum(amount for _, amount in order.points)
        put_back(order.points, round(used * share))
        self.of.spent -= round(used * share)
        gift = min(back, sum(amount for _, amount in order.gift))
        principal = min(back - gift, sum(amount for _, amount in order.principal))
        taken = [(lots, amount) for lots, amount in ((order.gift, gift), (order.principal, principal)) if amount]
        for lots, amount in taken:
            put_back(lots, amount)
        self.of.gift_spent -= gift
        self.of.principal_spent -= principal
        if self._is_settled(told):
            self.of.settled["gift"] -= gift
        self._count_money(told, -back)
        taken_points = round(order.points_earned * Fraction(back, order.paid))
        lot = next(lot for lot in member.points if lot.key == told.of)
        lot.left -= taken_points
        self.of.earned -= taken_points
        self._grow(member, -round(order.growth * Fraction(back, order.paid)), told.day)
        if step.pieces == order.pieces and order.coupon is not None:
            order.coupon.state = "usable"
            self.of.used[order.coupon.coupon] -= 1
            self.of.returned[order.coupon.coupon] += 1
            self.of.taken_off[order.coupon.coupon] -= COUPON[order.coupon.coupon].value

    def _count_money(self, told: Told, amount: int) -> None:
        self.of.orders_paid += amount
        if self._is_settled(told):
            self.of.settled["sold"] += amount

    def _count_spent(
        self, told: Told, principal: list[tuple[Lot, int]], gift: list[tuple[Lot, int]], sign: int
    ) -> None:
        used = sum(amount for _, amount in gift)
        self.of.principal_spent += sign * sum(amount for _, amount in principal)
        self.of.gift_spent += sign * used
        if self._is_settled(told):
            self.of.settled["gift"] += sign * used

    def _files(self) -> None:
        """What the exports tell of the settled store's month."""
        for order in self.truth.orders:
            if order.store_code == self.settled_store and order.is_sale:
                sold = order.total if self._is_within(order.sold_at) else 0
                back = sum(refund.amount for refund in order.refunds if self._is_within(refund.at))
                self.of.settled["sold"] += sold - back

    def _is_within(self, at: datetime) -> bool:
        return self.settled_from <= at.astimezone(SHANGHAI).date() <= self.settled_to

    def _is_settled(self, told: Told) -> bool:
        return told.store == self.settled_store and self.settled_from <= told.day <= self.settled_to

    def _reviewed(self, told: Told, step: steps.Reviewed, member: Member) -> None:
        del step
        self._grow(member, programme.REVIEW_GROWTH, told.day)
        self._earn(member, programme.POINTS["review"], told)

    # -- points ------------------------------------------------------------------------------------------------------

    def _earn(self, member: Member, points: int, told: Told) -> None:
        member.points.append(Lot(told.day + timedelta(days=programme.POINTS_LIVE), points, told.key))
        self.of.earned += points

    def _shared(self, told: Told, step: steps.Shared, member: Member) -> None:
        del step
        self._earn(member, programme.POINTS["share"], told)

    def _checkedin(self, told: Told, step: steps.CheckedIn, member: Member) -> None:
        del step
        before = member.checked_in
        streak = before[1] + 1 if before and before[0] == told.day - timedelta(days=1) else 1
        member.checked_in = told.day, streak
        self.of.check_ins += 1
        self._earn(member, programme.POINTS["check_in"], told)
        day = (streak - 1) % programme.CHECK_IN_CYCLE + 1
        if day in programme.CHECK_IN_STEPS:
            self._earn(member, programme.CHECK_IN_STEPS[day], told)

    def _changed(self, told: Told, step: steps.Changed, member: Member) -> None:
        if step.points >= programme.APPROVED_FROM:
            self.of.points_waiting += step.points
        else:
            self._earn(member, step.points, told)

    def _exchanged(self, told: Told, step: steps.Exchanged, member: Member) -> None:
        offer = OFFERS[step.offer]
        spend(member.points, offer.points, told.day)
        self.of.spent += offer.points
        if offer.coupon:
            self._issue(member, offer.coupon, told.day)
        if offer.balance:
            member.gift.append(Lot(None, offer.balance, told.key))
            self.of.gift_given += offer.balance

    # -- stored value ------------------------------------------------------------------------------------------------

    def _recharged(self, told: Told, step: steps.Recharged, member: Member) -> None:
        plan = RECHARGES[step.plan]
        member.principal.append(Lot(None, plan.amount, told.key))
        # It ends at the hour at which it was given: no story spends on that day.
        last = told.day + timedelta(days=plan.gift_days) if plan.gift_days else None
        member.gift.append(Lot(last, plan.gift, told.key))
        self.recharges[told.key] = (step.plan, told.store)
        self.of.recharged += plan.amount
        self.of.gift_given += plan.gift
        if self._is_settled(told):
            self.of.settled["recharged"] += plan.amount

    def _tookback(self, told: Told, step: steps.TookBack, member: Member) -> None:
        """All that is left of the principal; of the gift, of which nothing was used, stays what belongs to the used
        part of the principal."""
        del step
        plan = RECHARGES[self.recharges[told.of][0]]
        principal = next(lot for lot in member.principal if lot.key == told.of)
        gift = next(lot for lot in member.gift if lot.key == told.of)
        assert gift.left == plan.gift
        stays = plan.gift * (plan.amount - principal.left) // plan.amount
        self.of.principal_refunded += principal.left
        self.of.gift_withdrawn += plan.gift - stays
        if self._is_settled(told):
            self.of.settled["recharged"] -= principal.left
        principal.left, gift.left = 0, stays

    def _giftcards(self, told: Told, step: steps.GiftCards, member: Member) -> None:
        """One of them is lost and voided."""
        del member
        if not step.is_active:
            return
        for who in step.used_by:
            self.members[told.people[who].person_no].principal.append(Lot(None, step.face, told.key))
        self.of.gift_cards += (step.count - len(step.used_by) - 1) * step.face

    # -- coupons -----------------------------------------------------------------------------------------------------

    def _issue(self, member: Member, coupon: str, day: date) -> None:
        member.coupons.append(Piece(coupon, day + timedelta(days=COUPON[coupon].valid_days)))
        self.of.issued[coupon] += 1

    def _claimed(self, told: Told, step: steps.Claimed, member: Member) -> None:
        self._issue(member, step.coupon, told.day)

    def _gavecoupon(self, told: Told, step: steps.GaveCoupon, member: Member) -> None:
        """The piece goes over with its time: nothing is issued."""
        piece = usable(member, step.coupon, told.day)
        piece.state = "given"
        self.members[told.people[step.to].person_no].coupons.append(Piece(piece.coupon, piece.last))

    def _couponcodes(self, told: Told, step: steps.CouponCodes, member: Member) -> None:
        del member
        for who in step.used_by:
            self._issue(self.members[told.people[who].person_no], step.coupon, told.day)

    # -- cards -------------------------------------------------------------------------------------------------------

    def _begin(self, member: Member, plan: str, at: datetime, paid: int) -> None:
        starts = max([at, *(card.ends for card in member.cards)])
        member.cards.append(Had(plan, starts, months_after(starts, PLANS[plan].months), paid))
        member.is_listed = True

    def _boughtcard(self, told: Told, step: steps.BoughtCard, member: Member) -> None:
        price = PLANS[step.plan].price
        self.of.cards_sold[step.plan] += 1
        self.of.cards_amount[step.plan] += price
        if step.is_gift:
            self.presents[told.key] = step.plan
        else:
            self._begin(member, step.plan, told.at, price)

    def _acceptedcard(self, told: Told, step: steps.AcceptedCard, member: Member) -> None:
        del step
        plan = self.presents[told.of]
        self._begin(member, plan, told.at, PLANS[plan].price)

    def _refundedcard(self, told: Told, step: steps.RefundedCard, member: Member) -> None:
        """The days that are left; the one that runs counts as used."""
        del step
        card = member.cards.pop()
        whole, used = (card.ends - card.starts).days, (told.at - card.starts).days + 1
        self.of.cards_refunded[card.plan] += card.paid - round(Fraction(card.paid * used, whole))

    def _cardcodes(self, told: Told, step: steps.CardCodes, member: Member) -> None:
        del member
        for who in step.used_by:
            self.of.cards_sold[step.plan] += 1
            self._begin(self.members[told.people[who].person_no], step.plan, told.at, 0)

    # -- bookings ----------------------------------------------------------------------------------------------------

    def _booked(self, told: Told, step: steps.Booked, member: Member) -> None:
        del member
        self.booked[told.key] = step
        self.of.bookings["waiting" if step.waits else "booked"] += 1
        if not step.waits:
            self.of.bookings_paid += PRICES[step.experience] * step.party

    def _came(self, told: Told, step: steps.Came, member: Member) -> None:
        del told, step, member
        self._moved("checked_in")

    def _missed(self, told: Told, step: steps.Missed, member: Member) -> None:
        del told, step, member
        self._moved("no_show")

    def _cancelled(self, told: Told, step: steps.Cancelled, member: Member) -> None:
        del step, member
        self._moved("cancelled")
        booked = self.booked[told.of]
        experience = next(one for one in programme.EXPERIENCES if one.key == booked.experience)
        begins = steps.session_at(self.truth, booked, experience.begins)
        is_late = told.at >= begins - timedelta(hours=programme.FREE_UNTIL)
        percent = programme.LATE_BACK if is_late else 100
        self.of.bookings_refunded += round(Fraction(experience.price * booked.party * percent, 100))

    def _moved(self, state: str) -> None:
        self.of.bookings["booked"] -= 1
        self.of.bookings[state] += 1

    def _invited(self, told: Told, step: steps.Invited, member: Member) -> None:
        """Nothing to count."""

    # -- levels ------------------------------------------------------------------------------------------------------

    def _grow(self, member: Member, growth: int, day: date) -> None:
        member.growth += growth
        member.grown.append((day, growth))
        member.is_listed = True
        self.of.growth += growth
        for rung in LEVELS:
            if rung.threshold <= member.growth:
                member.level_since.setdefault(rung.key, day)

    def _percent(self, member: Member, at: datetime) -> int:
        """The better of level and card."""
        card = next((card for card in member.cards if card.starts <= at < card.ends), None)
        return max(level(member).points_percent, PLANS[card.plan].points_percent if card else 100)

    # -- at the end --------------------------------------------------------------------------------------------------

    def finish(self) -> Totals:
        of, now = self.of, datetime.combine(self.today, time(), SHANGHAI)
        listed = [member for member in self.members.values() if member.is_listed]
        for member in listed:
            self._judge(member)
        # Whoever wrote a review of an order of the shop's last days is on the ladder too.
        of.levels[LEVELS[0].key] += sum(told.story.said is not None for told in shopping.stories(self.truth))
        for member in list(self.members.values()):
            self._monthly(member, now)
        for member in self.members.values():
            for lot in member.points:
                assert lot.last is not None
                if lot.last < self.today:
                    of.expired += lot.left
                elif lot.left:
                    of.outstanding += lot.left
                    of.expiring[lot.last.replace(day=1)] += lot.left
            of.principal += sum(lot.left for lot in member.principal)
            for lot in member.gift:
                if lot.last is not None and lot.last < self.today:
                    of.gift_expired += lot.left
                else:
                    of.gift += lot.left
            for piece in member.coupons:
                if piece.state == "usable" and piece.last < self.today:
                    of.lapsed[piece.coupon] += 1
            self._cards(member, now)
        return of

    def _judge(self, member: Member) -> None:
        standing = level(member)
        self.of.levels[standing.key] += 1
        since = member.level_since.get(standing.key)
        if standing.keep is not None and since is not None and later(since, programme.KEEP_MONTHS) <= self.today:
            counted_from = later(self.today, -programme.KEEP_MONTHS)
            self.of.falling += sum(growth for day, growth in member.grown if day >= counted_from) < standing.keep

    def _monthly(self, member: Member, now: datetime) -> None:
        """What level and card give each month, once for this one."""
        card = next((card for card in member.cards if card.starts <= now < card.ends), None)
        given = [*(level(member).coupons if member.is_listed else ()), *(PLANS[card.plan].coupons if card else ())]
        for coupon in given:
            self._issue(member, coupon, self.today)

    def _cards(self, member: Member, now: datetime) -> None:
        for card in member.cards:
            self.of.cards_active[card.plan] += card.starts <= now < card.ends
        paid = sorted((card for card in member.cards if card.paid), key=lambda card: card.starts)
        if paid and paid[0].ends <= now:
            self.of.cards_ended += 1
            within = paid[0].ends + timedelta(days=programme.RENEWED_WITHIN)
            self.of.cards_renewed += len(paid) > 1 and paid[1].starts <= within

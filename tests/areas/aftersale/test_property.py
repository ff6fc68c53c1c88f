"""Whatever people do, in whatever order: money and pieces add up, and nothing is forgotten."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.aftersale import ask, shopper
from tests.factories.catalog import make_freight
from tests.factories.shop import actor as by_hand
from tests.factories.shop import paid, stocked
from yutang.areas.aftersale import rules, services
from yutang.areas.aftersale.models import Case, CaseLine, CaseStep, Dispute
from yutang.areas.aftersale.queries_asking import what_can_be_asked
from yutang.areas.aftersale.services import Side
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order, OrderItem, SaleLine
from yutang.areas.payments.models import Refund, Tender
from yutang.core.errors import DomainError
from yutang.core.reservations.models import Pool

BASKETS = st.lists(st.tuples(st.integers(1, 20_000), st.integers(1, 4)), min_size=1, max_size=2)
LESS = st.none() | st.integers(1, 30_000)
SELDOM = st.sampled_from((False, False, False, True))
CASE_ACTIONS = {
    "agree": lambda case, draw: services.agree(case_id=case.pk, seen=None, actor=by_hand()),
    "refuse": lambda case, draw: services.refuse(
        case_id=case.pk, reason="no", offer=draw(LESS), actor=by_hand()
    ),
    "reject": lambda case, draw: services.reject(case_id=case.pk, reason="no", actor=by_hand()),
    "accept": lambda case, draw: services.accept(case_id=case.pk, actor=shopper()),
    "send_back": lambda case, draw: services.send_back(
        case_id=case.pk, carrier="SF", tracking_no="1", actor=shopper()
    ),
    "receive": lambda case, draw: services.receive(
        case_id=case.pk, seen=None, is_restocked=draw(st.booleans()), actor=by_hand()
    ),
    "resend": lambda case, draw: services.resend(
        case_id=case.pk, carrier="SF", tracking_no="1", key="k", actor=by_hand()
    ),
    "withdraw": lambda case, draw: services.withdraw(case_id=case.pk, actor=shopper()),
    "escalate": lambda case, draw: services.escalate(
        case_id=case.pk, reason="no", side=draw(st.sampled_from((Side.BUYER, Side.MERCHANT))), actor=shopper()
    ),
    "rule": lambda case, draw: services.rule(
        case_id=case.pk, ruling=draw(st.sampled_from(Dispute.Ruling.values)), text="so", seen=None,
        amount=draw(LESS), actor=by_hand(),
    ),
    "change": lambda case, draw: services.change(case_id=case.pk, ask=wish(case.order, draw), actor=shopper()),
    "wait": lambda case, draw: services.act(
        case_id=case.pk, now=case.deadline_at + timedelta(seconds=1), actor=by_hand()
    ),
}  # fmt: skip


def wish(order: Order, draw) -> services.Ask:
    """Mostly one that can be asked; sometimes for more than there is, or together with another line."""
    lines = what_can_be_asked(Order.objects.get(pk=order.pk)).lines
    line = draw(st.sampled_from([one for one in lines if one.kinds()] or lines))
    kind = draw(st.sampled_from(line.kinds() or Case.Kind.values))
    is_unshipped = kind == "refund_only" and line.unshipped > 0
    most = line.unshipped if is_unshipped else line.handed_over
    reasons = line.reasons(kind, is_unshipped=is_unshipped)
    chosen = {line.item.position: draw(st.integers(1, most + 1)) if draw(SELDOM) or not most else most}
    if draw(SELDOM):
        chosen |= {one.item.position: 1 for one in lines}
    return ask(
        *chosen.items(), kind=kind, reason=draw(st.sampled_from([reason.code for reason in reasons])),
        amount=draw(LESS), freight=draw(st.sampled_from((0, 0, 100))),
    )  # fmt: skip


def bought(goods, is_shipped: bool) -> Order:
    order = paid(*((stocked(pieces + 3, price=amount), pieces) for amount, pieces in goods))
    if is_shipped:
        orders.ship(order_id=order.pk, key=f"first-{order.pk}", actor=by_hand())
    return order


def tried(act) -> bool:
    """A refusal must leave nothing behind."""
    try:
        with transaction.atomic():
            act()
    except DomainError:
        return False
    return True


def step(order: Order, draw, number: int) -> None:
    every = [order, *Order.objects.filter(shop__replaces__order=order)]
    cases = list(Case.objects.select_related("order").filter(state__in=rules.OPEN).order_by("pk"))
    kind = draw(st.sampled_from(("open", "ship", "act", "act", "act", "act", "act")))
    if kind == "open" or not cases:
        of = draw(st.sampled_from(every))
        asked = wish(of, draw)
        tried(lambda: services.open_case(order_id=of.pk, ask=asked, key=f"c{order.pk}-{number}", actor=shopper()))
    elif kind == "ship":
        of, pieces = draw(st.sampled_from(every)), draw(st.none() | st.just({0: 1}))
        tried(lambda: orders.ship(order_id=of.pk, pieces=pieces, key=f"p{order.pk}-{number}", actor=by_hand()))
    else:
        case = draw(st.sampled_from(cases))
        sides = rules.actions(case.state, Side.BUYER, kind=case.kind, is_sent=case.is_sent) | rules.actions(
            case.state, Side.MERCHANT, kind=case.kind, is_sent=case.is_sent
        )
        likely = sorted((sides | {"wait"} | ({"rule"} if case.state == "disputed" else set())) & set(CASE_ACTIONS))
        action = draw(st.sampled_from(likely))
        tried(lambda: CASE_ACTIONS[action](case, draw))


def check(order: Order) -> None:
    """What must hold at every moment."""
    ids = [order.pk, *Order.objects.filter(shop__replaces__order=order).values_list("pk", flat=True)]
    cases = list(Case.objects.filter(order__in=ids))
    tender = Tender.objects.get(payable_id=order.pk)
    back = Refund.objects.filter(tender=tender).aggregate(total=Sum("amount"))["total"] or 0
    assert back == tender.refunded_amount <= tender.amount
    assert sum(case.granted for case in cases) == back
    assert SaleLine.objects.filter(order_id__in=ids).aggregate(net=Sum("amount"))["net"] == tender.amount - back
    for case in cases:
        assert case.granted <= case.asked
        assert case.is_open == (case.deadline_at is not None)
        assert case.is_open or not case.hold_key
    for item in OrderItem.objects.filter(order__in=ids):
        assert item.refunded <= item.amount
        claimed = CaseLine.objects.filter(
            case__order=item.order_id, position=item.position, case__state__in=rules.OPEN
        ).exclude(case__state="resending")
        pieces = claimed.aggregate(total=Sum("pieces"))["total"] or 0
        assert pieces <= item.quantity - item.returned
        assert item.with_buyer >= 0
    for stock in StockItem.objects.select_related("pool"):
        pool: Pool = stock.pool
        assert pool.capacity == stock.on_hand + stock.shipped
        assert 0 <= pool.reserved + pool.confirmed <= pool.capacity
    logged = Counter(CaseStep.objects.filter(case__in=cases).values_list("case_id", flat=True))
    assert all(logged[case.pk] == case.version for case in cases)


PROPERTY = settings(max_examples=25, deadline=None)


@PROPERTY
@given(BASKETS, st.booleans(), st.data())
def test_random_histories_add_up(merchant, actor, goods, has_freight, data):
    with transaction.atomic():
        if has_freight:
            make_freight()
        order = bought(goods, data.draw(st.booleans()))
        for number in range(data.draw(st.integers(6, 20))):
            step(order, data.draw, number)
            check(order)
        transaction.set_rollback(True)


@PROPERTY
@given(BASKETS, st.data())
def test_everything_back_is_exactly_what_was_paid(merchant, actor, goods, data):
    """As long as nobody was content with less."""

    def draw(strategy):
        return None if strategy is LESS else data.draw(strategy)

    with transaction.atomic():
        order = bought(goods, data.draw(st.booleans()))
        for number in range(data.draw(st.integers(4, 12))):
            step(order, draw, number)
        give_everything_back(order)
        check(order)
        transaction.set_rollback(True)


def give_everything_back(order: Order) -> None:
    """What is open runs out; then all that is left is asked for, and agreed to: exactly what was paid goes back."""
    for _ in range(6):
        for case in Case.objects.filter(state__in=rules.OPEN):
            services.act(case_id=case.pk, now=case.deadline_at + timedelta(seconds=1), actor=by_hand())
    assert not Case.objects.filter(state__in=rules.OPEN).exists()
    number = 0
    for _ in range(2):  # replacements first, then what they were paid with
        for of in [*Order.objects.filter(shop__replaces__order=order).order_by("-pk"), order]:
            for line in what_can_be_asked(Order.objects.get(pk=of.pk)).lines:
                for pieces, is_here in ((line.unshipped, True), (line.handed_over, False)):
                    if not pieces:
                        continue
                    number += 1
                    wanted = ask(
                        (line.item.position, pieces), reason="agreed" if is_here else "quality",
                        kind="refund_only" if is_here else "return_refund",
                        freight=what_can_be_asked(Order.objects.get(pk=of.pk)).freight,
                    )  # fmt: skip
                    case = services.open_case(
                        order_id=of.pk, ask=wanted, key=f"all{order.pk}-{number}", actor=shopper()
                    )
                    services.agree(case_id=case.pk, seen=None, actor=by_hand())
                    if not is_here:
                        services.receive(case_id=case.pk, seen=None, actor=by_hand())
    tender = Tender.objects.get(payable_id=order.pk)
    assert tender.refunded_amount == tender.amount

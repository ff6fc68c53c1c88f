"""Stored value, gift cards and membership cards of the demo's members, and the month of a franchise store that is
closed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from yutang.areas.membership import queries_cards
from yutang.areas.membership.models import Card
from yutang.areas.membership.services import carding, coding
from yutang.areas.merchants import queries as merchants
from yutang.areas.settlement import queries as settlement_of
from yutang.areas.settlement import services as settlement
from yutang.areas.settlement.queries import Party
from yutang.areas.wallet import queries as wallet_of
from yutang.areas.wallet import services as wallet
from yutang.areas.wallet.models import Recharge
from yutang.cli.demo_paying import known, pay
from yutang.core import access, clock
from yutang.simulators.brand import membership as steps
from yutang.simulators.brand import programme
from yutang.simulators.brand.truth import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from yutang.core.access import Actor
    from yutang.simulators import brand
    from yutang.simulators.brand.membership import Told

CARD_DAYS = 3 * 366  # that a gift card is good for


def recharged(told: Told, step: steps.Recharged, buyer: Actor, shop: Actor) -> None:
    del shop
    name = next(plan.name for plan in programme.RECHARGES if plan.key == step.plan)
    plan = next(plan for plan in wallet_of.plans() if plan.name == name)
    made = wallet.recharging.start(
        customer_id=known(told.person, buyer).customer_id, node_id=merchants.nodes_by_code()[told.store], key=told.key,
        plan_id=plan.pk, actor=buyer,
    )  # fmt: skip
    pay((wallet.RECHARGE, made.pk), buyer)


def took_back(told: Told, step: steps.TookBack, buyer: Actor, shop: Actor) -> None:
    del step, buyer
    recharge = Recharge.objects.get(key=told.of)
    wallet.refunding.refund(
        recharge_id=recharge.pk, key=told.key, confirmed=wallet_of.trial(recharge), reason="搬家，附近没有门店",
        actor=shop,
    )  # fmt: skip


def gift_cards(told: Told, step: steps.GiftCards, buyer: Actor, shop: Actor) -> None:
    """The last card of a batch was lost on the way."""
    batch = wallet.cards.make_batch(
        name=step.name, count=step.count, face=step.face, is_sold=True, gives="principal",
        node_id=merchants.root_node().pk, days=CARD_DAYS, actor=shop,
    )  # fmt: skip
    if not step.is_active:
        return
    codes = [code for _, code in wallet.cards.hand_out(batch_id=batch.pk, actor=shop)]
    wallet.cards.activate(batch_id=batch.pk, actor=shop)
    for code, who in zip(codes, step.used_by, strict=False):
        wallet.cards.redeem(code=code, customer_id=known(told.people[who], buyer).customer_id, actor=buyer)
    wallet.cards.void(card_id=max(wallet_of.cards(batch).values_list("pk", flat=True)), actor=shop)


def bought_card(told: Told, step: steps.BoughtCard, buyer: Actor, shop: Actor) -> None:
    del shop
    card = carding.buy(
        plan_id=_plan(step.plan), customer_id=known(told.person, buyer).customer_id, key=told.key, is_gift=step.is_gift,
        actor=buyer,
    )  # fmt: skip
    pay((carding.PAYABLE, card.pk), buyer)


def accepted_card(told: Told, step: steps.AcceptedCard, buyer: Actor, shop: Actor) -> None:
    del step, shop
    code = Card.objects.get(key=f"buy:{told.of}").gift_code
    carding.accept_gift(gift_code=code or "", customer_id=known(told.person, buyer).customer_id, actor=buyer)


def refunded_card(told: Told, step: steps.RefundedCard, buyer: Actor, shop: Actor) -> None:
    del step, buyer
    carding.refund(card_id=Card.objects.get(key=f"buy:{told.of}").pk, key=told.key, actor=shop)


def card_codes(told: Told, step: steps.CardCodes, buyer: Actor, shop: Actor) -> None:
    batch = coding.create_batch(plan_id=_plan(step.plan), count=step.count, note=step.note, actor=shop)
    codes = coding.export(batch_id=batch.pk, actor=shop)
    for code, who in zip(codes, step.used_by, strict=False):
        coding.activate(code=code, customer_id=known(told.people[who], buyer).customer_id, actor=buyer)


def close_month(truth: brand.Truth, actor: Actor) -> None:
    """Last month of one franchise store, and half of what follows is paid already. Again: the same statement."""
    party = Party("node", merchants.nodes_by_code()[steps.settled_store(truth)])
    first = steps.today(truth).replace(day=1)
    until = first - timedelta(days=1)
    accounting = access.system(actor.merchant_id, name="财务小孟")
    if settlement_of.next_since(party) is not None:
        return
    with clock.ago(max(datetime.now(UTC) - datetime.combine(first, time(10, 30), SHANGHAI), timedelta())):
        made = settlement.close(party=party, since=until.replace(day=1), until=until, actor=accounting)
        if half := made.due // 2:
            settlement.pay(
                statement_id=made.pk, amount=half, key="demo-settlement", note="首笔，余款下旬付清", actor=accounting
            )  # fmt: skip


def _plan(key: str) -> int:
    name = next(plan.name for plan in programme.CARDS if plan.key == key)
    return queries_cards.plans().get(name=name).pk


TELLERS: dict[type[steps.Step], Callable[[Told, Any, Actor, Actor], None]] = {
    steps.Recharged: recharged,
    steps.TookBack: took_back,
    steps.GiftCards: gift_cards,
    steps.BoughtCard: bought_card,
    steps.AcceptedCard: accepted_card,
    steps.RefundedCard: refunded_card,
    steps.CardCodes: card_codes,
}

"""Recharges, payments out of balances and gift cards, by the product's own services."""

from __future__ import annotations

import itertools

from tests.factories import shop
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders.models import Order
from yutang.areas.payments import services as payments
from yutang.areas.payments.models import Tender
from yutang.areas.wallet import accounts, queries, services
from yutang.areas.wallet.models import CardBatch, Plan, Recharge
from yutang.core import tenancy
from yutang.core.ledger import queries as ledger
from yutang.core.ledger import usage
from yutang.core.ledger.kinds import KINDS
from yutang.core.ledger.lines import MERCHANT

_numbers = itertools.count(1)


def make_plan(amount: int = 100_000, gift: int = 20_000, **overrides) -> Plan:
    given = {"name": "Fish", "gift_days": None, "given": [], "is_active": True, **overrides}
    return services.setting.save_plan(plan_id=None, amount=amount, gift=gift, actor=shop.actor(), **given)


def begin(identity=None, amount: int = 0, plan: Plan | None = None, **overrides) -> Recharge:
    identity = identity or shop.buyer()
    given = {"node_id": merchants.root_node().pk, "key": f"recharge-{next(_numbers)}", **overrides}
    return services.recharging.start(
        customer_id=identity.customer_id, plan_id=plan.pk if plan else None, amount=amount, actor=shop.actor(), **given
    )


def pay(recharge: Recharge) -> Recharge:
    tender = payments.open_tender(payable=("recharge", recharge.pk), provider="sandbox", actor=shop.actor())
    shop.notify(tender)
    recharge.refresh_from_db()
    return recharge


def recharged(identity=None, amount: int = 0, plan: Plan | None = None, **overrides) -> Recharge:
    return pay(begin(identity, amount, plan, **overrides))


def with_balance(principal: int = 100_000, gift: int = 20_000, identity=None, **plan) -> Recharge:
    """Somebody who paid in so much and got so much besides."""
    return recharged(identity, plan=make_plan(principal, gift, **plan))


def spend(order: Order, amount: int | None = None) -> Tender:
    return payments.open_tender(payable=("order", order.pk), provider="wallet", amount=amount, actor=shop.actor())


def bought(amount: int, identity=None) -> Order:
    """Something for so much, paid from the balance."""
    order = shop.place((shop.stocked(1, price=amount), 1), identity=identity)
    spend(order)
    return Order.objects.select_related("shop").get(pk=order.pk)


def balance(identity=None) -> tuple[int, int]:
    identity = identity or shop.buyer()
    has = queries.balance(identity.customer_id, "CNY")
    return has.principal, has.gift


def of_store(kind: str, node_id: int | None = None) -> int:
    return ledger.balance(kind=kind, unit="CNY", holder=accounts.node(node_id or merchants.root_node().pk))


def of_merchant(kind: str) -> int:
    return ledger.balance(kind=kind, unit="CNY", holder=MERCHANT)


def books() -> dict[str, int]:
    """Every kind of account with a balance, of all its holders."""
    kinds = [kind for kind in KINDS if kind.startswith("wallet.")]
    totals = usage.totals(merchant_id=tenancy.require_merchant_id(), kinds=kinds, unit="CNY")
    return {kind.removeprefix("wallet."): amount for kind, amount in sorted(totals.items()) if amount}


def batch(count: int = 2, face: int = 10_000, is_active: bool = True, **overrides) -> tuple[CardBatch, list[str]]:
    """Gift cards and their codes, handed out and (unless told otherwise) activated."""
    given = {"name": "Spring", "is_sold": True, "gives": "principal", "node_id": merchants.root_node().pk,
             "days": 1_098, **overrides}  # fmt: skip
    made = services.cards.make_batch(count=count, face=face, actor=shop.actor(), **given)
    codes = [code for _, code in services.cards.hand_out(batch_id=made.pk, actor=shop.actor())]
    if is_active:
        made = services.cards.activate(batch_id=made.pk, actor=shop.actor())
    return made, codes

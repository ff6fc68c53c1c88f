"""Orders with level price, coupon and points that a balance pays, beside plain ones that the sandbox pays, of the same
hot SKU on the same PostgreSQL. Plain ones are of guests, who cost less than members do.

Each member buys once: three coupons in hand, of which the best set is used, 500 points, and stored value for the rest.
YUTANG_BENCH_CHECKOUT: seconds each (default 15), YUTANG_BENCH_CLIENTS (default 8), YUTANG_BENCH_MEMBERS (default
12,000).
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count
from pyroaring import BitMap64

from benchmarks import best_coupons, checkout, issue
from benchmarks.shared import Row, make_merchant
from yutang.areas.coupons import services as coupons
from yutang.areas.coupons.models import Coupon
from yutang.areas.membership.benefits import Benefits
from yutang.areas.membership.services import leveling
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders.models import Adjustment, Order
from yutang.areas.points import accounts as points_accounts
from yutang.areas.points import services as points
from yutang.areas.wallet import accounts as wallet_accounts
from yutang.core import clock, tenancy
from yutang.core.ledger import queries as ledger_queries
from yutang.core.ledger import services as ledger
from yutang.core.ledger.lines import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from yutang.core.access import Actor

MEMBERS = int(os.environ.get("YUTANG_BENCH_MEMBERS", "12000"))
LEVEL, LEVEL_PRICE = "member", 9_000
SHARE = 0.5  # of the plain rate
_IDENTITIES = """
INSERT INTO customers_identity (merchant_id, kind, namespace, key, value, customer_id, home_customer_id, is_shared,
       is_split, source, first_seen_at)
SELECT merchant_id, 'phone', '', decode(md5(id::text), 'hex'), '', id, id, false, false, 'bench', now()
  FROM customers_customer WHERE merchant_id = %s
"""


def run() -> list[Row]:
    rates = {way: _rate(way) for way in ("placed", "paid", "all")}
    what = f"checkout: level price, coupon, points, stored value, {checkout.CLIENTS} clients"
    return [
        Row(what, rates["all"], "orders/s", None, True, "plain, paid", rates["paid"], least_ratio=SHARE),
        Row(
            "checkout: the same beside orders nobody pays",
            rates["all"],
            "orders/s",
            None,
            True,
            "plain",
            rates["placed"],
        ),
        *best_coupons.rows(),
    ]


def _rate(way: str) -> float:
    """Orders per second of a merchant of its own; every promise of the way is checked on what was written."""
    actor = make_merchant()
    sku_id = checkout.furnish(actor, **{LEVEL: LEVEL_PRICE})
    if way == "all":
        _members(actor)
    command = [sys.executable, "-m", "benchmarks.perks_client", str(actor.merchant_id), str(sku_id), way]
    done = checkout.clients(command, {"YUTANG_BENCH_CLIENTS": str(checkout.CLIENTS), "YUTANG_SANDBOX": "1"})
    with tenancy.scope(actor.merchant_id):
        found = [
            Order.objects.filter(status=Order.Status.PAID).count(),
            *[_orders(Adjustment.objects.filter(step=step)) for step in ("level", "coupon", "points")],
            _orders(Coupon.objects.filter(state=Coupon.State.USED)),
        ]
        wrong = ledger_queries.audit_balances(merchant_id=actor.merchant_id)
    expected = {"placed": 5 * [0], "paid": [done, 0, 0, 0, 0], "all": 5 * [done]}[way]
    if found != expected or wrong:
        raise AssertionError(f"{way}: {done} acknowledged; paid, with level, coupon, points, used: {found}; {wrong}")
    return done / checkout.SECONDS


def _orders(rows: QuerySet[Adjustment] | QuerySet[Coupon]) -> int:
    return int(rows.aggregate(orders=Count("order_id", distinct=True))["orders"])


def _members(actor: Actor) -> None:
    """People with a level, three coupons, points and a balance."""
    ids = issue.people(actor, MEMBERS)
    with tenancy.scope(actor.merchant_id):
        with connection.cursor() as cursor:
            cursor.execute(_IDENTITIES, [actor.merchant_id])
        leveling.save_level(
            key=LEVEL,
            draft=leveling.Draft(name="Member", threshold=0, benefits=Benefits(level_price=True)),
            actor=actor,
        )
        points.save_terms(
            values={"is_tender": True, "rate": 1, "ceiling_percent": 50, "least_points": 1}, actor=actor
        )  # fmt: skip
    _give(ids, actor)
    for draft in (
        coupons.Draft(kind="amount", value=500, threshold=5_000),
        coupons.Draft(kind="percent", value=10, ceiling=2_000),
        coupons.Draft(kind="amount", value=300),
    ):
        _issue(draft, ids, actor)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _give(ids: Sequence[int], actor: Actor) -> None:
    """Batch by batch, each in a transaction of its own, as runs do."""
    later = clock.now() + timedelta(days=300)
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        with tenancy.scope(actor.merchant_id):
            node_id = merchants.root_node().pk
            drafts = [
                Draft(f"points:{pk}", "points.earn", tuple(
                    points_accounts.given(pk, 1_000, expires_at=later, origin="bench")
                ))
                for pk in some
            ] + [
                Draft(f"wallet:{pk}", "wallet.recharge", wallet_accounts.given(
                    wallet_accounts.PRINCIPAL, wallet_accounts.customer(pk), 100_000, "CNY", node_id=node_id,
                    is_paid=True,
                ))
                for pk in some
            ]  # fmt: skip
            ledger.post_many(drafts=drafts, actor=actor)


def _issue(draft: coupons.Draft, ids: Sequence[int], actor: Actor) -> None:
    with tenancy.scope(actor.merchant_id):
        limits = coupons.Limits(None, total=10**9)
        made = coupons.create(name=draft.kind, draft=draft, limits=limits, actor=actor)
        coupons.set_state(template_id=made.pk, state="active", actor=actor)
        run = coupons.running.store(
            template_id=made.pk, people=BitMap64(ids), share=0.0, key=f"bench:{made.pk}", actor=actor
        )
    coupons.execute(merchant_id=actor.merchant_id, run_id=run.pk)

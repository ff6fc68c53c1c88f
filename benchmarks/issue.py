"""Issue: a coupon for each of a million people by a run, beside the bare SQL of the same rows."""

from __future__ import annotations

import time

import numpy as np
from django.db import connection
from pyroaring import BitMap64

from benchmarks.shared import Row, make_merchant
from yutang.areas.coupons import services
from yutang.areas.coupons.models import Coupon, Template
from yutang.areas.customers.models import Customer
from yutang.areas.merchants import queries as merchants
from yutang.core import clock, tenancy
from yutang.core.access import Actor

PEOPLE = 1_000_000
SECONDS, OVERHEAD = 60, 2.0
_BARE = """
INSERT INTO coupons_coupon (merchant_id, template_id, terms_id, customer_id, home_customer_id, state, via, issue_key,
       run_id, issued_at, valid_from, valid_until)
SELECT %(merchant)s, %(template)s, %(terms)s, id, id, 'usable', 'run', '', -1, now(), now(), now() + interval '7 days'
  FROM unnest(%(people)s::bigint[]) AS p (id)
"""


def run(size: int = PEOPLE) -> list[Row]:
    """The whole run, from its first chunk to its end, committed chunk by chunk; nobody is held out."""
    actor = make_merchant()
    ids = people(actor, size)
    with tenancy.scope(actor.merchant_id):
        draft = services.Draft(kind="amount", value=500)
        made = services.create(name="Bench", draft=draft, limits=services.Limits(None, total=10**9), actor=actor)
        services.set_state(template_id=made.pk, state="active", actor=actor)
        template = Template.objects.get(pk=made.pk)
    bare = _bare(template, ids)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE coupons_coupon CASCADE")
    with tenancy.scope(actor.merchant_id):
        issuing = services.running.store(
            template_id=template.pk, people=BitMap64(ids), share=0.0, key="bench", actor=actor
        )
    start = time.perf_counter()
    services.execute(merchant_id=actor.merchant_id, run_id=issuing.pk)
    took = time.perf_counter() - start
    with tenancy.scope(actor.merchant_id):
        issuing.refresh_from_db()
        if issuing.issued != len(ids) or Coupon.objects.count() != len(ids):
            raise RuntimeError("somebody got none, or two")
    return [
        Row(
            f"issue: a coupon to {len(ids):,} people", took, "s", SECONDS, False, "bare SQL", bare, most_ratio=OVERHEAD
        ),
        Row("issue: coupons a second", len(ids) / took, "/s"),
    ]


def people(actor: Actor, size: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """So many customers, copies of one."""
    columns = ", ".join(field.column for field in Customer._meta.concrete_fields if not field.primary_key)
    with tenancy.scope(actor.merchant_id), connection.cursor() as cursor:
        first = Customer.objects.create(
            merchant_id=actor.merchant_id, home_node_id=merchants.root_node().pk, source="bench",
            first_seen_at=clock.now(),
        )  # fmt: skip
        cursor.execute(
            f"INSERT INTO customers_customer ({columns}) SELECT {columns} FROM customers_customer,"
            " generate_series(2, %s) WHERE id = %s",
            [size, first.pk],
        )
        cursor.execute("SELECT id FROM customers_customer WHERE merchant_id = %s ORDER BY id", [actor.merchant_id])
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def _bare(template: Template, ids: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    start = time.perf_counter()
    with tenancy.scope(template.merchant_id), connection.cursor() as cursor:
        cursor.execute(
            _BARE,
            {
                "merchant": template.merchant_id, "template": template.pk, "terms": template.terms_id,
                "people": ids.tolist(),
            },
        )  # fmt: skip
    return time.perf_counter() - start

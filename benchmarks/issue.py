"""Issue: a coupon for each person of a segment of a million by a run, beside the bare SQL of the same rows.

The clock holds what an operator starts and a worker does: the saved segment is asked through the door of audiences,
its people are written down, and the run is carried out chunk by chunk, each one committed. The coupon is limited to
one a person, so that everybody is looked at. Nobody is held out: a million people are a million coupons, where the
tenth that a run holds out unless told otherwise would leave it less to do.

Customers are copies of one by bare SQL; every eleventh came in another way and is not in the segment. The lake and its
index are written by the product before the clock starts, as they stand when an operator comes.

Size by the environment: YUTANG_BENCH_ISSUE people of the segment (default 1 000 000).
"""

from __future__ import annotations

import os
import time

from django.db import connection

from benchmarks.segment_rules import attr
from benchmarks.shared import Row, make_merchant
from yutang.areas.coupons import services
from yutang.areas.coupons.models import Template
from yutang.areas.customers.models import Customer
from yutang.areas.merchants import queries as merchants
from yutang.areas.segments import services as segments
from yutang.core import clock, tenancy
from yutang.core.access import Actor
from yutang.lake import writer

PEOPLE = int(os.environ.get("YUTANG_BENCH_ISSUE", "1000000"))
ELSEWHERE = 11  # every so many-th is not in the segment
SECONDS, OVERHEAD = 60, 2.5  # beside an insert that asks nobody what they have already
RULE = {"all": [attr("customers.source", "=", "bench")]}
_BARE = """
INSERT INTO coupons_coupon (merchant_id, template_id, terms_id, customer_id, home_customer_id, state, via, issue_key,
       run_id, issued_at, valid_from, valid_until)
SELECT %(merchant)s, %(template)s, %(terms)s, id, id, 'usable', 'run', '', -1, now(), now(), now() + interval '7 days'
  FROM unnest(%(people)s::bigint[]) AS p (id)
"""
# Of the segment's people, asked of their own table: (how many, with a coupon of the run, coupons of the run in all)
_CHECK = """
SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM coupons_coupon c
                                                 WHERE c.run_id = %(run)s AND c.customer_id = p.id)),
       (SELECT count(*) FROM coupons_coupon), (SELECT count(DISTINCT customer_id) FROM coupons_coupon)
  FROM customers_customer p WHERE p.merchant_id = %(merchant)s AND p.source = 'bench'
"""


def run() -> list[Row]:
    """From the operator's start to the end of the last chunk."""
    actor = make_merchant()
    ids = people(actor, PEOPLE, elsewhere=(PEOPLE - 1) // (ELSEWHERE - 1))
    with tenancy.scope(actor.merchant_id):
        writer.mark_people_changed(actor.merchant_id)
    writer.run()
    with tenancy.scope(actor.merchant_id):
        segment = segments.create(name="Bench", rule=RULE, actor=actor)
        draft = services.Draft(kind="amount", value=500)
        limits = services.Limits(per_person=1, total=10**9)
        template = services.create(name="Bench", draft=draft, limits=limits, actor=actor)
        services.set_state(template_id=template.pk, state="active", actor=actor)
        template = Template.objects.get(pk=template.pk)
    bare = _bare(template, ids)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE coupons_coupon CASCADE")
    start = time.perf_counter()
    with tenancy.scope(actor.merchant_id):
        issuing = services.start(template_id=template.pk, segment_id=segment.pk, share=0.0, key="bench", actor=actor)
    started = time.perf_counter() - start
    services.execute(merchant_id=actor.merchant_id, run_id=issuing.pk)
    took = time.perf_counter() - start
    got = _checked(actor, issuing.pk)
    return [
        Row(
            f"issue: a coupon to each of {got:,} people of a segment", took, "s", SECONDS, False, "bare SQL", bare,
            most_ratio=OVERHEAD,
        ),
        Row("issue: of that, asking the segment and writing its people down", started, "s"),
        Row("issue: coupons a second", got / took, "/s"),
    ]  # fmt: skip


def people(actor: Actor, size: int, elsewhere: int = 0) -> list[int]:
    """So many customers, copies of one; so many besides, spread among them, came in another way."""
    columns = [field.column for field in Customer._meta.concrete_fields if not field.primary_key]
    copied = ", ".join(
        "CASE WHEN %(besides)s > 0 AND n %% %(nth)s = 0 THEN 'elsewhere' ELSE source END" if c == "source" else c
        for c in columns
    )
    with tenancy.scope(actor.merchant_id), connection.cursor() as cursor:
        first = Customer.objects.create(
            merchant_id=actor.merchant_id, home_node_id=merchants.root_node().pk, source="bench",
            first_seen_at=clock.now(),
        )  # fmt: skip
        cursor.execute(
            f"INSERT INTO customers_customer ({', '.join(columns)}) SELECT {copied} FROM customers_customer,"
            " generate_series(2, %(last)s) AS n WHERE id = %(first)s",
            {"nth": ELSEWHERE, "first": first.pk, "last": size + elsewhere, "besides": elsewhere},
        )
        cursor.execute(
            "SELECT id FROM customers_customer WHERE merchant_id = %s AND source = 'bench' ORDER BY id",
            [actor.merchant_id],
        )
        found = [row[0] for row in cursor.fetchall()]
    if len(found) != size:
        raise RuntimeError(f"{len(found)} people were made, not {size}")
    return found


def _checked(actor: Actor, run_id: int) -> int:
    """How many got one: everybody of the segment, nobody twice, nobody else."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE coupons_coupon")  # a million new rows: the check would be planned as if there were none
    with tenancy.scope(actor.merchant_id), connection.cursor() as cursor:
        cursor.execute(_CHECK, {"merchant": actor.merchant_id, "run": run_id})
        people, with_one, coupons, distinct = (int(number) for number in cursor.fetchone())
    if not people == with_one == coupons == distinct == PEOPLE:
        raise RuntimeError(f"{coupons} coupons, {distinct} people with one, {with_one} of {people} of the segment")
    return coupons


def _bare(template: Template, ids: list[int]) -> float:
    start = time.perf_counter()
    with tenancy.scope(template.merchant_id), connection.cursor() as cursor:
        cursor.execute(
            _BARE,
            {"merchant": template.merchant_id, "template": template.pk, "terms": template.terms_id, "people": ids},
        )
    return time.perf_counter() - start

"""What a merchant sets for points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.points import queries
from yutang.areas.points.errors import BadTerms, NoPurchaseAmount
from yutang.areas.points.models import Kind, Rule, Terms
from yutang.core import audit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yutang.core.access import Actor

MOST = 10**9
BOUNDS = {
    "expiry_days": (1, 3650), "expiry_years": (0, 10), "person_day_cap": (1, MOST), "rate": (1, 1_000_000),
    "ceiling_percent": (1, 100), "least_points": (1, MOST), "approve_from": (1, MOST),
}  # fmt: skip


@transaction.atomic
def save_terms(*, values: Mapping[str, object], actor: Actor) -> Terms:
    """`values` by the names of the columns; those not named stay. What was given keeps its expiry. BadTerms."""
    queries.require_everywhere(actor, queries.EDIT)
    row = queries.terms()
    for name, value in values.items():
        if name in BOUNDS and value is not None:
            least, most = BOUNDS[name]
            if not isinstance(value, int) or not least <= value <= most:
                raise BadTerms(field=name, least=least, most=most)
        setattr(row, name, value)
    if row.expiry not in Terms.Expiry.values:
        raise BadTerms(field="expiry", least=0, most=0)
    row.merchant_id = actor.merchant_id
    row.save()
    audit.record("points.terms", actor=actor, object_type="points_terms", object_id=row.pk, detail=dict(values))
    return row


@transaction.atomic
def save_rule(
    *, kind: str, is_active: bool, points: int, per_amount: int | None = None, person_day_cap: int | None = None,
    day_cap: int | None = None, actor: Actor,
) -> Rule:  # fmt: skip
    """From now on; what was given stays. NoPurchaseAmount, BadTerms."""
    queries.require_everywhere(actor, queries.EDIT)
    for field, value, least in (
        ("points", points, 0), ("person_day_cap", person_day_cap, 1), ("day_cap", day_cap, 1),
        ("per_amount", per_amount, 1),
    ):  # fmt: skip
        if value is not None and not least <= value <= MOST:
            raise BadTerms(field=field, least=least, most=MOST)
    if kind == Kind.PURCHASE and not per_amount:
        raise NoPurchaseAmount(field="per_amount")
    values = {
        "is_active": is_active, "points": points, "per_amount": per_amount if kind == Kind.PURCHASE else None,
        "person_day_cap": person_day_cap, "day_cap": day_cap,
    }  # fmt: skip
    row, _ = Rule.objects.update_or_create(merchant_id=actor.merchant_id, kind=Kind(kind).value, defaults=values)
    audit.record(
        "points.rule", actor=actor, object_type="points_rule", object_id=row.pk, detail={"kind": kind, **values}
    )
    return row

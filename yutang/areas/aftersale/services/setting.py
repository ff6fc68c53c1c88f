"""The merchant's terms, within what rules.py allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.aftersale import queries
from yutang.areas.aftersale.errors import OutOfBounds
from yutang.areas.aftersale.models import Promise, Terms
from yutang.areas.aftersale.rules import BOUNDS, NO_REASON
from yutang.core import audit

if TYPE_CHECKING:
    from yutang.core.access import Actor

ADDRESS = {"return_name": 60, "return_phone": 30, "return_address": 200}


@transaction.atomic
def save_terms(
    *, terms: Mapping[str, int], promises: Mapping[str, int], address: Mapping[str, str], actor: Actor
) -> Terms:  # fmt: skip
    """Deadlines by name, days without a reason by kind of product, and where goods go back to; for the whole merchant.
    Open cases keep the deadlines they have. OutOfBounds names the field."""
    queries.require_everywhere(actor)
    row = queries.terms()
    for name, bound in BOUNDS.items():
        value = terms[name]
        if not bound.least <= value <= bound.most:
            raise OutOfBounds(field=name, least=bound.least, most=bound.most)
        setattr(row, name, value)
    for name, longest in ADDRESS.items():
        setattr(row, name, address.get(name, "").strip()[:longest])
    row.merchant_id = actor.merchant_id
    row.save()
    for kind, bound in NO_REASON.items():
        days = promises[kind]
        if not bound.least <= days <= bound.most:
            raise OutOfBounds(field=kind, least=bound.least, most=bound.most)
        Promise.objects.update_or_create(
            merchant_id=actor.merchant_id, kind=kind, defaults={"no_reason_days": days}
        )  # fmt: skip
    detail = {**{name: terms[name] for name in BOUNDS}, **{f"no_reason_{kind}": promises[kind] for kind in NO_REASON}}
    audit.record("aftersale.terms", actor=actor, object_type="aftersale_terms", object_id=row.pk, detail=detail)
    return row

"""Freight templates with their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.catalog import queries
from yutang.areas.catalog.errors import BadFreight, FreightInUse, NameTaken
from yutang.areas.catalog.models import FreightRule, FreightTemplate, Product
from yutang.core import audit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.catalog.rules import FreightRow
    from yutang.core.access import Actor


@transaction.atomic
def save_freight_template(
    *, name: str, basis: str, rows: Sequence[FreightRow], is_default: bool = False,
    template: FreightTemplate | None = None, actor: Actor,
) -> FreightTemplate:  # fmt: skip
    """Makes a template or replaces what `template` says; a new default takes the place of the old one.

    BadFreight, NameTaken."""
    queries.require_everywhere(actor)
    _check(rows)
    namesake = FreightTemplate.objects.filter(name=name).first()
    if namesake is not None and namesake != template:
        raise NameTaken(field="name", name=name)
    if is_default:
        FreightTemplate.objects.filter(is_default=True).update(is_default=False)
    template = template or FreightTemplate(merchant_id=actor.merchant_id)
    template.name, template.basis, template.is_default = name, basis, is_default
    template.save()
    FreightRule.objects.filter(template=template).delete()
    FreightRule.objects.bulk_create(
        FreightRule(
            merchant_id=actor.merchant_id, template=template, position=position, provinces=list(row.provinces),
            is_served=row.is_served, first=row.first, first_fee=row.first_fee, further=row.further,
            further_fee=row.further_fee, free_from=row.free_from,
        )
        for position, row in enumerate(rows)
    )  # fmt: skip
    audit.record("catalog.freight", actor=actor, object_type="freight_template", object_id=template.pk)
    return template


@transaction.atomic
def delete_freight_template(*, template_id: int, actor: Actor) -> None:
    """FreightInUse while products name it."""
    queries.require_everywhere(actor)
    template = queries.freight_template(template_id)
    if Product.objects.filter(freight_template=template).exists():
        raise FreightInUse
    audit.record("catalog.delete_freight", actor=actor, object_type="freight_template", object_id=template.pk)
    template.delete()


def _check(rows: Sequence[FreightRow]) -> None:
    named = [province for row in rows for province in (row.provinces or ("",))]
    amounts_fit = all(
        row.first > 0 and row.further > 0 and min(row.first_fee, row.further_fee, row.free_from or 0) >= 0
        for row in rows
    )
    if not rows or not amounts_fit or len(set(named)) < len(named):
        raise BadFreight(field="rows")

"""Freight templates with their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yutang.areas.catalog.models import FreightRule, FreightTemplate
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
    """Makes a template or replaces what `template` says; a new default takes the place of the old one."""
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

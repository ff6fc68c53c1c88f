"""A new tenant."""

from __future__ import annotations

import re
import zoneinfo

from babel.numbers import is_currency
from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.merchants import permissions
from yutang.areas.merchants.errors import BadSetting, SlugTaken
from yutang.areas.merchants.models import Merchant, OrgNode, Role
from yutang.areas.merchants.services.staff import add_member, grant_role
from yutang.core import access, audit, tenancy


@transaction.atomic
def create_merchant(
    *,
    slug: str,
    name: str,
    currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    phone_region: str = "CN",
    owner_email: str,
    owner_password: str,
    owner_name: str = "",
) -> Merchant:
    """A new tenant with its HQ, the preset roles and an owner."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", slug):
        raise BadSetting(field="merchant", field_label="merchant", value=slug)
    if not is_currency(currency):
        raise BadSetting(field="currency", field_label=gettext("Currency"), value=currency)
    if timezone not in zoneinfo.available_timezones():
        raise BadSetting(field="timezone", field_label=gettext("Time zone"), value=timezone)
    if Merchant.objects.filter(slug=slug).exists():
        raise SlugTaken(field="merchant", slug=slug)
    merchant = Merchant.objects.create(
        slug=slug, name=name or slug, currency=currency, timezone=timezone, phone_region=phone_region
    )
    with tenancy.scope(merchant.pk):
        hq = OrgNode.objects.create(merchant=merchant, kind=OrgNode.Kind.HQ, code="HQ", name=merchant.name)
        Role.objects.bulk_create(
            Role(merchant=merchant, key=key, permissions=granted, is_preset=True)
            for key, (_, granted) in permissions.PRESETS.items()
        )
        actor = access.system(merchant.pk)
        owner = add_member(
            email=owner_email, name=owner_name or owner_email.split("@")[0], password=owner_password, actor=actor
        )
        grant_role(member=owner, role_key="owner", node=hq, actor=actor)
        audit.record("merchants.create", actor=actor, object_type="merchant", object_id=merchant.pk)
    return merchant

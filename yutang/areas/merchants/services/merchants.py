"""A new tenant, and what it decides for itself."""

from __future__ import annotations

import re
import zoneinfo

from babel.numbers import is_currency
from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.merchants import permissions
from yutang.areas.merchants.errors import BadSetting, BeyondOwnRights, SlugTaken
from yutang.areas.merchants.events import TimezoneChanged
from yutang.areas.merchants.models import Merchant, OrgNode, Role
from yutang.areas.merchants.services.staff import add_member, grant_role
from yutang.core import access, audit, events, tenancy
from yutang.core.access import Actor


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


@transaction.atomic
def change(*, name: str, timezone: str, second_factor: str, actor: Actor) -> None:
    """What the merchant may decide about itself. The currency stays: amounts are stored in it."""
    if actor.nodes("settings.edit") is not None:
        raise BeyondOwnRights
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise BadSetting(field="name", field_label=gettext("Name"), value=name or "“”")
    if timezone not in zoneinfo.available_timezones():
        raise BadSetting(field="timezone", field_label=gettext("Time zone"), value=timezone)
    if second_factor not in Merchant.SecondFactor.values:
        raise BadSetting(field="second_factor", field_label=gettext("Second factor"), value=second_factor)
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=actor.merchant_id)
    wanted = {"name": name, "timezone": timezone, "second_factor": second_factor}
    changes = {key: [getattr(merchant, key), value] for key, value in wanted.items() if getattr(merchant, key) != value}
    if not changes:
        return
    for key, value in wanted.items():
        setattr(merchant, key, value)
    merchant.save(update_fields=list(wanted))
    audit.record(
        "merchants.change", actor=actor, object_type="merchant", object_id=merchant.pk, detail={"changes": changes}
    )
    if "timezone" in changes:
        events.publish(TimezoneChanged(merchant_id=merchant.pk))

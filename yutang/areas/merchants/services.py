"""Writes about merchants, their tree and their staff."""

from __future__ import annotations

import re
import zoneinfo

from babel.numbers import is_currency
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.merchants import permissions
from yutang.areas.merchants.errors import BadSetting, SlugTaken
from yutang.areas.merchants.models import Grant, Member, Merchant, OrgNode, Role, User
from yutang.core import access, audit, tenancy
from yutang.core.access import Actor
from yutang.core.errors import Invalid


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
def add_member(*, email: str, name: str, password: str | None, actor: Actor) -> Member:
    """A person who works for the merchant; an account with that e-mail is reused, its password stays."""
    actor.require("staff.edit")
    email = email.strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise BadSetting(field="email", field_label=gettext("E-mail"), value=email)
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User(email=email, name=name)
        if password is not None:
            try:
                validate_password(password, user)
            except ValidationError as error:
                raise Invalid(
                    field="password", field_label=gettext("Password"), reason=" ".join(error.messages)
                ) from error
        user.set_password(password)
        user.save()
    member, made = Member.objects.get_or_create(merchant_id=actor.merchant_id, user=user)
    if made:
        audit.record("staff.add", actor=actor, object_type="member", object_id=member.pk)
    return member


@transaction.atomic
def grant_role(*, member: Member, role_key: str, node: OrgNode, actor: Actor) -> Grant:
    actor.require("staff.edit")
    role = Role.objects.get(key=role_key)
    grant, made = Grant.objects.get_or_create(merchant_id=actor.merchant_id, member=member, role=role, node=node)
    if made:
        audit.record(
            "staff.grant", actor=actor, object_type="member", object_id=member.pk,
            detail={"role": role_key, "node": node.code},
        )  # fmt: skip
    return grant


@transaction.atomic
def add_node(
    *,
    parent: OrgNode,
    kind: str,
    code: str,
    name: str,
    ownership: str = OrgNode.Ownership.DIRECT,
    province: str = "",
    city: str = "",
    actor: Actor,
) -> OrgNode:
    """A region or store below `parent`."""
    actor.require("settings.edit")
    node, _ = OrgNode.objects.update_or_create(
        merchant_id=actor.merchant_id,
        code=code,
        defaults={
            "parent": parent, "kind": kind, "name": name, "ownership": ownership, "province": province, "city": city,
        },
    )  # fmt: skip
    return node

"""Who works for the merchant and what they may do."""

from __future__ import annotations

import re

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.merchants.errors import BadSetting
from yutang.areas.merchants.models import Grant, Member, OrgNode, Role, User
from yutang.core import audit
from yutang.core.access import Actor
from yutang.core.errors import Invalid


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

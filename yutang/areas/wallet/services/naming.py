"""Who somebody is by law."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.wallet import rules
from yutang.areas.wallet.errors import NotAnIdNumber
from yutang.areas.wallet.models import RealName
from yutang.core import audit, crypto
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from yutang.core.access import Actor

LONGEST = 60


@transaction.atomic
def record(*, customer_id: int, name: str, id_no: str, actor: Actor) -> RealName:
    """Encrypted; nobody reads it on a screen. Whether it is true, the merchant answers for. NotAnIdNumber."""
    name, id_no = name.strip(), id_no.strip().upper()
    if not 2 <= len(name) <= LONGEST:
        raise Invalid(field="name", field_label=gettext("Real name"), reason=gettext("Give the whole name."))
    if not rules.is_id_number(id_no):
        raise NotAnIdNumber(field="id_no")
    text = json.dumps({"name": name, "id_no": id_no}, ensure_ascii=False)
    made = RealName.objects.create(
        merchant_id=actor.merchant_id, customer_id=customer_id, home_customer_id=customer_id,
        sealed=crypto.encrypt(text, actor.merchant_id), by=actor.name[:120],
    )  # fmt: skip
    audit.record("wallet.real_name", actor=actor, object_type="customer", object_id=customer_id)
    return made

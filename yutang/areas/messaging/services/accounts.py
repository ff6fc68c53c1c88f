"""The merchant's account with the service that sends its text messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.messaging import providers, queries
from yutang.areas.messaging.models import CODES_PER_DAY, SmsAccount
from yutang.core import audit, clock
from yutang.core import credentials as entries
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from yutang.core.access import Actor

MOST_PER_DAY = 1_000_000


@transaction.atomic
def save_account(
    *, provider: str, credentials: Mapping[str, str], codes_per_day: int = CODES_PER_DAY, is_active: bool = True,
    actor: Actor,
) -> SmsAccount:  # fmt: skip
    """Connects the merchant with a provider, or changes that. A secret left empty stays as it was.
    UnknownProvider, Invalid."""
    queries.require_everything(actor)
    chosen = providers.remote(provider)
    account = SmsAccount.objects.select_for_update().filter(provider=provider).first()
    before = entries.opened(account.sealed, actor.merchant_id) if account else {}
    values = entries.entered(chosen.fields, credentials, before)
    try:
        account_no = chosen.account_no(values)
    except ValueError as error:
        raise Invalid(field="credentials", field_label=gettext("Account"), reason=str(error)) from error
    if not 0 < codes_per_day <= MOST_PER_DAY:
        reason = gettext("From 1 to %(most)s.") % {"most": MOST_PER_DAY}
        raise Invalid(field="codes_per_day", field_label=gettext("Codes a day at most"), reason=reason)
    now = clock.now()
    changed = {
        "provider": provider, "account_no": account_no, "is_active": is_active, "codes_per_day": codes_per_day,
        "sealed": entries.sealed(values, actor.merchant_id), "updated_at": now,
    }  # fmt: skip
    saved, _ = SmsAccount.objects.update_or_create(
        merchant_id=actor.merchant_id, defaults=changed,
        create_defaults={**changed, "created_by": actor.name, "created_at": now},
    )  # fmt: skip
    audit.record(
        "messaging.save_account", actor=actor, object_type="sms_account", object_id=saved.pk,
        detail={
            "provider": provider, "account_no": account_no, "is_active": is_active, "codes_per_day": codes_per_day,
        },
    )  # fmt: skip
    return saved

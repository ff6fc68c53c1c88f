"""The merchant's accounts with providers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.payments import providers, queries
from yutang.areas.payments.models import ProviderAccount
from yutang.core import audit, clock
from yutang.core import credentials as entries
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from yutang.core.access import Actor


@transaction.atomic
def save_account(
    *, provider: str, methods: Sequence[str], credentials: Mapping[str, str], is_active: bool = True, actor: Actor
) -> ProviderAccount:
    """Connects the merchant with a provider, or changes that. A secret left empty stays as it was.
    UnknownProvider, Invalid."""
    queries.require_everything(actor)
    chosen = providers.remote(provider)
    account = ProviderAccount.objects.select_for_update().filter(provider=provider).first()
    before = entries.opened(account.sealed, actor.merchant_id) if account else {}
    if set(methods) - set(chosen.methods) or not methods:
        raise Invalid(
            field="methods", field_label=gettext("Ways to pay"), reason=gettext("Choose at least one of the list.")
        )
    values = entries.entered(chosen.fields, credentials, before)
    try:
        account_no = chosen.account_no(values)
    except ValueError as error:
        raise Invalid(field="credentials", field_label=gettext("Account"), reason=str(error)) from error
    now = clock.now()
    ordered = [method for method in chosen.methods if method in methods]
    changed = {
        "account_no": account_no, "methods": ordered, "is_active": is_active, "updated_at": now,
        "sealed": entries.sealed(values, actor.merchant_id),
    }  # fmt: skip
    saved, _ = ProviderAccount.objects.update_or_create(
        merchant_id=actor.merchant_id, provider=provider, defaults=changed,
        create_defaults={**changed, "created_by": actor.name, "created_at": now},
    )  # fmt: skip
    audit.record(
        "payments.save_account", actor=actor, object_type="provider_account", object_id=saved.pk,
        detail={"provider": provider, "account_no": account_no, "methods": ordered, "is_active": is_active},
    )  # fmt: skip
    return saved

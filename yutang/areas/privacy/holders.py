"""What the areas below, which cannot register, and this area itself know of people."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from yutang.areas.customers import queries as customers
from yutang.areas.customers.erasing import Person
from yutang.areas.messaging import queries as messaging
from yutang.areas.messaging import queries_notices as notices
from yutang.areas.messaging import services as messages
from yutang.areas.privacy import copying, registry
from yutang.areas.privacy.models import Consent, Hold, Request
from yutang.areas.privacy.search import Needle
from yutang.core import tenancy
from yutang.core.access import Actor


def register() -> None:
    registry.register(
        registry.Holder(
            area="customers",
            tables=(
                "customers_customer",
                "customers_identity",
                "customers_note",
                "customers_merge",
                "customers_address",
            ),
            copy=copy_profile,  # erased first of all, by customers.services.erase
        )
    )
    registry.register(
        registry.Holder(
            area="messaging",
            tables=("messaging_onetimecode", "messaging_notice"),
            copy=copy_messages,
            erase=forget_messages,
        )
    )
    registry.register(
        registry.Holder(
            area="privacy",
            tables=("privacy_consent", "privacy_request", "privacy_hold"),
            copy=copy_consents,
            erase=forget_words,
            erase_files=delete_copies,
            obstacles=holds,
        )
    )


def copy_profile(person: Person) -> registry.Section:
    return {
        gettext_noop("Profile"): customers.profile_rows(person),
        gettext_noop("Accounts"): customers.account_rows(person),
        gettext_noop("Notes"): customers.note_rows(person),
        gettext_noop("Address book"): customers.address_rows(person),
    }


def copy_messages(person: Person) -> registry.Section:
    return {
        gettext_noop("Text messages"): messaging.codes_to(person.keys),
        gettext_noop("Notices"): notices.rows_of(person.customer_id),
    }


def forget_messages(person: Person, actor: Actor) -> None:
    del actor
    messages.forget_phones(person.keys)
    messages.forget_people(person.homes)


def copy_consents(person: Person) -> registry.Section:
    rows: list[dict[str, Any]] = [
        {
            "at": consent.at,
            "purpose": consent.get_purpose_display(),
            "channel": consent.get_channel_display(),
            "agreed": consent.is_given,
            "text_version": consent.text.version if consent.text else None,
            "evidence": consent.evidence,
        }
        for consent in Consent.objects.filter(customer=person.customer_id).select_related("text").order_by("at", "id")
    ]
    return {gettext_noop("Consent"): rows}


def forget_words(person: Person, actor: Actor) -> None:
    """That somebody agreed or refused, when, and to which text must be provable; what was written beside it goes."""
    del actor
    Consent.objects.filter(home_customer__in=person.homes).update(evidence="")
    Request.objects.filter(home_customer__in=person.homes).update(reason="", file="")
    Hold.objects.filter(home_customer__in=person.homes).update(reason="")


def delete_copies(person: Person, wanted: list[Needle]) -> int:
    """Copies made for the person hold everything; copies of others hold nothing of them."""
    del wanted
    with tenancy.scope(person.merchant_id):
        made = Request.objects.filter(home_customer__in=person.homes, kind=Request.Kind.EXPORT)
        paths = [copying.place(person.merchant_id, pk) for pk in made.values_list("pk", flat=True)]
    there = [path for path in paths if path.exists()]
    for path in there:
        path.unlink()
    return len(there)


def holds(person: Person) -> list[str]:
    found = Hold.objects.filter(customer=person.customer_id, released_at__isnull=True).order_by("pk")
    return [
        gettext("Legal hold since %(on)s: %(reason)s")
        % {"on": timezone.localtime(hold.placed_at).date().isoformat(), "reason": hold.reason}
        for hold in found
    ]

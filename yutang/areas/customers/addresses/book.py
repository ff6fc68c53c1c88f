"""The address book of a person. Everything here is done by the person, through the account they are logged in with;
an address of somebody else does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext

from yutang.areas.customers.addresses.recipient import LABELS, Recipient, checked
from yutang.areas.customers.errors import AddressBookFull, BadAddress
from yutang.areas.customers.merging import refuse_erased
from yutang.areas.customers.models import Address, Customer, Identity
from yutang.areas.merchants import queries as merchants
from yutang.core import clock
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from yutang.core.access import Actor

MOST = 50


@dataclass(frozen=True)
class AddressEntry:
    """An address in full, for the person themselves."""

    id: int
    recipient: Recipient
    is_default: bool
    used_at: datetime


def entries(customer_id: int) -> list[AddressEntry]:
    """Of a person of today, those used last first; one statement."""
    rows = list(Address.objects.filter(customer=customer_id).order_by("-used_at", "-pk"))
    chosen = max(((row.chosen_at, row.pk) for row in rows if row.chosen_at is not None), default=(None, None))[1]
    return [
        AddressEntry(row.pk, Recipient.opened(row.recipient, row.merchant_id), row.pk == chosen, row.used_at)
        for row in rows
    ]


@transaction.atomic
def save_address(
    *, identity: Identity, recipient: Recipient, address_id: int | None = None, is_default: bool = False, actor: Actor
) -> Address:
    """A new address, or another text for one of theirs. The first is the default. BadAddress, AddressBookFull."""
    region = merchants.current_merchant(actor.merchant_id).phone_region
    good, errors = checked(recipient, phone_region=region)
    if errors:
        field, reason = next(iter(errors.items()))
        raise BadAddress(field=field, field_label=gettext(LABELS[field]), reason=reason, errors=errors)
    person = _locked(identity)
    theirs = Address.objects.filter(customer=person)
    if address_id is not None:
        address = theirs.filter(pk=address_id).first()
        if address is None:
            raise NotFound
    else:
        count = theirs.count()
        if count >= MOST:
            raise AddressBookFull(most=MOST)
        is_default = is_default or count == 0
        address = Address(merchant_id=actor.merchant_id, identity=identity, customer=person)
    address.recipient = good.sealed(actor.merchant_id)
    address.province, address.city, address.used_at = good.province, good.city, clock.now()
    if is_default:
        address.chosen_at = clock.now()
    address.save()
    return address


@transaction.atomic
def delete_address(*, identity: Identity, address_id: int, actor: Actor) -> None:
    """If it was the default, the one that was chosen before is again."""
    del actor
    if not Address.objects.filter(pk=address_id, customer=_locked(identity)).delete()[0]:
        raise NotFound


@transaction.atomic
def make_default(*, identity: Identity, address_id: int, actor: Actor) -> None:
    del actor
    if not Address.objects.filter(pk=address_id, customer=_locked(identity)).update(chosen_at=clock.now()):
        raise NotFound


@transaction.atomic
def use_address(*, identity: Identity, address_id: int, actor: Actor) -> Recipient:
    """What an order is sent to; it comes first in the book from now on."""
    address = Address.objects.filter(pk=address_id, customer=_locked(identity)).first()
    if address is None:
        raise NotFound
    address.used_at = clock.now()
    address.save(update_fields=["used_at"])
    return Recipient.opened(address.recipient, actor.merchant_id)


def _locked(identity: Identity) -> Customer:
    """Whose account it is, until the transaction ends: whoever merges or erases the person, or writes into the same
    book, waits."""
    owner = _owner(identity)
    while True:
        person = Customer.objects.select_for_update(no_key=True).get(pk=owner)
        if (now := _owner(identity)) == owner:
            refuse_erased(person)
            return person
        owner = now  # merged or split while we waited


def _owner(identity: Identity) -> int:
    """Locks as the foreign key will: an erasure, which gives the account another key first and overwrites the person
    next, cannot come in between and wait for us while we wait for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM customers_identity WHERE id = %s FOR KEY SHARE", [identity.pk])
        return int(cursor.fetchone()[0])

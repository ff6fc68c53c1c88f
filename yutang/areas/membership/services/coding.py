"""Activation codes in batches: made when they are exported, once; each opens one card."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.customers import merging
from yutang.areas.membership import queries, queries_cards
from yutang.areas.membership.errors import AlreadyExported, CodeOver, CodeUsed, TooManyTries, UnknownCode
from yutang.areas.membership.models import Card, CardCode, CodeBatch
from yutang.areas.membership.services import carding
from yutang.areas.merchants import queries as merchants
from yutang.core import audit, clock, crypto, limits
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from datetime import date

    from yutang.core.access import Actor

MOST_CODES = 50_000
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that looks like another
LENGTH, GROUP = 16, 4  # 80 bits
_TRIES = limits.Pace(at_once=10, a_minute=2)


@transaction.atomic
def create_batch(
    *, plan_id: int, count: int, note: str = "", valid_until: date | None = None, actor: Actor
) -> CodeBatch:
    """Invalid, NotFound."""
    queries.require_everywhere(actor)
    if not 0 < count <= MOST_CODES:
        said = gettext("Write %(least)s to %(most)s.") % {"least": 1, "most": MOST_CODES}
        raise Invalid(field="count", field_label=gettext("Number of codes"), reason=said)
    batch = CodeBatch.objects.create(
        merchant_id=actor.merchant_id, plan=queries_cards.plan(plan_id), count=count, note=note.strip()[:120],
        valid_until=valid_until, created_by=actor.name[:200],
    )  # fmt: skip
    audit.record(
        "membership.create_codes", actor=actor, object_type="code_batch", object_id=batch.pk, detail={"count": count}
    )
    return batch


@transaction.atomic
def export(*, batch_id: int, actor: Actor) -> list[str]:
    """The codes, as people read them; nobody can ask for them again. AlreadyExported."""
    queries.require_everywhere(actor)
    batch = CodeBatch.objects.select_for_update().filter(pk=batch_id).first() or queries_cards.batch(batch_id)
    if batch.exported_at is not None:
        raise AlreadyExported
    codes = _new(batch.count)
    CardCode.objects.bulk_create(
        (CardCode(merchant_id=actor.merchant_id, batch=batch, digest=digest(code)) for code in codes), batch_size=5000
    )
    batch.exported_at, batch.exported_by = clock.now(), actor.name[:200]
    batch.save(update_fields=["exported_at", "exported_by"])
    audit.record(
        "membership.export_codes", actor=actor, object_type="code_batch", object_id=batch.pk,
        detail={"count": batch.count},
    )  # fmt: skip
    return codes


def may_try(*, visitor: str) -> None:
    """Takes one of a visitor's tries, in a transaction that stays whatever becomes of the code. TooManyTries."""
    if not limits.allows("membership.code", visitor, _TRIES):
        raise TooManyTries


@transaction.atomic
def activate(*, code: str, customer_id: int, actor: Actor) -> Card:
    """Opens the card of a code, once. By the same person again it is the same card. UnknownCode, CodeUsed, CodeOver."""
    # The code alone is locked: of a card that is only joined, whoever had to wait would see none.
    row = CardCode.objects.select_for_update().filter(digest=digest(code)).first()
    if row is None:
        raise UnknownCode(field="code")
    person = merging.held(customer_id)
    if row.card_id is not None:
        card = queries_cards.card(row.card_id)
        if card.customer_id == person:
            return card
        raise CodeUsed(field="code")
    merchant = merchants.current_merchant(actor.merchant_id)
    batch = queries_cards.batch(row.batch_id)
    until = batch.valid_until
    if until is not None and clock.now().astimezone(ZoneInfo(merchant.timezone)).date() > until:
        raise CodeOver(field="code", day=until.isoformat())
    card = Card(
        merchant_id=actor.merchant_id, customer_id=person, home_customer_id=customer_id, plan=batch.plan,
        source=Card.Source.CODE, key=f"code:{row.pk}", currency=merchant.currency, by=actor.name[:200],
    )  # fmt: skip
    carding.begin(card, actor, months=batch.plan.months)
    row.card, row.used_at = card, clock.now()
    row.save(update_fields=["card", "used_at"])
    return card


def digest(code: str) -> bytes:
    """However it was typed."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())[:64]
    return crypto.keyed_digest("membership.code", plain)


def _new(count: int) -> list[str]:
    found: set[str] = set()
    while len(found) < count:
        letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        found.add("-".join(letters[n : n + GROUP] for n in range(0, LENGTH, GROUP)))
    return list(found)

"""Gift cards: made, handed out once, activated by batch, redeemed once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.wallet import accounts, bounds, queries, rules
from yutang.areas.wallet.errors import AlreadyExported, CardInvalid, OutOfBounds, TooManyTries, WrongBatchState
from yutang.areas.wallet.models import CardBatch, GiftCard
from yutang.areas.wallet.services.recharging import refuse_too_much
from yutang.core import audit, clock, crypto, limits, money
from yutang.core.errors import Invalid, NotFound
from yutang.core.ledger import services as ledger
from yutang.core.ledger.lines import Draft, Line
from yutang.lake import writer

if TYPE_CHECKING:
    from yutang.core.access import Actor

EDIT = "wallet.edit"
State = GiftCard.State
_KIND = "wallet.gift_card"
_AT_ONCE = 500
_TRYING = limits.Pace(at_once=10, a_minute=2)


@transaction.atomic
def make_batch(
    *, name: str, count: int, face: int, is_sold: bool, gives: str, node_id: int, days: int, actor: Actor
) -> CardBatch:  # fmt: skip
    """`count` cards that are worth nothing until they are activated. OutOfBounds beyond the law's face and below its
    three years."""
    queries.require_everywhere(actor, EDIT)
    terms = queries.terms()
    currency = merchants.current_merchant(actor.merchant_id).currency
    if not 0 < face <= terms.bearer_ceiling:
        most = money.formatted(terms.bearer_ceiling, currency)
        raise OutOfBounds(field="face", least=money.formatted(1, currency), most=most)
    if not 0 < count <= bounds.MOST_CARDS:
        raise OutOfBounds(field="count", least=1, most=bounds.MOST_CARDS)
    if not terms.bearer_days <= days <= bounds.BEARER_DAYS.most:
        raise OutOfBounds(field="days", least=terms.bearer_days, most=bounds.BEARER_DAYS.most)
    if not name.strip():
        raise Invalid(field="name", field_label=gettext("Name"), reason=gettext("Give it a name."))
    if gives not in CardBatch.Gives.values or (not is_sold and gives != CardBatch.Gives.GIFT):
        raise Invalid(
            field="gives", field_label=gettext("Becomes"),
            reason=gettext("A card that nobody paid for can only become gift balance."),
        )  # fmt: skip
    store = merchants.node(node_id, actor=actor, permission=EDIT)
    batch = CardBatch.objects.create(
        merchant_id=actor.merchant_id, name=name.strip()[:60], node=store, face=face, currency=currency, count=count,
        is_sold=is_sold, gives=gives, days=days, by=actor.name[:120],
    )  # fmt: skip
    codes = [rules.new_card_code() for _ in range(count)]
    indexes = crypto.blind_indexes(_KIND, codes, actor.merchant_id)
    GiftCard.objects.bulk_create(
        (
            GiftCard(
                merchant_id=actor.merchant_id, batch=batch, serial=f"{batch.pk:06d}-{number:05d}", code=index,
                sealed=crypto.encrypt(code, actor.merchant_id),
            )
            for number, (code, index) in enumerate(zip(codes, indexes, strict=True), start=1)
        ),
        batch_size=1_000,
    )  # fmt: skip
    audit.record(
        "wallet.make_cards", actor=actor, object_type="gift_card_batch", object_id=batch.pk,
        detail={"count": count, "face": face, "is_sold": is_sold},
    )  # fmt: skip
    return batch


@transaction.atomic
def hand_out(*, batch_id: int, actor: Actor) -> list[tuple[str, str]]:
    """(serial, code) of every card, for a printer or for the person who gets it: once, and written down who did it.
    AlreadyExported."""
    queries.require_everywhere(actor, EDIT)
    batch = _locked(batch_id)
    if batch.exported_at is not None:
        raise AlreadyExported
    cards = GiftCard.objects.filter(batch=batch).order_by("pk").values_list("serial", "sealed")
    found = [
        (serial, rules.written(crypto.decrypt(sealed, actor.merchant_id)) if sealed else "") for serial, sealed in cards
    ]
    GiftCard.objects.filter(batch=batch).update(sealed=None)
    CardBatch.objects.filter(pk=batch.pk).update(exported_at=clock.now())
    audit.record(
        "wallet.export_cards", actor=actor, object_type="gift_card_batch", object_id=batch.pk,
        detail={"count": len(found)},
    )  # fmt: skip
    return found


@transaction.atomic
def activate(*, batch_id: int, actor: Actor) -> CardBatch:
    """The cards are worth their face from now on: for sold ones the store holds the money, others are gifts. Again:
    nothing."""
    queries.require_everywhere(actor, EDIT)
    batch = _locked(batch_id)
    if batch.activated_at is not None:
        return batch
    now = clock.now()
    batch.activated_at, batch.expires_at = now, now + timedelta(days=batch.days)
    cards = list(GiftCard.objects.filter(batch=batch, state=State.MADE).order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(cards), _AT_ONCE):
        drafts = [
            Draft(
                f"gift_card:{pk}:activate", "wallet.card",
                accounts.given(
                    accounts.CARD, accounts.card(pk), batch.face, batch.currency, node_id=batch.node_id,
                    is_paid=batch.is_sold, expires_at=batch.expires_at,
                ),
                ("gift_card", pk), "", now,
            )
            for pk in cards[at : at + _AT_ONCE]
        ]  # fmt: skip
        ledger.post_many(drafts=drafts, actor=actor)
    GiftCard.objects.filter(batch=batch, state=State.MADE).update(state=State.ACTIVE)
    batch.save(update_fields=["activated_at", "expires_at"])
    audit.record(
        "wallet.activate_cards", actor=actor, object_type="gift_card_batch", object_id=batch.pk,
        detail={"count": len(cards), "amount": len(cards) * batch.face},
    )  # fmt: skip
    return batch


def may_try(*, who: str) -> bool:
    """Counts a try; to be asked in a transaction of its own that stays, whatever becomes of it."""
    return limits.allows("wallet.redeem", who, _TRYING)


def refuse_eager(*, who: list[str]) -> None:
    """TooManyTries. Several buckets in one order."""
    tries = [may_try(who=one) for one in who]
    if not all(tries):
        raise TooManyTries


@transaction.atomic
def redeem(*, code: str, customer_id: int, actor: Actor) -> GiftCard:
    """The card's face becomes balance of the person. The same person again: the same card, nothing more. CardInvalid,
    BalanceTooHigh."""
    plain = rules.card_code(code)
    index = crypto.blind_index(_KIND, plain, actor.merchant_id)
    card = GiftCard.objects.select_for_update(of=("self",)).select_related("batch").filter(code=index).first()
    if not plain or card is None:
        raise CardInvalid(field="code")
    if card.state == State.REDEEMED and card.customer_id == customer_id:
        return card
    batch, now = card.batch, clock.now()
    if card.state != State.ACTIVE or batch.expires_at is None or batch.expires_at <= now:
        raise CardInvalid(field="code")
    accounts.lock(customer_id)
    refuse_too_much(customer_id, batch.face, batch.currency)
    kind = accounts.PRINCIPAL if batch.gives == CardBatch.Gives.PRINCIPAL else accounts.GIFT
    lines = (
        Line(accounts.CARD, accounts.card(card.pk), -batch.face, batch.currency),
        Line(kind, accounts.customer(customer_id), batch.face, batch.currency, origin=accounts.origin(batch.node_id)),
    )  # fmt: skip
    ledger.post(
        key=f"gift_card:{card.pk}:redeem", kind="wallet.redeem", lines=lines, source=("gift_card", card.pk), at=now,
        reason=f"Gift card {card.serial}", actor=actor,
    )  # fmt: skip
    card.state, card.redeemed_at, card.sealed = State.REDEEMED, now, None
    card.customer_id = card.home_customer_id = customer_id
    card.save(update_fields=["state", "redeemed_at", "sealed", "customer_id", "home_customer_id"])
    writer.mark_people_changed(actor.merchant_id)
    return card


@transaction.atomic
def void(*, card_id: int, actor: Actor) -> GiftCard:
    """A lost or wrong card is worth nothing any more; what lay on it goes back where it came from. WrongBatchState
    when it was redeemed."""
    queries.require_everywhere(actor, EDIT)
    card = GiftCard.objects.select_for_update(of=("self",)).select_related("batch").filter(pk=card_id).first()
    if card is None:
        raise NotFound
    if card.state == State.VOID:
        return card
    batch, now = card.batch, clock.now()
    if card.state == State.REDEEMED or (batch.expires_at is not None and batch.expires_at <= now):
        raise WrongBatchState
    if card.state == State.ACTIVE:
        lines = accounts.taken(
            accounts.CARD, accounts.card(card.pk), batch.face, batch.currency, node_id=batch.node_id,
            is_paid=batch.is_sold,
        )  # fmt: skip
        ledger.post(
            key=f"gift_card:{card.pk}:void", kind="wallet.card_void", lines=lines, source=("gift_card", card.pk),
            at=now, actor=actor,
        )  # fmt: skip
    card.state, card.sealed = State.VOID, None
    card.save(update_fields=["state", "sealed"])
    audit.record("wallet.void_card", actor=actor, object_type="gift_card", object_id=card.pk, detail={})
    return card


def _locked(batch_id: int) -> CardBatch:
    batch = CardBatch.objects.select_for_update(no_key=True).filter(pk=batch_id).first()
    if batch is None:
        raise NotFound
    return batch

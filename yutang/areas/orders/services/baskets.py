"""What lies on the counter of a store: filled, priced, given to a person, parked and taken up again.

Every change names the basket by its key and locks its row: a page that shows one which is sold by now is told so."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from yutang.areas.orders.errors import BasketFull, BasketGone, BasketInHand, TooManyInCart
from yutang.areas.orders.models import TillBasket, TillRules
from yutang.areas.orders.models.cart import MOST_PIECES
from yutang.core import audit, clock
from yutang.core.errors import Invalid

if TYPE_CHECKING:
    from yutang.core.access import Actor

MOST_LINES = 100
PERMISSION = "pos.sell"


@transaction.atomic
def in_hand(*, node_id: int, actor: Actor) -> TillBasket:
    """This person's basket at the store; an empty one is made where there is none."""
    mine = TillBasket.objects.select_related("identity__customer").filter(
        node=node_id, user_id=actor.id or 0, parked_at=None
    )
    if (found := mine.first()) is not None:
        return found
    try:
        with transaction.atomic():
            return TillBasket.objects.create(
                merchant_id=actor.merchant_id, node_id=node_id, user_id=actor.id or 0, key=uuid.uuid4().hex
            )
    except IntegrityError:  # made in another tab
        return mine.get()


@transaction.atomic
def add(*, key: str, sku_id: int, pieces: int, actor: Actor) -> TillBasket:
    """Puts pieces in; what is there already gets more. BasketGone, BasketFull, TooManyInCart."""
    basket = locked(key, actor)
    return _keep(basket, {**basket.wanted, sku_id: basket.wanted.get(sku_id, 0) + pieces})


@transaction.atomic
def set_pieces(*, key: str, sku_id: int, pieces: int, actor: Actor) -> TillBasket:
    """Nothing or less takes the line out, with the price that was given for it."""
    basket = locked(key, actor)
    lines = {**basket.wanted, sku_id: pieces}
    if pieces <= 0:
        del lines[sku_id]
        basket.prices.pop(str(sku_id), None)
    return _keep(basket, lines)


@transaction.atomic
def change_price(
    *, key: str, sku_id: int | None, amount: int | None, reason: str, actor: Actor
) -> TillBasket:  # fmt: skip
    """What one piece of a line costs instead, or what goes off the whole basket (`sku_id` None); `amount` None takes
    the change back. Whether it is within the limit is said by the quote and decided when it is sold."""
    actor.require("pos.discount")
    basket = locked(key, actor)
    if amount is not None and amount < 0:
        raise Invalid(field="amount", field_label=gettext("Amount"), reason=gettext("This is not an amount."))
    if amount is not None and not reason.strip():
        raise Invalid(field="reason", field_label=gettext("Reason"), reason=gettext("Say why."))
    if sku_id is None:
        basket.off = amount or 0
    elif amount is None:
        basket.prices.pop(str(sku_id), None)
    elif sku_id in basket.wanted:
        basket.prices[str(sku_id)] = amount
    if amount is not None:
        basket.reason = reason.strip()[:80]
    return _keep(basket, basket.wanted)


@transaction.atomic
def set_buyer(*, key: str, identity_id: int | None, actor: Actor) -> TillBasket:
    """What was chosen for somebody else does not count for this person."""
    basket = locked(key, actor)
    if basket.identity_id != identity_id:
        basket.identity_id = identity_id
        forget_choices(basket)
    return _keep(basket, basket.wanted)


@transaction.atomic
def park(*, key: str, label: str = "", actor: Actor) -> None:
    """The counter is free for the next buyer; whoever sells at this store may take it up. An empty one stays."""
    basket = locked(key, actor)
    if basket.lines:
        basket.parked_at, basket.parked_by, basket.label = clock.now(), actor.name[:120], label.strip()[:40]
        basket.shown_at = None  # whoever showed a code has stepped aside
        basket.save(update_fields=["parked_at", "parked_by", "label", "shown_at"])


@transaction.atomic
def take_up(*, node_id: int, key: str, actor: Actor) -> TillBasket:
    """A parked basket of this store comes onto the counter. BasketGone, BasketInHand."""
    held = in_hand(node_id=node_id, actor=actor)
    if held.key == key:
        return held
    if held.lines:
        raise BasketInHand
    held.delete()
    parked = TillBasket.objects.select_for_update().filter(key=key, node=node_id, parked_at__isnull=False).first()
    if parked is None:
        raise BasketGone
    parked.parked_at, parked.user_id, parked.changed_at = None, actor.id or 0, clock.now()
    parked.save(update_fields=["parked_at", "user_id", "changed_at"])
    return parked


@transaction.atomic
def empty(*, key: str, actor: Actor) -> None:
    locked(key, actor).delete()


def locked(key: str, actor: Actor) -> TillBasket:
    """The basket this person has in hand, at a store where they may sell. BasketGone."""
    nodes = actor.nodes(PERMISSION)
    mine = TillBasket.objects.select_for_update(of=("self",)).select_related("identity__customer")
    found = mine.filter(key=key, user_id=actor.id or 0, parked_at=None).first()
    if found is None or (nodes is not None and found.node_id not in nodes):
        raise BasketGone
    return found


def forget_choices(basket: TillBasket) -> None:
    """As for a buyer who has just come."""
    basket.coupons, basket.uses_points, basket.shown_at = "auto", False, None


def rules() -> TillRules:
    """The merchant's, or the usual ones."""
    return TillRules.objects.first() or TillRules()


@transaction.atomic
def save_rules(*, largest_discount: int, tax_rate: int, actor: Actor) -> TillRules:
    """`largest_discount` in percent, `tax_rate` in hundredths of a percent."""
    saved, _ = TillRules.objects.update_or_create(
        merchant_id=actor.merchant_id, defaults={"largest_discount": largest_discount, "tax_rate": tax_rate}
    )
    audit.record(
        "orders.till_rules", actor=actor, object_type="till_rules", object_id=saved.pk,
        detail={"largest_discount": largest_discount, "tax_rate": tax_rate},
    )  # fmt: skip
    return saved


def _keep(basket: TillBasket, lines: dict[int, int]) -> TillBasket:
    if len(lines) > MOST_LINES:
        raise BasketFull(most=MOST_LINES)
    if any(pieces > MOST_PIECES for pieces in lines.values()):
        raise TooManyInCart(title=gettext("One line"), most=MOST_PIECES)
    basket.lines = [[sku_id, pieces] for sku_id, pieces in lines.items()]
    basket.changed_at = clock.now()
    basket.save()
    return basket

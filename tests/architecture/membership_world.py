"""Levels, growth, cards and codes of a merchant, for the tests of isolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories.membership import actor, bought_card, make_level, make_plan, night, set_scheme
from yutang.areas.membership import queries
from yutang.areas.membership.models import CardUse, MemberGift
from yutang.areas.membership.services import coding, growing

if TYPE_CHECKING:
    from yutang.areas.customers.models import Customer
    from yutang.areas.merchants.models import OrgNode


def furnish(mark: str, person: Customer, node: OrgNode) -> dict[str, object]:
    """A level that the person has, growth by hand, a card that was bought and used, a gift, a batch of codes with one
    that opened a card; ids for addresses."""
    del node
    key = f"l-{person.pk}"
    set_scheme()
    level = make_level(person.pk, key=key)
    growing.adjust(customer_id=person.pk, amount=person.pk + 10, reason=mark, key=mark, actor=actor())
    night()
    plan = make_plan(name=f"Card {mark}"[:40])
    card = bought_card(plan, person.pk, key=mark)
    gift = bought_card(plan, person.pk, key=f"{mark} gift", is_gift=True)
    CardUse.objects.create(
        merchant_id=card.merchant_id, card=card, period="2026-03", source_type="order", source_id=person.pk
    )
    MemberGift.objects.create(
        merchant_id=card.merchant_id, customer=person, home_customer=person, kind="monthly", period="2026-03"
    )
    batch = coding.create_batch(plan_id=plan.pk, count=2, note=mark, actor=actor())
    codes = coding.export(batch_id=batch.pk, actor=actor())
    coding.activate(code=codes[0], customer_id=person.pk, actor=actor())
    assert queries.member(person.pk) is not None
    return {
        "level_id": level.pk, "plan_id": plan.pk, "card_id": card.pk, "gift_code": gift.gift_code,
        "code_batch_id": batch.pk,
    }  # fmt: skip

"""Stored value of a person and a store, for the tests of isolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import shop, wallet
from yutang.areas.wallet import queries, services
from yutang.areas.wallet.models import GiftCard
from yutang.core.rewards import Reward

if TYPE_CHECKING:
    from yutang.areas.customers.models import Customer
    from yutang.areas.merchants.models import OrgNode


def furnish(mark: str, person: Customer, node: OrgNode) -> dict[str, object]:
    """A recharge that was partly spent and refunded, another that stays, gift cards, a code; ids for addresses."""
    identity = person.identities.first()
    assert identity is not None
    values = {name: getattr(queries.terms(), name) for name in services.setting.TermsValues.__dataclass_fields__}
    services.setting.save_terms(values=services.setting.TermsValues(**values), actor=shop.actor())
    plan = wallet.make_plan(10_000, 1_000, name=f"Plan {node.pk}", given=[Reward("gift_balance", 100)])
    recharge = wallet.recharged(identity, plan=plan, node_id=node.pk, key=f"{mark}-1")
    cake = shop.stocked(1, price=2_000, node_id=node.pk)
    wallet.spend(shop.place((cake, 1), identity=identity, key=f"{mark}-balance", node_id=node.pk))
    services.refunding.refund(
        recharge_id=recharge.pk, key=mark, confirmed=queries.trial(recharge), reason=mark, actor=shop.actor()
    )  # fmt: skip
    wallet.recharged(identity, amount=5_000, node_id=node.pk, key=f"{mark}-2")
    services.naming.record(
        customer_id=person.pk, name=f"Real {mark}", id_no="11010519491231002X", actor=shop.actor()
    )  # fmt: skip
    services.codes.make(identity=identity, actor=shop.actor())
    batch, codes = wallet.batch(2, 1_000, name=f"Cards {node.pk}", node_id=node.pk)
    services.cards.redeem(code=codes[0], customer_id=person.pk, actor=shop.actor())
    card = GiftCard.objects.get(batch=batch, state="active")
    return {
        "recharge_id": recharge.pk, "wallet_plan_id": plan.pk, "gift_batch_id": batch.pk, "gift_card_id": card.pk,
    }  # fmt: skip

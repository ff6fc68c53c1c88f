"""Who a member of the demo is, and play money for what they owe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.customers import services as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.payments import services as payments
from yutang.areas.payments.providers import sandbox

if TYPE_CHECKING:
    from yutang.areas.customers.models import Identity
    from yutang.core.access import Actor
    from yutang.simulators.brand.truth import Person


def known(person: Person, actor: Actor) -> Identity:
    """The person by their phone, which the files have told."""
    return customers.identify(
        kind="phone", value=person.phone, node_id=merchants.root_node().pk, source="shop", actor=actor
    )


def pay(payable: tuple[str, int], actor: Actor) -> None:
    """All that is due."""
    tender = payments.open_tender(payable=payable, provider="sandbox", actor=actor)
    payments.receive(provider="sandbox", told=sandbox.read(*sandbox.notice(tender)), actor=actor)

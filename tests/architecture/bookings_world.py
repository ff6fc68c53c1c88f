"""Something booked at a store, and a clearing statement of it, for the tests of isolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import bookings as made
from tests.factories import shop
from yutang.areas.bookings import services
from yutang.areas.bookings.models import Invitation
from yutang.core.ledger import auditing

if TYPE_CHECKING:
    from yutang.areas.customers.models import Customer
    from yutang.areas.merchants.models import OrgNode


def furnish(mark: str, person: Customer, node: OrgNode, *, is_open: bool = False) -> dict[str, object]:
    """An experience for members in a room of `node`, booked; the hub, closed unless told so; ids for addresses."""
    by = shop.actor()
    room = services.save_resource(node_id=node.pk, kind="room", name=f"Room {mark}", actor=by)
    stay = made.make_experience(node_id=node.pk, title=f"Stay {mark}", audience="vip", resource_id=room.pk)
    identity = person.identities.first()
    assert identity is not None
    booked = services.book(
        experience_id=stay.pk, starts_at=made.at(), identity=identity, key=f"{mark}-booked", is_desk=True, actor=by
    )
    services.save_hub(
        is_active=is_open, title="Hub", text="", segment_id=None, contact_name="", contact_phone="", contact_wechat="",
        actor=by,
    )  # fmt: skip
    services.save_terms(hold_minutes=15, offer_minutes=60, strikes=2, strike_days=90, block_days=30, actor=by)
    invited = services.invite(customer_id=person.pk, reason=mark, actor=by)
    assert Invitation.objects.filter(pk=invited.pk).exists()
    auditing.prove(actor=by)
    return {
        "experience_id": stay.pk, "session_id": booked.session_id, "booking_id": booked.pk, "resource_id": room.pk,
        "invitation_id": invited.pk,
    }  # fmt: skip

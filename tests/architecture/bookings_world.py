"""Something booked at a store, and a clearing statement of it, for the tests of isolation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.factories import bookings as made
from tests.factories import shop
from tests.factories.settlement import sell
from yutang.areas.bookings import services
from yutang.areas.bookings.models import Invitation
from yutang.areas.catalog import services as catalog
from yutang.areas.settlement import services as settlement
from yutang.areas.settlement.queries import Party
from yutang.core import clock
from yutang.core.ledger import auditing
from yutang.core.ledger.models import Entry

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
    settled = _settle(mark, node)
    return {
        "experience_id": stay.pk, "session_id": booked.session_id, "booking_id": booked.pk, "resource_id": room.pk,
        "invitation_id": invited.pk, **settled,
    }  # fmt: skip


def _settle(mark: str, node: OrgNode) -> dict[str, object]:
    """A closed day of the store with a payment, and a supplier."""
    by = shop.actor()
    settlement.save_terms(node_id=node.pk, share=9_000, serve_share=100, gift_share=0, actor=by)
    category = catalog.save_category(name=f"Supplied {mark}", actor=by)
    supplier = settlement.save_supplier(name=f"Supplier {mark}", category_id=category.pk, share=5_000, actor=by)
    sale = sell(node, 1_000, at=clock.now() - timedelta(days=2), no=f"{mark}-settled")
    day = sale.ordered_at.astimezone(ZoneInfo("Asia/Shanghai")).date()
    closed = settlement.close(party=Party("node", node.pk), since=day, until=day, actor=by)
    settlement.pay(statement_id=closed.pk, amount=1, key=f"{mark}-paid", note=mark, actor=by)
    booked = Entry.objects.get(source_type="settlement_statement", source_id=closed.pk, kind="settlement.close")
    return {"statement_id": closed.pk, "supplier_id": supplier.pk, "ledger_entry_id": booked.pk}

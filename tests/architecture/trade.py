"""A merchant's shop at work: orders with parcels, pickups, payments and refunds, for the tests of isolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.areas.payments import rig
from tests.factories import catalog, shop
from yutang.areas.aftersale import queries as cases_of
from yutang.areas.aftersale import services as aftersale
from yutang.areas.customers import services as customers
from yutang.areas.imports.models import ShipmentRun
from yutang.areas.inventory.models import StockItem
from yutang.areas.merchants.services import hours
from yutang.areas.orders import services as orders
from yutang.areas.orders.invoice_rules import Document, InvoiceDetails
from yutang.areas.orders.queries_cart import Holder
from yutang.areas.orders.services import Back, Recipient, baskets, carting
from yutang.areas.payments import services as payments
from yutang.areas.payments.models import BillDay, BillEntry, Difference, Tender
from yutang.core import access, clock, tenancy

if TYPE_CHECKING:
    from yutang.areas.catalog.models import Sku
    from yutang.areas.customers.models import Customer, Identity
    from yutang.areas.merchants.models import OrgNode
    from yutang.areas.orders.models import Order


def furnish(mark: str, person: Customer, node: OrgNode) -> dict[str, object]:
    """Orders of `node`: one sent and partly refunded, one picked up, one to pack; carts and an address; ids for
    addresses."""
    cake = shop.stocked(20, node_id=node.pk)
    identity = person.identities.first()
    assert identity is not None
    to = Recipient(f"Name {mark}", "+8613800138000", "浙江省", "杭州市", "西湖区", f"Street {mark}")
    sent = shop.paid((cake, 2), key=f"{mark}-1", identity=identity, recipient=to, note=mark, node_id=node.pk)
    parcel = orders.ship(order_id=sent.pk, carrier=mark, tracking_no=mark, key=f"{mark}-1", actor=shop.actor())
    orders.refund(order_id=sent.pk, back=[Back(0, 1)], reason=mark, key=mark, actor=shop.actor())
    _invoice(mark, sent)
    fetched = shop.paid((cake, 1), key=f"{mark}-2", identity=identity, fulfilment="pickup", node_id=node.pk)
    orders.pick_up(code=fetched.shop.pickup_code, node_id=node.pk, key=f"{mark}-2", actor=shop.actor())
    to_pack = shop.paid((cake, 1), key=f"{mark}-3", identity=identity, recipient=to, node_id=node.pk)
    for holder in (Holder(identity_id=identity.pk), Holder(visitor=f"{identity.pk:032x}")):
        carting.put(holder=holder, sku_id=cake.pk, quantity=1, key=mark, actor=shop.actor())
    address = customers.save_address(identity=identity, recipient=to, actor=shop.actor())
    hours.set_hours(node=node, week={}, days={}, actor=shop.actor())
    cases = _cases(mark, sent)
    shift_id = _till(mark, node, cake, identity)
    orders.save_terms(receive_days=10, actor=shop.actor())
    near = orders.District("浙江省", "杭州市", "西湖区", fee=500)
    orders.save_local(node_id=node.pk, delivers=True, lead_minutes=60, districts=[near], actor=shop.actor())
    run = ShipmentRun.objects.create(
        merchant_id=sent.merchant_id, file_name=f"{mark}.csv", rows=[[2, sent.pk, sent.order_no, mark, mark]],
        problems=[[3, mark, "it was shipped already", {}]], created_by=mark, created_by_key=mark,
    )  # fmt: skip
    _account()
    stock = StockItem.objects.get(sku=cake, node=node)
    tender = Tender.objects.filter(payable_id=sent.pk).first()
    assert tender is not None
    return {
        "shop_order_id": sent.pk, "parcel_id": parcel.pk, "parcel_was": parcel.state, "packing_id": to_pack.pk,
        "stock_item_id": stock.pk, "provider": "wechatpay", "address_id": address.pk,
        "no": tender.no, "payable": "order", "payable_id": sent.pk, "shift_id": shift_id, "shipment_run_id": run.pk,
        **cases,
    }  # fmt: skip


def _invoice(mark: str, order: Order) -> None:
    """One that was issued."""
    asked = InvoiceDetails("personal", f"Title {mark}", email="title@example.com")
    orders.invoicing.request(order_id=order.pk, details=asked, actor=shop.actor())
    order.refresh_from_db()
    document = Document(f"{mark}-0001", clock.now().date(), f"https://example.com/{mark}")
    orders.invoicing.write(
        order_id=order.pk, document=document, revision=1, amount=order.net_amount, actor=shop.actor()
    )  # fmt: skip


def _cases(mark: str, order: Order) -> dict[str, object]:
    """A case that is disputed, with evidence; the merchant's terms."""
    ask = aftersale.Ask(kind="return_refund", reason="quality", lines=[(0, 1)], text=mark)
    case = aftersale.open_case(
        order_id=order.pk, ask=ask, key=f"{mark}-case", pictures=[catalog.make_picture_file()], actor=shop.actor()
    )
    aftersale.refuse(case_id=case.pk, reason=mark, actor=shop.actor())
    dispute = aftersale.escalate(case_id=case.pk, reason=mark, side=aftersale.Side.BUYER, actor=shop.actor())
    aftersale.save_terms(
        terms={name: bound.default for name, bound in cases_of.bounds().items()}, promises=cases_of.promises(),
        address={"return_address": f"Returns {mark}"}, actor=shop.actor(),
    )  # fmt: skip
    evidence = cases_of.whole(case).pictures[0]
    return {"aftersale_id": case.pk, "dispute_id": dispute.pk, "evidence_id": evidence.pk}


def _till(mark: str, node: OrgNode, cake: Sku, identity: Identity) -> int:
    """A basket of a known person in hand and one parked, a drawer with a move in it; the rules."""
    cashier = access.Actor("user", -node.pk, f"Cashier {mark}", tenancy.require_merchant_id(), {"pos.sell": None})
    opened = payments.drawer.open_shift(node_id=node.pk, opening=100, currency="CNY", actor=cashier)
    payments.drawer.move_cash(kind="in", amount=5, reason=mark, key=mark, actor=cashier)
    for is_parked in (True, False):
        held = baskets.in_hand(node_id=node.pk, actor=cashier)
        held = baskets.add(key=held.key, sku_id=cake.pk, pieces=1, actor=cashier)
        baskets.set_buyer(key=held.key, identity_id=identity.pk, actor=cashier)
        if is_parked:
            baskets.park(key=held.key, label=mark, actor=cashier)
    baskets.save_rules(largest_discount=10, tax_rate=600, actor=shop.actor())
    return opened.pk


def _account() -> None:
    """An account at a payment service, with a bill that says something else than we do."""
    by = shop.actor()
    account = payments.save_account(
        provider="wechatpay", methods=["native"], credentials=rig.wechat_fields(), actor=by
    )  # fmt: skip
    now = clock.now()
    bill, is_new = BillDay.objects.get_or_create(merchant_id=by.merchant_id, account=account, day=now.date())
    if is_new:
        common = {"merchant_id": by.merchant_id, "bill": bill, "about": "payment", "no": "1", "currency": "CNY"}
        BillEntry.objects.create(**common, amount=1, at=now)
        Difference.objects.create(**common, kind=Difference.Kind.ONLY_THEIRS, their_amount=1, at=now)

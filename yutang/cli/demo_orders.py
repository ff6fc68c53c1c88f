"""What the demo brand's own shop sold in the last days: orders in every state, reviews, after-sale cases,
invoices.

Each story is one transaction, told through the services of today with the clock set back, so a load that was broken off
goes on. They come beside what the files tell: the last week's figures hold both."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from yutang.areas.aftersale import queries as cases_of
from yutang.areas.aftersale import services as aftersale
from yutang.areas.aftersale.services import Ask, Side
from yutang.areas.catalog import queries as catalog
from yutang.areas.catalog import services as reviews
from yutang.areas.customers import services as customers
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import services as orders
from yutang.areas.orders.invoice_rules import Document, InvoiceDetails
from yutang.areas.orders.models import Invoice, Order
from yutang.areas.orders.services import Back, Recipient, Wish
from yutang.areas.payments import services as payments
from yutang.areas.payments.providers import sandbox
from yutang.cli import demo_events
from yutang.core import access, clock, tenancy
from yutang.simulators import brand
from yutang.simulators.brand import pictures, shopping

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from yutang.areas.aftersale.models import Case
    from yutang.core.access import Actor
    from yutang.simulators.brand.shopping import Asked, Billed, Said, Told
    from yutang.simulators.brand.truth import Person

BILLS_TO = "fapiao@example.com"
RETURNS = {
    "return_name": "谷汀麦作售后",
    "return_phone": "0571-8800 0000",
    "return_address": "杭州市余杭区文一西路 998 号 3 幢",
}


def load(truth: brand.Truth, actor: Actor) -> None:
    """After the goods lie in the stores and the people are known. Repeats nothing."""
    with tenancy.scope(actor.merchant_id):
        aftersale.save_terms(
            terms={name: bound.default for name, bound in cases_of.bounds().items()}, promises=cases_of.promises(),
            address=RETURNS, actor=actor,
        )  # fmt: skip
    for told in shopping.stories(truth):
        with tenancy.scope(actor.merchant_id):
            _Teller(told, actor).tell()


class _Teller:
    """One story: each step so many hours ago."""

    def __init__(self, told: Told, actor: Actor) -> None:
        self.key, self.story, self.goods, self.told = told.key, told.story, told.goods, told
        self.shop = access.system(actor.merchant_id, name="客服小谷")
        self.buyer = access.system(actor.merchant_id, name="shop")
        self.hours = told.story.hours

    def tell(self) -> None:
        if Order.objects.filter(shop__key=self.key).exists():
            return
        since = demo_events.newest()
        order = self._placed(self.told.person, self.told.store)
        if self.story.until != "placed":
            self._went_on(order)
        with self._now():
            demo_events.follow(since, self.shop)

    def _went_on(self, order: Order) -> None:
        self._later(0.05)
        self._paid(order)
        if self.story.billed is not None:
            self._bill_asked(order, self.story.billed)
        if self.story.until in ("shipped", "done"):
            self._handed_over(order)
        if self.story.billed is not None and self.story.billed.is_issued:
            self._billed(order)
        if self.story.refunded:
            self._refunded(order)
        if self.story.said is not None:
            self._reviewed(order, self.story.said)
        if self.story.asked is not None:
            self._asked(order, self.story.asked)

    def _later(self, hours: float) -> None:
        """Time goes on, but never beyond now."""
        self.hours = max(self.hours - hours, self.hours / 2)

    def _now(self) -> AbstractContextManager[None]:
        return clock.ago(timedelta(hours=self.hours))

    def _placed(self, person: Person, store_code: str) -> Order:
        nodes = merchants.nodes_by_code()
        found = catalog.products_by_code(product.code for product, _ in self.goods)
        skus = catalog.skus_of(product.pk for product in found.values())
        to = Recipient(
            person.name, person.phone, person.province, person.city, person.district, person.address
        ) if self.story.way == shopping.POST else Recipient()  # fmt: skip
        with self._now():
            identity = customers.identify(
                kind="phone", value=person.phone, node_id=merchants.root_node().pk, source="shop", actor=self.buyer
            )
            return orders.place(
                wish=Wish(
                    lines=[(skus[found[product.code].pk][0].pk, pieces) for product, pieces in self.goods],
                    fulfilment=self.story.way, recipient=to, note=self.story.note,
                    node_id=nodes[store_code] if self.story.way == shopping.STORE else None,
                ),
                identity=identity, key=self.key, actor=self.buyer,
            )  # fmt: skip

    def _paid(self, order: Order) -> None:
        with self._now():
            tender = payments.open_tender(payable=("order", order.pk), provider="sandbox", actor=self.buyer)
            payments.receive(provider="sandbox", told=sandbox.read(*sandbox.notice(tender)), actor=self.buyer)

    def _handed_over(self, order: Order) -> None:
        self._later(6)
        paid = Order.objects.select_related("shop").get(pk=order.pk)
        with self._now():
            if self.story.way == shopping.STORE:
                orders.pick_up(
                    code=paid.shop.pickup_code, node_id=paid.shop.pickup_node_id or 0, key=self.key, actor=self.shop
                )
                return
            orders.ship(
                order_id=order.pk, carrier="顺丰速运", tracking_no=f"SF{4_400_000_000 + order.pk * 7919}", key=self.key,
                actor=self.shop,
            )  # fmt: skip
        if self.story.until == "done":
            self._later(30)
            with self._now():
                orders.complete(order_id=order.pk, actor=self.buyer)

    def _refunded(self, order: Order) -> None:
        self._later(2)
        with self._now():
            orders.refund(
                order_id=order.pk, back=[Back(0, self.story.refunded)], reason="到店发现一块破损", key=self.key,
                is_restocked=False, actor=self.shop,
            )  # fmt: skip
            orders.invoicing.follow(order_id=order.pk)  # before the story goes on

    def _bill_asked(self, order: Order, billed: Billed) -> None:
        kind = Invoice.Kind.COMPANY if billed.tax_no else Invoice.Kind.PERSONAL
        details = InvoiceDetails(kind, billed.title, billed.tax_no, BILLS_TO)
        with self._now():
            orders.invoicing.request(order_id=order.pk, details=details, actor=self.buyer)

    def _billed(self, order: Order) -> None:
        self._later(3)
        paid = Order.objects.select_related("invoice").get(pk=order.pk)
        with self._now():
            orders.invoicing.write(
                order_id=order.pk, document=Document(f"2533200000{order.pk:010}", timezone.localdate(clock.now())),
                revision=paid.invoice.revision, amount=paid.net_amount, actor=self.shop,
            )  # fmt: skip

    def _reviewed(self, order: Order, said: Said) -> None:
        self._later(8)
        with self._now():
            review = orders.review(
                order_id=order.pk, position=0, rating=said.stars, text=said.text, pictures=self._photos(said.pictures),
                is_anonymous=said.is_anonymous, actor=self.buyer,
            )  # fmt: skip
        if said.reply:
            self._later(4)
            with self._now():
                reviews.reply_to_review(review_id=review.pk, text=said.reply, actor=self.shop)

    def _asked(self, order: Order, asked: Asked) -> None:
        self._later(10)
        with self._now():
            ask = Ask(kind=asked.kind, reason=asked.reason, lines=[(0, asked.pieces)], text=asked.text)
            case = aftersale.open_case(
                order_id=order.pk, ask=ask, key=self.key, pictures=self._photos(asked.pictures), actor=self.buyer
            )
        for step in asked.then:
            self._later(5)
            with self._now():
                self._do(case, step, asked)

    def _do(self, case: Case, step: str, asked: Asked) -> None:
        if step == "agree":
            aftersale.agree(case_id=case.pk, seen=None, actor=self.shop)
        elif step == "send_back":
            aftersale.send_back(case_id=case.pk, carrier="中通快递", tracking_no=f"7311{case.pk:08}", actor=self.buyer)
        elif step == "receive":
            aftersale.receive(case_id=case.pk, seen=None, actor=self.shop)
        elif step == "refuse":
            reason = "出库时有称重记录，请补充开箱照片" if asked.offer is None else "门店复核为途中晃动，愿意补偿一部分"
            aftersale.refuse(case_id=case.pk, reason=reason, offer=asked.offer, actor=self.shop)
        elif step == "escalate":
            aftersale.escalate(
                case_id=case.pk, reason="开箱就只有三盒，客服不认", side=Side.BUYER, actor=self.buyer
            )  # fmt: skip
        else:
            aftersale.add_evidence(
                case_id=case.pk, text="出库称重 1.38 kg，与四盒相符", pictures=self._photos(1, 9), side=Side.MERCHANT,
                actor=self.shop,
            )  # fmt: skip

    def _photos(self, count: int, first: int = 0) -> list[io.BytesIO]:
        product = self.goods[0][0]
        return [io.BytesIO(pictures.photo(product, first + number)) for number in range(count)]

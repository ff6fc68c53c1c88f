"""Orders that were made here: what is to be paid and why, for whom, from where, and how far they have come."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yutang.areas.customers.models import unchecked_merchant
from yutang.areas.orders.models.recorded import Order
from yutang.core import clock, crypto
from yutang.core.tenancy import TenantModel


@dataclass(frozen=True)
class Bound:
    """What a merchant may set."""

    least: int
    most: int
    default: int


RECEIVE_DAYS = Bound(7, 15, 10)


class ShopOrder(TenantModel):
    """The other half of an `Order` of the own shop or a till. Amounts in minor units of `currency`;
    total = Σ items + freight."""

    class Fulfilment(models.TextChoices):
        DELIVERY = "delivery", pgettext_lazy("how goods reach the buyer", "Delivery")
        LOCAL = "local", _("Same-city delivery")
        PICKUP = "pickup", _("Pickup at a store")
        COUNTER = "counter", _("Over the counter")

    merchant = unchecked_merchant()
    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="shop")
    key = models.CharField(max_length=64)  # of the checkout: a second tap on "Place order" is the same order
    fulfilment = models.CharField(max_length=8, choices=Fulfilment)
    currency = models.CharField(max_length=3)
    freight = models.BigIntegerField(default=0)
    total = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)  # unpaid until then, the order closes by itself
    receive_by = models.DateTimeField(null=True)  # shipped; then it is completed by itself
    extended_at = models.DateTimeField(null=True)  # when the buyer asked for more time, once
    province = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=40, blank=True)
    recipient = models.BinaryField(null=True)  # encrypted JSON: name, phone, province, city, district, street
    pickup_node = models.ForeignKey(
        "merchants.OrgNode", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    pickup_from = models.DateTimeField(null=True)  # the slot the buyer chose, of a pickup or of same-city delivery
    pickup_until = models.DateTimeField(null=True)
    pickup_code = models.CharField(max_length=12, blank=True)  # given when it is paid
    buyer_note = models.CharField(max_length=200, blank=True)
    closed_because = models.CharField(max_length=20, blank=True)  # not_paid, by_staff, refunded …
    # Sent free of charge for pieces of this item that came back; always what was paid for, through any exchanges.
    replaces = models.ForeignKey(
        "orders.OrderItem", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="shop_order_once"),
            models.UniqueConstraint(
                fields=["merchant", "pickup_code"], condition=~Q(pickup_code=""), name="pickup_code_unique"
            ),
            models.CheckConstraint(condition=Q(total__gte=0, freight__gte=0), name="shop_order_amounts"),
        ]
        indexes = [
            models.Index(
                fields=["merchant", "expires_at"], condition=Q(expires_at__isnull=False), name="shop_order_expiring"
            ),
            models.Index(
                fields=["merchant", "receive_by"], condition=Q(receive_by__isnull=False), name="shop_order_to_receive"
            ),
            models.Index(
                fields=["merchant", "pickup_node"], condition=Q(pickup_node__isnull=False), name="shop_order_by_pickup"
            ),
        ]


class OrderTerms(TenantModel):
    """What a merchant has set for all its orders. One row; without it the defaults hold."""

    receive_days = models.SmallIntegerField(default=RECEIVE_DAYS.default)  # after the last parcel left

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant"], name="order_terms_once"),
            models.CheckConstraint(
                condition=Q(receive_days__gte=RECEIVE_DAYS.least, receive_days__lte=RECEIVE_DAYS.most),
                name="order_terms_bounds",
            ),
        ]


class OrderItem(TenantModel):
    """A SKU in an order. `amount` is what it costs after every adjustment; references carry no constraint, like sale
    lines: the one service that writes them has just read the SKUs."""

    merchant = unchecked_merchant()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="items", db_index=False)
    position = models.SmallIntegerField()
    sku_id = models.BigIntegerField()
    product_id = models.BigIntegerField()
    node_id = models.BigIntegerField()  # the store whose stock it is taken from
    kind = models.CharField(max_length=10)
    title = models.CharField(max_length=120)
    spec = models.CharField(max_length=200, blank=True)
    sku_code = models.CharField(max_length=80)
    product_code = models.CharField(max_length=80)
    picture = models.CharField(max_length=64, blank=True)
    quantity = models.IntegerField()
    list_amount = models.BigIntegerField()  # price × quantity before any adjustment
    amount = models.BigIntegerField()
    cost = models.BigIntegerField(null=True)  # of all pieces, as known when it was ordered
    shipped = models.IntegerField(default=0)  # pieces handed over
    returned = models.IntegerField(default=0)  # pieces given back, `cancelled` ones among them
    cancelled = models.IntegerField(default=0)  # given back before they left
    # Given back, and others sent for them free of charge: what they cost is still paid.
    exchanged = models.IntegerField(default=0, db_default=0)
    refunded = models.BigIntegerField(default=0)
    gift_coupon_id = models.BigIntegerField(null=True)  # the coupon that gives it for nothing

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "order", "position"], name="order_item_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0, amount__gte=0), name="order_item_sane"),
            models.CheckConstraint(
                condition=Q(shipped__gte=0, cancelled__gte=0, quantity__gte=F("shipped") + F("cancelled")),
                name="order_item_shipped",
            ),
            models.CheckConstraint(
                condition=Q(returned__gte=F("cancelled"), returned__lte=F("shipped") + F("cancelled")),
                name="order_item_returned",
            ),
            models.CheckConstraint(
                condition=Q(exchanged__gte=0, exchanged__lte=F("returned")), name="order_item_exchanged"
            ),
            models.CheckConstraint(condition=Q(refunded__gte=0, refunded__lte=F("amount")), name="order_item_refunded"),
            models.CheckConstraint(condition=Q(gift_coupon_id__isnull=True) | Q(amount=0), name="order_item_gift"),
        ]
        indexes = [models.Index(fields=["merchant", "sku_id"], name="order_item_by_sku")]

    @property
    def is_gift(self) -> bool:
        return self.gift_coupon_id is not None

    @property
    def shown_title(self) -> str:
        """As pages and papers call it: what was given for nothing is marked."""
        return gettext("%(title)s (gift)") % {"title": self.title} if self.is_gift else self.title

    @property
    def list_price(self) -> int:
        """Of one piece."""
        return self.list_amount // self.quantity

    @property
    def left(self) -> int:
        """Pieces that are still to be handed over."""
        return self.quantity - self.shipped - self.cancelled

    @property
    def with_buyer(self) -> int:
        """Pieces that were handed over and not brought back."""
        return self.shipped - (self.returned - self.cancelled)


class Adjustment(TenantModel):
    """One step of the price of one item, or of the freight: who gave what, and why. Σ of an item's adjustments =
    amount − list_amount."""

    merchant = unchecked_merchant()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="adjustments", db_index=False)
    position = models.SmallIntegerField(null=True)  # of the item; null: the freight
    step = models.CharField(max_length=20)  # of the pipeline: level, promotion, coupon, points …
    source_type = models.CharField(max_length=40, blank=True)
    source_id = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=120)
    amount = models.BigIntegerField()  # signed

    class Meta:
        indexes = [models.Index(fields=["merchant", "order"], name="adjustment_of_order")]


class OrderStep(TenantModel):
    """The history of an order: what happened, when, by whom. Append-only."""

    merchant = unchecked_merchant()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="steps", db_index=False)
    what = models.CharField(max_length=20)  # placed, paid, shipped, picked_up, refunded, noted …
    status = models.CharField(max_length=20)  # the order's after it
    detail = models.JSONField(default=dict)
    by = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["merchant", "order", "id"], name="order_step_of_order")]


class Parcel(TenantModel):
    """Pieces of an order handed to a carrier, once per `key`; in the same city `carrier` is who brings them."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="parcels", db_index=False)
    key = models.CharField(max_length=64)
    carrier = models.CharField(max_length=40, blank=True)
    tracking_no = models.CharField(max_length=60, blank=True)
    courier_phone = models.BinaryField(null=True)  # encrypted
    pieces = models.JSONField()  # {position: quantity}
    by = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="parcel_once")]
        indexes = [
            models.Index(fields=["merchant", "order"], name="parcel_of_order"),
            models.Index(fields=["merchant", "tracking_no"], condition=~Q(tracking_no=""), name="parcel_by_tracking"),
        ]

    @property
    def label(self) -> str:
        """Carrier and number; empty for what goes without a carrier."""
        return " ".join(filter(None, [self.carrier, self.tracking_no]))

    @property
    def state(self) -> str:
        """What a correction changes: who had this before them changes no other."""
        return " ".join(filter(None, [self.label, self.phone]))

    @property
    def phone(self) -> str:
        """Of who brings it."""
        return "" if self.courier_phone is None else crypto.decrypt(self.courier_phone, self.merchant_id)


class PickupUse(TenantModel):
    """Pieces handed over against a pickup code, once per `key`: a till that was offline may say it again."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="pickups", db_index=False)
    key = models.CharField(max_length=64)
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    pieces = models.JSONField()  # {position: quantity}
    by = models.CharField(max_length=200)
    handed_over_at = models.DateTimeField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="pickup_use_once")]
        indexes = [
            models.Index(fields=["merchant", "order"], name="pickup_use_of_order"),
            models.Index(fields=["merchant", "node", "-handed_over_at", "-id"], name="pickup_use_of_day"),
        ]

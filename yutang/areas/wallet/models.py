"""Recharges and what they promise, payments out of balances, gift cards. Balances themselves are the ledger's."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yutang.areas.wallet.bounds import (
    BEARER_CEILING,
    BEARER_DAYS,
    GRACE_DAYS,
    PERSON_CEILING,
    REAL_NAME_FROM,
    REFUND_DAYS,
)
from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Spending(models.TextChoices):
    """In which order a payment takes from the two balances."""

    PRINCIPAL_FIRST = "principal", _("Principal first, then gift")
    GIFT_FIRST = "gift", _("Gift first, then principal")
    IN_PROPORTION = "proportion", _("Principal and gift in proportion")


class Terms(TenantModel):
    """What a merchant has set for stored value. One row; without it the defaults hold. Amounts in minor units."""

    spending = models.CharField(max_length=10, choices=Spending, default=Spending.PRINCIPAL_FIRST)
    is_offered = models.BooleanField(default=True)  # shoppers may recharge
    takes_free_amounts = models.BooleanField(default=True)
    least_amount = models.BigIntegerField(default=1_000)
    most_amount = models.BigIntegerField(default=PERSON_CEILING.default)
    person_ceiling = models.BigIntegerField(default=PERSON_CEILING.default)
    bearer_ceiling = models.BigIntegerField(default=BEARER_CEILING.default)
    real_name_from = models.BigIntegerField(default=REAL_NAME_FROM.default)
    refund_days = models.IntegerField(default=REFUND_DAYS.default)
    bearer_days = models.IntegerField(default=BEARER_DAYS.default)
    grace_days = models.IntegerField(default=GRACE_DAYS.default)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="wallet_terms_once")]


class Plan(TenantModel):
    """Pay `amount`, get `gift` and `rewards` besides. A recharge keeps what it was promised, whatever comes later."""

    name = models.CharField(max_length=60)
    amount = models.BigIntegerField()
    gift = models.BigIntegerField(default=0)
    gift_days = models.IntegerField(null=True)  # until the gift expires; null: never
    rewards = models.JSONField(default=list)  # core.rewards
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="wallet_plan_amount"),
            models.CheckConstraint(condition=Q(gift__gte=0), name="wallet_plan_gift"),
        ]
        indexes = [models.Index(fields=["merchant", "amount", "id"], name="wallet_plan_listed")]


class Recharge(TenantModel):
    """Money that a person pays in. `refunded`, `deducted` and `withdrawn`: what refunds of the principal paid out, kept
    for gift that was used beyond its part, and took of the gift."""

    class State(models.TextChoices):
        UNPAID = "unpaid", _("Waiting for the money")
        PAID = "paid", _("Recharged")
        CLOSED = "closed", _("Closed")

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    no = models.CharField(max_length=24)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=60, blank=True)  # of the plan, then
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    gift = models.BigIntegerField(default=0)
    gift_days = models.IntegerField(null=True)
    rewards = models.JSONField(default=list)
    state = models.CharField(max_length=6, choices=State, default=State.UNPAID)
    expires_at = models.DateTimeField(null=True)  # unpaid until then it closes
    paid_at = models.DateTimeField(null=True)
    principal_entry = models.BigIntegerField(null=True)  # of the ledger
    gift_entry = models.BigIntegerField(null=True)
    refunded = models.BigIntegerField(default=0)
    deducted = models.BigIntegerField(default=0)
    withdrawn = models.BigIntegerField(default=0)
    by = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="wallet_recharge_once"),
            models.UniqueConstraint(fields=["merchant", "no"], name="wallet_recharge_no"),
            models.CheckConstraint(condition=Q(amount__gt=0, gift__gte=0), name="wallet_recharge_amounts"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, deducted__gte=0, refunded__lte=F("amount") - F("deducted")),
                name="wallet_recharge_refund_within",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn__gte=0, withdrawn__lte=F("gift")), name="wallet_recharge_gift_within"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="wallet_recharge_of_person"),
            models.Index(fields=["merchant", "home_customer"], name="wallet_recharge_home"),
            models.Index(fields=["merchant", "-id"], name="wallet_recharge_newest"),
            models.Index(
                fields=["merchant", "expires_at"], condition=Q(state="unpaid"), name="wallet_recharge_waiting"
            ),
        ]


class PrincipalRefund(TenantModel):
    """A refund of what is left of a recharge, with every figure of its calculation. Append-only."""

    recharge = models.ForeignKey(Recharge, on_delete=models.PROTECT, related_name="refunds", db_index=False)
    key = models.CharField(max_length=64)
    amount = models.BigIntegerField()  # money that went back
    deducted = models.BigIntegerField(default=0)
    withdrawn = models.BigIntegerField(default=0)
    figures = models.JSONField(default=dict)  # rules.Trial
    is_cash = models.BooleanField(default=False)  # over the counter, not the way it came
    reason = models.CharField(max_length=80, blank=True)
    by = models.CharField(max_length=120)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="wallet_principal_refund_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, deducted__gte=0, withdrawn__gte=0), name="wallet_principal_refund_amounts"
            ),
        ]
        indexes = [models.Index(fields=["merchant", "recharge", "-id"], name="wallet_principal_refund_of")]


class Spend(TenantModel):
    """A tender that a balance paid: its two parts, and how much of each came back."""

    tender_no = models.CharField(max_length=32)
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    spending = models.CharField(max_length=10, choices=Spending)
    principal = models.BigIntegerField()
    gift = models.BigIntegerField()
    principal_entry = models.BigIntegerField(null=True)
    gift_entry = models.BigIntegerField(null=True)
    principal_back = models.BigIntegerField(default=0)
    gift_back = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "tender_no"], name="wallet_spend_once"),
            models.CheckConstraint(condition=Q(principal__gte=0, gift__gte=0), name="wallet_spend_amounts"),
            models.CheckConstraint(
                condition=Q(principal_back__gte=0, principal_back__lte=F("principal"))
                & Q(gift_back__gte=0, gift_back__lte=F("gift")),
                name="wallet_spend_back_within",
            ),
        ]


class PayCode(TenantModel):
    """What a person shows at a till: for a minute, used once. Only its blind index is kept."""

    identity = models.ForeignKey("customers.Identity", on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.BinaryField(max_length=16)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "code"], name="wallet_pay_code_unique")]
        indexes = [
            models.Index(fields=["merchant", "identity"], name="wallet_pay_code_of"),
            models.Index(fields=["merchant", "expires_at"], name="wallet_pay_code_old"),
        ]


class RealName(TenantModel):
    """Who somebody is by law, needed from a sum of recharges on. Encrypted; the newest counts."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    sealed = models.BinaryField()  # encrypted JSON: name, id_no
    by = models.CharField(max_length=120)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="wallet_real_name_of"),
            models.Index(fields=["merchant", "home_customer"], name="wallet_real_name_home"),
        ]


class CardBatch(TenantModel):
    """Gift cards that were made together; a single code is a batch of one."""

    class Gives(models.TextChoices):
        PRINCIPAL = "principal", _("Principal")
        GIFT = "gift", _("Gift balance")

    name = models.CharField(max_length=60)
    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    face = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    count = models.IntegerField()
    is_sold = models.BooleanField()  # somebody pays for them; else they are given away
    gives = models.CharField(max_length=10, choices=Gives)
    days = models.IntegerField()  # they can be redeemed for so long after they are activated
    activated_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    exported_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(face__gt=0, count__gt=0, days__gt=0), name="wallet_batch_amounts"),
            models.CheckConstraint(condition=Q(is_sold=True) | Q(gives="gift"), name="wallet_batch_principal_is_paid"),
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="wallet_batch_newest")]


class GiftCard(TenantModel):
    """A code worth its batch's face, for whoever has it. Found by its blind index; readable until it was handed out."""

    class State(models.TextChoices):
        MADE = "made", _("Not activated")
        ACTIVE = "active", _("Active")
        REDEEMED = "redeemed", _("Redeemed")
        VOID = "void", _("Voided")

    batch = models.ForeignKey(CardBatch, on_delete=models.PROTECT, related_name="cards", db_index=False)
    serial = models.CharField(max_length=24)
    code = models.BinaryField(max_length=16)  # blind index
    sealed = models.BinaryField(null=True)  # the code, encrypted, until it was exported or shown
    state = models.CharField(max_length=8, choices=State, default=State.MADE)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )  # who redeemed it
    home_customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    redeemed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "code"], name="wallet_card_code"),
            models.UniqueConstraint(fields=["merchant", "serial"], name="wallet_card_serial"),
            models.CheckConstraint(
                condition=Q(state="redeemed", redeemed_at__isnull=False) | ~Q(state="redeemed"),
                name="wallet_card_redeemed_at",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "batch", "id"], name="wallet_card_of_batch"),
            models.Index(fields=["merchant", "customer"], name="wallet_card_of_person"),
            models.Index(fields=["merchant", "home_customer"], name="wallet_card_home"),
        ]

"""People, the accounts they use, and how accounts came to be one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel

if TYPE_CHECKING:
    from yutang.areas.merchants.models import Merchant


def unchecked_merchant() -> models.ForeignKey[Merchant, Merchant]:
    """The merchant of a table that is written by the million. Row-level security checks it in every statement already;
    a constraint would check it again, row by row, when the transaction commits. The same holds for other references
    of these tables that are copied from rows just read under the merchant's identity lock."""
    return models.ForeignKey(
        "merchants.Merchant", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )


class Customer(TenantModel):
    """A person. Merged people stay as rows: `merged_into` is a forest whose roots are the people of today.

    Every row that belongs to a person elsewhere keeps the person it was made for (its home: through its identity, or
    a `home_customer` column) and, in `customer_id`, the root of that home. The forest follows from the merges that
    stand, so the earlier state comes back exactly, in whatever order they are undone (docs/algorithms/identity.md).
    """

    class Gender(models.TextChoices):
        UNKNOWN = "", _("Unknown")
        FEMALE = "f", _("Female")
        MALE = "m", _("Male")

    merchant = unchecked_merchant()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    name_initials = models.CharField(max_length=80, blank=True)  # pinyin initials of the name, for search
    gender = models.CharField(max_length=1, choices=Gender, blank=True, default="")
    birthday = models.DateField(null=True)
    country = models.CharField(max_length=80, blank=True)
    province = models.CharField(max_length=80, blank=True)
    city = models.CharField(max_length=80, blank=True)
    district = models.CharField(max_length=80, blank=True)
    address = models.BinaryField(null=True)  # encrypted
    home_node = models.ForeignKey(
        "merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    source = models.CharField(max_length=40, blank=True)  # first source: "taobao", "pos", …
    accepts_marketing = models.BooleanField(null=True)
    first_seen_at = models.DateTimeField()  # earliest fact known, not when the row was written
    created_at = models.DateTimeField(default=clock.now)
    erased_at = models.DateTimeField(null=True)  # nothing personal is left; the number stays for the facts (erasing.py)

    class Meta:
        indexes = [
            models.Index(
                fields=["merchant", "-id"], condition=models.Q(merged_into__isnull=True), name="customer_list"
            ),
            models.Index(fields=["merchant", "home_node", "-id"], name="customer_by_node"),
            models.Index(
                fields=["merchant", "id"], condition=models.Q(erased_at__isnull=False), name="customer_erased"
            ),
            models.Index(fields=["merchant", "province", "-id"], name="customer_by_province"),
            models.Index(fields=["merchant", "source", "-id"], name="customer_by_source"),
            models.Index(fields=["merchant", "name"], name="customer_name", opclasses=["", "text_pattern_ops"]),
            models.Index(
                fields=["merchant", "name_initials"], name="customer_initials", opclasses=["", "text_pattern_ops"]
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class Identity(TenantModel):
    """One account or key of a person, unique per merchant."""

    class Kind(models.TextChoices):
        UNIONID = "unionid", _("WeChat UnionID")
        EXTERNAL_USERID = "external_userid", _("WeCom external contact")
        BUYER = "buyer", _("Platform buyer")
        MEMBER_CARD = "member_card", _("Member card")
        OPENID = "openid", _("WeChat OpenID")
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        OAID = "oaid", _("Encrypted receiver (OAID)")
        DEVICE = "device", _("Device")

    merchant = unchecked_merchant()
    kind = models.CharField(max_length=20, choices=Kind)
    namespace = models.CharField(max_length=60, blank=True)  # platform of a buyer id, app of an openid
    key = models.BinaryField(max_length=16)  # blind index over kind, namespace and value
    value = models.CharField(max_length=200, blank=True)  # readable; empty for sensitive kinds
    value_encrypted = models.BinaryField(null=True)  # phone, e-mail
    tail_key = models.BinaryField(max_length=16, null=True)  # blind index of a phone's last four digits
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="identities", db_index=False)
    home_customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    # Evidence: the identity it was first seen together with; these edges span the person's identities as a tree.
    via = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False, db_index=False
    )
    is_shared = models.BooleanField(
        default=False
    )  # a household phone: known to belong to several people, unites nobody
    is_split = models.BooleanField(default=False)  # was taken off the person it was first seen with
    source = models.CharField(max_length=60, blank=True)  # evidence: "import:12"
    first_seen_at = models.DateTimeField()
    # Log-ins by this account hold while it is theirs: one more ends them all (logins.py).
    login_generation = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="identity_key_unique")]
        indexes = [
            models.Index(fields=["merchant", "customer"], name="identity_by_customer"),
            models.Index(fields=["merchant", "home_customer"], name="identity_by_home"),
            models.Index(
                fields=["merchant", "tail_key"], condition=models.Q(tail_key__isnull=False), name="identity_tail"
            ),
            models.Index(fields=["merchant", "id"], condition=models.Q(is_split=True), name="identity_split"),
        ]

    # Order = which one an order is filed under. All of these unite at once; the rest only suggest.
    STRONG = ("unionid", "external_userid", "buyer", "member_card", "openid", "phone", "email", "oaid")
    # One person has one of these per namespace; two different values contradict a merge.
    EXCLUSIVE = frozenset({"unionid"})
    SENSITIVE = frozenset({"phone", "email"})


class Merge(TenantModel):
    """Two homes are one person, why, and who said so; undone keeps the row. The standing rows are the truth of who is
    one (forest.py); `survivor`, `absorbed` and `filled` say what playing them in their order made of this one."""

    survivor_home = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    absorbed_home = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    by_hand = models.BooleanField()  # the survivor was chosen; else the oldest person survives
    # Empty while other merges tie the two as well.
    survivor = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    absorbed = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    evidence = (
        models.JSONField()
    )  # [{"kind": "phone", "identity": 5, "source": "import:12", "row": 17}, …] or {"by": …}
    filled = models.JSONField(default=dict)  # fields of the survivor that were empty and took the absorbed one's value
    merged_at = models.DateTimeField(default=clock.now)
    merged_by = models.CharField(max_length=200)
    unmerged_at = models.DateTimeField(null=True)
    unmerged_by = models.CharField(max_length=200, blank=True)
    kept_apart = models.BooleanField(default=False)  # somebody took back what keys had united: keys shall not again

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=models.Q(unmerged_at__isnull=True), name="merge_absorbed_once"
            ),
            models.CheckConstraint(condition=~models.Q(survivor_home=models.F("absorbed_home")), name="merge_not_self"),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="merge_newest"),
            models.Index(fields=["merchant", "survivor"], name="merge_by_survivor"),
            models.Index(fields=["merchant", "absorbed"], name="merge_by_absorbed"),
            models.Index(fields=["merchant", "survivor_home"], name="merge_by_survivor_home"),
            models.Index(fields=["merchant", "absorbed_home"], name="merge_by_absorbed_home"),
        ]


class ReviewCase(TenantModel):
    """A question that only a person may answer: contradicting keys, a shared phone, a likely pair."""

    class Kind(models.TextChoices):
        CONTRADICTION = "contradiction", _("Keys contradict each other")
        SHARED_PHONE = "shared_phone", _("Phone used by many buyers")
        SUGGESTION = "suggestion", _("Probably the same person")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        MERGED = "merged", _("Merged")
        KEPT_APART = "kept_apart", _("Kept apart")

    kind = models.CharField(max_length=20, choices=Kind)
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    fingerprint = models.CharField(max_length=64)  # the same question is asked once
    customers = models.JSONField()  # ids, oldest first
    evidence = models.JSONField()
    score = models.FloatField(default=0)  # of a likely pair: log2 of the odds that they are one
    created_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "fingerprint"], name="review_case_once")]
        indexes = [
            models.Index(fields=["merchant", "state", "-id"], name="review_case_list"),
            models.Index(
                fields=["merchant", "state", "-score", "-id"],
                condition=models.Q(kind="suggestion"),
                name="review_case_likeliest",
            ),
        ]


class SuggestionRun(TenantModel):
    """One search of the whole pool for likely pairs."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    least = models.FloatField()  # the chance a pair must reach
    most = models.IntegerField()  # pairs to propose at most, the likeliest
    percent = models.SmallIntegerField(default=0)
    counts = models.JSONField(default=dict)  # suggestions.services.Outcome
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["merchant", "-id"], name="suggestion_run_newest")]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class Tombstone(TenantModel):
    """That a key was erased, so that old files don't bring the person back. One-way: neither the value nor the key by
    which identities are found can be had from it, and it leads to nobody."""

    key = models.BinaryField(max_length=16)
    erased_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="tombstone_once")]


class Note(TenantModel):
    """What staff wrote down about a person."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="notes", db_index=False)
    home_customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.TextField(max_length=4000)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="note_by_customer"),
            models.Index(fields=["merchant", "home_customer"], name="note_by_home"),
        ]


class Address(TenantModel):
    """A place that a person has things sent to. It belongs to the account under which it was written down, and follows
    it. Province and city lie open, because freight and stock are chosen by them."""

    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    recipient = models.BinaryField()  # encrypted JSON: name, phone, province, city, district, street
    province = models.CharField(max_length=40)
    city = models.CharField(max_length=40)
    # When it was chosen as the default. The one chosen last is: two can never be, and merged people keep their own
    # choices for the day they are parted (docs/decisions/0032-carts-and-defaults.md).
    chosen_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(default=clock.now)  # made, changed, or sent to

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "customer", "-used_at", "-id"], name="address_by_customer"),
            models.Index(fields=["merchant", "identity"], name="address_by_identity"),
        ]

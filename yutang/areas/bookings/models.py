"""What can be booked, when, by whom, and who has booked it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Resource(TenantModel):
    """A room, a teacher, a seat: serves one session at a time."""

    class Kind(models.TextChoices):
        ROOM = "room", pgettext_lazy("what is booked", "Room")
        TEACHER = "teacher", _("Teacher")
        SEAT = "seat", _("Seat")

    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "node", "name"], name="resource_name_unique")]


class Experience(TenantModel):
    """`price` in minor units of the merchant's currency for each person; 0 is free."""

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        VIP = "vip", _("Members of the VIP hub")
        SEGMENT = "segment", _("A segment")

    node = models.ForeignKey("merchants.OrgNode", on_delete=models.PROTECT, related_name="+", db_index=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    title = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    picture = models.CharField(max_length=64, blank=True)  # digest, on the shelf of what is shown
    price = models.BigIntegerField(default=0)
    minutes = models.IntegerField()
    capacity = models.IntegerField()  # places of a session
    largest_party = models.IntegerField(default=1)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.EVERYBODY)
    segment = models.ForeignKey(
        "segments.Segment", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    quota = models.IntegerField(default=0)  # bookings of one person in `quota_days`; 0: as many as they like
    quota_days = models.IntegerField(default=30)
    days_ahead = models.IntegerField(default=30)
    closes_hours = models.IntegerField(default=1)  # before it begins, nobody books any more
    free_until_hours = models.IntegerField(default=24)  # before it begins, cancelling costs nothing
    late_refund_percent = models.IntegerField(default=0)  # of the price, where it is cancelled later
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0, minutes__range=(5, 1440 * 14), capacity__range=(1, 10_000)),
                name="experience_sane",
            ),
            models.CheckConstraint(
                condition=Q(largest_party__gte=1, largest_party__lte=F("capacity"), quota__gte=0, quota_days__gte=1),
                name="experience_quota_sane",
            ),
            models.CheckConstraint(
                condition=Q(late_refund_percent__range=(0, 100), free_until_hours__gte=0, closes_hours__gte=0),
                name="experience_terms_sane",
            ),
            models.CheckConstraint(
                condition=~Q(audience="segment") | Q(segment__isnull=False), name="experience_has_segment"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="experience_newest"),
            models.Index(fields=["merchant", "node"], name="experience_of_node"),
        ]


class Hours(TenantModel):
    """When an experience begins: on a weekday, or on one day, which then replaces the weekday's; a day's row without a
    beginning closes that day."""

    experience = models.ForeignKey(Experience, on_delete=models.CASCADE, related_name="+", db_index=False)
    weekday = models.SmallIntegerField(null=True)  # 0 is Monday
    day = models.DateField(null=True)
    begins = models.SmallIntegerField(null=True)  # minutes of the local day

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__isnull=False, weekday__range=(0, 6), day__isnull=True, begins__isnull=False)
                | Q(weekday__isnull=True, day__isnull=False),
                name="booking_hours_of_one",
            ),
            models.CheckConstraint(
                condition=Q(begins__isnull=True) | Q(begins__range=(0, 1439)), name="booking_hours_sane"
            ),
        ]
        indexes = [models.Index(fields=["merchant", "experience"], name="booking_hours_of_experience")]


class Session(TenantModel):
    """One time of an experience, from the first booking on."""

    experience = models.ForeignKey(Experience, on_delete=models.PROTECT, related_name="+", db_index=False)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    pool_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "experience", "starts_at"], name="session_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_sane"),
        ]
        indexes = [
            models.Index(fields=["merchant", "starts_at", "id"], name="session_of_day"),
            models.Index(fields=["merchant", "resource", "starts_at"], name="session_of_resource"),
        ]


class Booking(TenantModel):
    """Places of a session for a person. Amounts in minor units; the terms of cancelling as they were when booked."""

    class State(models.TextChoices):
        HELD = "held", _("To pay")
        WAITING = "waiting", _("On the waiting list")
        OFFERED = "offered", _("A place is free")
        BOOKED = "booked", _("Booked")
        CHECKED_IN = "checked_in", _("Came")
        NO_SHOW = "no_show", _("Did not come")
        CANCELLED = "cancelled", pgettext_lazy("booking", "Cancelled")
        EXPIRED = "expired", _("Lapsed")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+", db_index=False)
    identity = models.ForeignKey("customers.Identity", on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State)
    party = models.IntegerField(default=1)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    refunded = models.BigIntegerField(default=0)
    free_until = models.DateTimeField()
    late_refund_percent = models.IntegerField()
    code = models.CharField(max_length=12)
    reservation_id = models.BigIntegerField(null=True)  # what holds its places now
    hold = models.IntegerField(default=0)  # how often places were held for it: the key of the reservation
    expires_at = models.DateTimeField(null=True)  # not paid or taken by then, the places are for others
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    paid_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)  # when it came to its last state

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key"], name="booking_once"),
            models.UniqueConstraint(fields=["merchant", "code"], name="booking_code_unique"),
            models.CheckConstraint(condition=Q(party__gte=1, amount__gte=0), name="booking_sane"),
            models.CheckConstraint(condition=Q(refunded__gte=0, refunded__lte=F("amount")), name="booking_refunded"),
        ]
        indexes = [
            models.Index(fields=["merchant", "session", "state", "id"], name="booking_of_session"),
            models.Index(fields=["merchant", "customer", "-id"], name="booking_of_customer"),
            models.Index(fields=["merchant", "identity"], name="booking_of_identity"),
            models.Index(
                fields=["merchant", "expires_at"], condition=Q(expires_at__isnull=False), name="booking_expiring"
            ),
        ]


class Terms(TenantModel):
    """What a merchant has set for all bookings. One row; without it the defaults hold."""

    hold_minutes = models.IntegerField(default=15)  # to pay
    offer_minutes = models.IntegerField(default=120)  # to take an offered place
    strikes = models.IntegerField(default=2)  # no-shows in `strike_days`; 0: nobody is blocked
    strike_days = models.IntegerField(default=90)
    block_days = models.IntegerField(default=30)  # from the last of them

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant"], name="booking_terms_once"),
            models.CheckConstraint(
                condition=Q(hold_minutes__range=(5, 1440), offer_minutes__range=(5, 10_080), strikes__gte=0)
                & Q(strike_days__range=(1, 3650), block_days__range=(1, 3650)),
                name="booking_terms_sane",
            ),
        ]


class Hub(TenantModel):
    """The VIP hub. One row; without it there is none."""

    is_active = models.BooleanField(default=False)
    title = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    segment = models.ForeignKey(
        "segments.Segment", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    contact_name = models.CharField(max_length=40, blank=True)
    contact_phone = models.CharField(max_length=30, blank=True)
    contact_wechat = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant"], name="hub_once")]


class Invitation(TenantModel):
    """Somebody let into the hub by hand."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "home_customer"], condition=Q(ended_at__isnull=True), name="invitation_once"
            )
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="invitation_newest"),
            models.Index(fields=["merchant", "customer"], name="invitation_of_customer"),
            models.Index(fields=["merchant", "home_customer"], name="invitation_of_home"),
        ]

"""What people are besides customers, who brought them, and who looks after them; nothing is overwritten.

Every statement is a row from `since` until `ended_at`, made for one home. Of merged homes that say different things one
row counts: `queries` says which, `Referral.is_standing` keeps it where it takes more than the person's own rows.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Source(models.TextChoices):
    MANUAL = "manual", _("Entered by hand")
    CODE = "code", _("By a code")
    IMPORT = "import", _("Import")
    API = "api", _("API")


class Statement(TenantModel):
    """Something that is said of a person for a time, by whom and why."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=6, choices=Source)
    reason = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField(default=clock.now)
    set_by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class PersonRole(Statement):
    """A label on a person besides "customer", which follows from purchases and is never stored."""

    class Role(models.IntegerChoices):
        """Numbers, because the lake holds lists of numbers; they never change their meaning."""

        STAFF = 1, _("Staff")
        GUIDE = 2, _("Guide")
        DISTRIBUTOR = 3, _("Distributor")
        SUPPLIER = 4, _("Supplier contact")
        EXPERT = 5, _("Expert")

    role = models.PositiveSmallIntegerField(choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "home_customer", "role"],
                condition=models.Q(ended_at__isnull=True),
                name="person_role_once",
            )
        ]
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="person_role_by_customer"),
            models.Index(fields=["merchant", "home_customer"], name="person_role_by_home"),
        ]


class Referral(Statement):
    """Who brought a person. `is_standing` follows from all open rows (services/referring.py)."""

    bringer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_bringer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    is_standing = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "home_customer"], condition=models.Q(ended_at__isnull=True), name="referral_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(home_customer=models.F("home_bringer")), name="referral_not_oneself"
            ),
            models.CheckConstraint(
                condition=models.Q(is_standing=False) | models.Q(ended_at__isnull=True),
                name="referral_standing_is_open",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="referral_by_customer"),
            models.Index(fields=["merchant", "home_customer"], name="referral_by_home"),
            models.Index(fields=["merchant", "bringer", "-id"], name="referral_by_bringer"),
            models.Index(fields=["merchant", "home_bringer"], name="referral_by_home_bringer"),
        ]


class GuideAssignment(Statement):
    """The colleague who looks after a person."""

    guide = models.ForeignKey("merchants.Member", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "home_customer"], condition=models.Q(ended_at__isnull=True), name="guide_once"
            )
        ]
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="guide_by_customer"),
            models.Index(fields=["merchant", "home_customer"], name="guide_by_home"),
            models.Index(
                fields=["merchant", "guide", "customer"],
                condition=models.Q(ended_at__isnull=True),
                name="guide_of_whom",
            ),
        ]

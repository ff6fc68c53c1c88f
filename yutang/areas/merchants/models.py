"""Merchants, their organisation, their staff and what staff may do."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Merchant(models.Model):
    """The tenant: a brand."""

    class SecondFactor(models.TextChoices):
        OPTIONAL = "optional", _("Whoever wants it")
        PRIVILEGED = "privileged", _("Required for owners, finance and similar roles")
        EVERYONE = "everyone", _("Required for everybody")

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, default="CNY")
    timezone = models.CharField(max_length=60, default="Asia/Shanghai")
    phone_region = models.CharField(max_length=2, default="CN")  # how a phone without a country code is read
    second_factor = models.CharField(max_length=12, choices=SecondFactor, default=SecondFactor.PRIVILEGED)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class OrgNode(TenantModel):
    """HQ → region → store. The root is the HQ; orders that no store made belong to it."""

    class Kind(models.TextChoices):
        HQ = "hq", _("Headquarters")
        REGION = "region", _("Region")
        STORE = "store", _("Store")

    class Ownership(models.TextChoices):
        DIRECT = "direct", _("Direct")
        FRANCHISE = "franchise", _("Franchise")

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    ownership = models.CharField(max_length=10, choices=Ownership, default=Ownership.DIRECT)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    province = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    # Brings goods to people near it. How is said where orders are; it stands here so that whoever has the stores of a
    # merchant that never does so need not ask there.
    delivers = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "code"], name="orgnode_code_unique"),
            models.UniqueConstraint(
                fields=["merchant"], condition=models.Q(parent__isnull=True), name="orgnode_single_root"
            ),
        ]
        indexes = [models.Index(fields=["merchant", "parent"], name="orgnode_children")]

    def __str__(self) -> str:
        return self.name


class OpeningHours(TenantModel):
    """From when until when a node is open on a weekday, or on one day that differs; several rows for a day with a
    break, one without times where it is closed. A node without rows is open as `rules.USUAL` says."""

    node = models.ForeignKey(OrgNode, on_delete=models.CASCADE, related_name="+", db_index=False)
    weekday = models.SmallIntegerField(null=True)  # 0 is Monday
    day = models.DateField(null=True)
    opens = models.SmallIntegerField(null=True)  # minutes of the local day
    closes = models.SmallIntegerField(null=True)  # 1440 is midnight

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__isnull=False, weekday__range=(0, 6), day__isnull=True)
                | models.Q(weekday__isnull=True, day__isnull=False),
                name="opening_hours_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True, closes__isnull=True)
                | models.Q(
                    opens__isnull=False,
                    opens__gte=0,
                    closes__isnull=False,
                    closes__gt=models.F("opens"),
                    closes__lte=1440,
                ),  # a comparison with nothing would pass
                name="opening_hours_sane",
            ),
        ]
        indexes = [models.Index(fields=["merchant", "node", "day"], name="opening_hours_of_node")]


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who logs in; may work for several merchants. Not tenant data: it holds no merchant's facts."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=10, blank=True, default="")  # empty until chosen: the browser decides
    is_active = models.BooleanField(default=True)
    totp_secret = models.BinaryField(null=True)  # encrypted; null until a second factor is set up
    totp_confirmed_at = models.DateTimeField(null=True)
    totp_last_step = models.BigIntegerField(default=0)  # a code is good once
    recovery_hashes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email


class LoginAttempt(models.Model):
    """Failed log-ins by e-mail and by address; too many delay the next one."""

    key = models.CharField(max_length=300)  # "email:…" or "ip:…"
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["key", "-at"], name="login_attempt_recent")]


class Member(TenantModel):
    """A user's work for one merchant."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "merchant"], name="member_once_per_merchant")]
        indexes = [models.Index(fields=["merchant", "is_active"], name="member_list")]


class Role(TenantModel):
    """A named set of permissions; presets can be copied, not changed."""

    key = models.CharField(max_length=40)  # "owner", "finance", …; own roles get "role-<n>"
    name = models.CharField(max_length=80, blank=True)  # presets are named by translation
    permissions = models.JSONField(default=list)  # ["customers.view", …]
    is_preset = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="role_key_unique")]


class Grant(TenantModel):
    """A role at a node of the tree; it reaches everything below."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="grants", db_index=False)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    node = models.ForeignKey(OrgNode, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "role", "node"], name="grant_once")]

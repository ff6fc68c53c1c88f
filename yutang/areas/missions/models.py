"""Daily check-in with streaks, and tasks of members: what a merchant has set, and what people did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yutang.core import clock
from yutang.core.tenancy import TenantModel


class Plan(TenantModel):
    """The check-in of a merchant. One row; without it there is none."""

    is_active = models.BooleanField(default=False)
    cycle = models.PositiveSmallIntegerField(default=7)  # days after which the streak's rewards begin again

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant"], name="missions_plan_once"),
            models.CheckConstraint(condition=Q(cycle__gt=0), name="missions_plan_cycle"),
        ]


class StreakStep(TenantModel):
    """What is given on a day of the cycle, besides what the rule of points gives every day."""

    day = models.PositiveSmallIntegerField()  # 1: the first day of a streak
    rewards = models.JSONField(default=list)  # core.rewards

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "day"], name="missions_step_once"),
            models.CheckConstraint(condition=Q(day__gt=0), name="missions_step_day"),
        ]


class CheckIn(TenantModel):
    """Somebody was here on a day of the merchant's calendar; `streak`: on so many days in a row."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    streak = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "home_customer", "day"], name="missions_check_in_once"),
            models.CheckConstraint(condition=Q(streak__gt=0), name="missions_check_in_streak"),
        ]
        indexes = [models.Index(fields=["merchant", "customer", "-day"], name="missions_check_in_person")]


class Deed(models.TextChoices):
    """What a task asks for."""

    PROFILE = "profile", _("Complete the profile")
    REVIEW = "review", _("Write a review")
    PURCHASE = "purchase", _("Buy something")
    FRIEND = "friend", _("Bring a friend")
    SHARE = "share", _("Share the shop")
    CHECK_IN = "check_in", _("Check in")


class Task(TenantModel):
    """Rewards for doing something so many times, once in a period."""

    class Period(models.TextChoices):
        ONCE = "once", _("Once")
        DAY = "day", _("Every day")
        WEEK = "week", _("Every week")
        MONTH = "month", _("Every month")

    deed = models.CharField(max_length=8, choices=Deed)
    title = models.CharField(max_length=60)
    target = models.PositiveSmallIntegerField(default=1)
    period = models.CharField(max_length=5, choices=Period, default=Period.ONCE)
    rewards = models.JSONField(default=list)  # core.rewards
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(target__gt=0), name="missions_task_target")]
        indexes = [models.Index(fields=["merchant", "is_active", "deed"], name="missions_task_of_deed")]


class DeedDone(TenantModel):
    """Somebody did something that tasks may ask for; `key` keeps it from counting twice."""

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    deed = models.CharField(max_length=8, choices=Deed)
    key = models.CharField(max_length=80)
    day = models.DateField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "key"], name="missions_deed_once")]
        indexes = [models.Index(fields=["merchant", "customer", "deed", "day"], name="missions_deed_person")]


class Completion(TenantModel):
    """A task that somebody has done, in the period that `period` names ("" once and for all)."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "task", "home_customer", "period"], name="missions_done_once")
        ]
        indexes = [models.Index(fields=["merchant", "customer", "task"], name="missions_done_person")]

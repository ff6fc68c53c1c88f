"""Tags, who has them since when and why, and the runs that gave many at once."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from yutang.areas.customers.models import unchecked_merchant
from yutang.core import clock
from yutang.core.tenancy import CurrentTransaction, TenantModel


class TagGroup(TenantModel):
    """Tags that belong together: "Taste", "Family". Of an exclusive group a person has one tag at a time."""

    class Kind(models.TextChoices):
        LOCAL = "local", _("Local tags")
        WECOM = "wecom", _("WeCom tags")

    class Colour(models.TextChoices):
        BLUE = "blue", _("Blue")
        CYAN = "cyan", _("Cyan")
        TEAL = "teal", _("Teal")
        GREEN = "green", _("Green")
        YELLOW = "yellow", _("Yellow")
        ORANGE = "orange", _("Orange")
        RED = "red", _("Red")
        PINK = "pink", _("Pink")
        PURPLE = "purple", _("Purple")
        INDIGO = "indigo", _("Indigo")

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.LOCAL)
    colour = models.CharField(max_length=10, choices=Colour, default=Colour.BLUE)
    is_exclusive = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "name"], condition=models.Q(archived_at__isnull=True), name="tag_group_once"
            )
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="tag_group_newest")]

    def __str__(self) -> str:
        return self.name


class Tag(TenantModel):
    """`rule` (docs/segments.md) makes it a rule tag: people get it and lose it by themselves."""

    group = models.ForeignKey(TagGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    # Days after which a tag given by hand ends, and for which a rule tag is kept after its rule last held. None: a tag
    # given by hand stays, a rule tag ends as soon as the rule does not hold.
    keep_days = models.PositiveIntegerField(null=True)
    rule = models.JSONField(null=True)
    rule_error = models.CharField(max_length=500, blank=True)  # why the last recomputation could not be done
    recomputed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "group", "name"], condition=models.Q(archived_at__isnull=True), name="tag_once"
            )
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="tag_newest")]

    def __str__(self) -> str:
        return self.name


class TaggingRun(TenantModel):
    """Gives or takes a tag to or from many people. `position` is committed together with what its chunk wrote."""

    class Action(models.TextChoices):
        GIVE = "give", _("Give the tag")
        TAKE = "take", _("Take the tag away")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="+", db_index=False)
    action = models.CharField(max_length=4, choices=Action, default=Action.GIVE)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=300, blank=True)  # becomes the evidence of its taggings
    segment = models.ForeignKey("segments.Segment", on_delete=models.PROTECT, null=True, related_name="+")
    people = models.BinaryField()  # BitMap64 of whom it is about, fixed when it was asked for
    total = models.BigIntegerField()
    position = models.BigIntegerField(default=0)  # the last person (undoing: the last tagging) that is done
    handled = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)  # taggings made, or ended
    undone = models.BigIntegerField(default=0)  # of them taken back
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.CharField(max_length=200)
    created_by_key = models.CharField(max_length=60)  # "user:5"
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-id"], name="tagging_run_newest"),
            models.Index(fields=["merchant", "created_by_key", "-id"], name="tagging_run_mine"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING, self.State.UNDOING)

    @property
    def can_be_undone(self) -> bool:
        return self.state in (self.State.DONE, self.State.STOPPED)

    @property
    def percent(self) -> float:
        done, of = (self.undone, self.changed) if self.state == self.State.UNDOING else (self.handled, self.total)
        return 100 * done / of if of else 100.0


class Tagging(TenantModel):
    """A person has a tag, from `given_at` until `ended_at`. Written by the million, so references are not checked row
    by row: ids of people come from rows just read, tags are never deleted."""

    class Source(models.TextChoices):
        MANUAL = "manual", _("Tagged by hand")
        BULK = "bulk", _("Many at once")
        RULE = "rule", _("By its rule")
        IMPORT = "import", _("Import")
        API = "api", _("API")

    class End(models.TextChoices):
        REMOVED = "removed", _("Taken away")
        EXPIRED = "expired", _("Expired")
        RULE = "rule", _("The rule no longer held")
        REPLACED = "replaced", _("Another tag of its group came")
        RENEWED = "renewed", _("Given again by hand")
        UNDONE = "undone", _("The run was undone")
        ARCHIVED = "archived", _("The tag was deleted")

    merchant = unchecked_merchant()
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    home_customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    source = models.CharField(max_length=6, choices=Source)
    evidence = models.CharField(max_length=300, blank=True)  # "from a chat on …"; of a rule tag the rule says it
    run = models.ForeignKey(TaggingRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    given_at = models.DateTimeField(default=clock.now)
    given_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, blank=True)
    end_reason = models.CharField(max_length=8, choices=End, blank=True)
    ended_run = models.ForeignKey(TaggingRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "home_customer", "tag"], condition=models.Q(ended_at__isnull=True),
                name="tagging_once",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["merchant", "customer", "-id"], name="tagging_by_customer"),
            models.Index(fields=["merchant", "home_customer"], name="tagging_by_home"),
            models.Index(
                fields=["merchant", "tag", "customer"], condition=models.Q(ended_at__isnull=True), name="tagging_by_tag"
            ),
            models.Index(
                fields=["merchant", "expires_at"],
                condition=models.Q(ended_at__isnull=True, expires_at__isnull=False),
                name="tagging_expiring",
            ),
            models.Index(
                fields=["merchant", "run", "id"], condition=models.Q(run__isnull=False), name="tagging_of_run"
            ),
            models.Index(
                fields=["merchant", "ended_run", "id"],
                condition=models.Q(ended_run__isnull=False),
                name="tagging_ended_by",
            ),
        ]


class LifeFact(TenantModel):
    """Something lasting in a person's life: a child, a pet, a diet, an anniversary. Append-only, as the lake wants it:
    a fact that is changed or taken back is followed by a row that `reverses` it; what stands has no such row. Rows of
    one fact share a `thread`, the number of its first row."""

    class Source(models.TextChoices):
        CHAT = "chat", _("Chat")
        FORM = "form", _("Form")
        STAFF = "staff", _("Staff")
        IMPORT = "import", _("Import")
        API = "api", _("API")

    class Calendar(models.TextChoices):
        SOLAR = "solar", _("Solar calendar")
        LUNAR = "lunar", _("Lunar calendar")

    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    home_customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    thread = models.BigIntegerField(null=True)  # None: its first row
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    kind = models.CharField(max_length=20)  # kinds.KINDS
    name = models.CharField(max_length=200, blank=True)
    detail = models.CharField(max_length=20, blank=True)
    calendar = models.CharField(max_length=5, choices=Calendar, blank=True)  # of the day below; empty without one
    year = models.PositiveSmallIntegerField(null=True)
    month = models.PositiveSmallIntegerField(null=True)
    day = models.PositiveSmallIntegerField(null=True)
    is_leap = models.BooleanField(default=False)  # the day lies in a leap month
    born_on = models.DateField(null=True)  # that day in the solar calendar, where its year is known
    is_sensitive = models.BooleanField(default=False)
    has_consent = models.BooleanField(default=False)  # the person agreed to its being kept
    source = models.CharField(max_length=6, choices=Source)
    evidence = models.CharField(max_length=300, blank=True)
    valid_until = models.DateField(null=True)  # the last day it holds
    recorded_at = models.DateTimeField(default=clock.now)
    recorded_by = models.CharField(max_length=200)
    xid = models.BigIntegerField(editable=False, db_default=CurrentTransaction())

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "customer", "id"], name="life_by_customer"),
            models.Index(fields=["merchant", "home_customer"], name="life_by_home"),
            models.Index(
                fields=["merchant", "valid_until"],
                condition=models.Q(valid_until__isnull=False, reverses__isnull=True),
                name="life_ending",
            ),
            BrinIndex(fields=["xid"], name="life_export"),
        ]

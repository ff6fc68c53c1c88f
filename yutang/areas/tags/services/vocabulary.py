"""Groups and tags. They belong to the whole merchant, so only who may define tags everywhere changes them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from yutang.areas.segments import queries as segments
from yutang.areas.tags import queries
from yutang.areas.tags.errors import GroupInUse, NameTaken, RuleOfItself, TagInUse
from yutang.areas.tags.models import Tag, Tagging, TagGroup
from yutang.areas.tags.services import automatic, writing
from yutang.core import audit, clock, jobs, tenancy
from yutang.core.access import Actor
from yutang.core.errors import Invalid
from yutang.lake import writer

MOST_DAYS = 3650


@transaction.atomic
def create_group(
    *, name: str, kind: str = TagGroup.Kind.LOCAL, colour: str = TagGroup.Colour.BLUE, is_exclusive: bool = False,
    actor: Actor,
) -> TagGroup:  # fmt: skip
    queries.require_everywhere(actor)
    group = TagGroup(
        merchant_id=actor.merchant_id, name=_name(name), kind=TagGroup.Kind(kind), colour=TagGroup.Colour(colour),
        is_exclusive=is_exclusive, created_by=actor.name,
    )  # fmt: skip
    _save(group)
    audit.record("tags.create_group", actor=actor, object_type="tag_group", object_id=group.pk)
    return group


@transaction.atomic
def update_group(*, group_id: int, name: str, colour: str, is_exclusive: bool, actor: Actor) -> TagGroup:
    """A group keeps its kind: tags of WeCom live there. Who has two tags of a group that becomes exclusive keeps them
    until the next one comes."""
    queries.require_everywhere(actor)
    group = queries.group(group_id)
    group.name, group.colour, group.is_exclusive = _name(name), TagGroup.Colour(colour), is_exclusive
    _save(group)
    audit.record("tags.update_group", actor=actor, object_type="tag_group", object_id=group.pk)
    return group


@transaction.atomic
def archive_group(*, group_id: int, actor: Actor) -> TagGroup:
    queries.require_everywhere(actor)
    group = queries.group(group_id)
    if Tag.objects.filter(group=group, archived_at__isnull=True).exists():
        raise GroupInUse
    group.archived_at = clock.now()
    group.save(update_fields=["archived_at"])
    audit.record("tags.archive_group", actor=actor, object_type="tag_group", object_id=group.pk)
    return group


@transaction.atomic
def create(
    *, group_id: int, name: str, description: str = "", keep_days: int | None = None, rule: Any = None, actor: Actor
) -> Tag:
    """A new tag; with a `rule` people get it as soon as the job comes to it."""
    queries.require_everywhere(actor)
    tag = Tag(
        merchant_id=actor.merchant_id, group=queries.group(group_id), name=_name(name), created_by=actor.name,
        description=_description(description), keep_days=_days(keep_days), rule=rule,
    )  # fmt: skip
    if rule is not None:
        segments.parse(rule, actor=actor)
    _save(tag)
    audit.record("tags.create", actor=actor, object_type="tag", object_id=tag.pk, detail={"rule": rule})
    if rule is not None:
        automatic.defer(tag)
    return tag


@transaction.atomic
def update(
    *, tag_id: int, group_id: int, name: str, description: str = "", keep_days: int | None = None, rule: Any = None,
    actor: Actor,
) -> Tag:  # fmt: skip
    """A changed rule is followed by a job. Without a rule, those who had the tag by it keep it as if given by hand."""
    queries.require_everywhere(actor)
    tag = queries.tag(tag_id, lock=True)
    before = tag.rule
    tag.group, tag.name, tag.rule = queries.group(group_id), _name(name), rule
    tag.description, tag.keep_days, tag.rule_error = _description(description), _days(keep_days), ""
    if rule is not None:
        segments.parse(rule, actor=actor)
        if queries.tags_asked(rule) & {tag.pk}:
            raise RuleOfItself(field="rule")
    _save(tag)
    if rule is None and before is not None:
        Tagging.objects.filter(tag=tag, source=Tagging.Source.RULE, ended_at__isnull=True).update(
            source=Tagging.Source.BULK, evidence=gettext("Had it when the rule was taken away.")
        )
    detail = {"before": before, "after": rule} if before != rule else {}
    audit.record("tags.update", actor=actor, object_type="tag", object_id=tag.pk, detail=detail)
    if rule is not None:
        automatic.defer(tag)
    return tag


@transaction.atomic
def archive(*, tag_id: int, actor: Actor) -> Tag:
    """Takes the tag out of use and off everybody; who had it when stays as history. Refused while something asks for
    it."""
    queries.require_everywhere(actor)
    tag = queries.tag(tag_id, lock=True)
    users = [*segments.asking("tags.ids", tag.pk), *queries.rule_tags_asking(tag.pk)]
    if users:
        raise TagInUse(names=", ".join(str(user) for user in users))
    tag.archived_at = clock.now()
    tag.save(update_fields=["archived_at"])
    audit.record("tags.archive", actor=actor, object_type="tag", object_id=tag.pk)
    jobs.defer("tags.end_archived", merchant_id=tag.merchant_id, tag_id=tag.pk)
    return tag


def end_archived(*, merchant_id: int, tag_id: int, chunk: int = writing.CHUNK) -> None:
    """Ends the taggings of a deleted tag, chunk by chunk; call outside any transaction."""
    ended = chunk
    while ended == chunk:
        with tenancy.scope(merchant_id):
            tag = Tag.objects.get(pk=tag_id, archived_at__isnull=False)
            some = Tagging.objects.filter(tag=tag, ended_at__isnull=True).order_by("customer_id").values("pk")[:chunk]
            ended = Tagging.objects.filter(pk__in=some).update(
                ended_at=clock.now(), end_reason=Tagging.End.ARCHIVED, ended_by="system"
            )
            writer.mark_people_changed(merchant_id)


def _save(row: Tag | TagGroup) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NameTaken(field="name", name=row.name) from error


def _name(text: str) -> str:
    text = " ".join(text.split())
    if not 0 < len(text) <= 60:
        raise Invalid(field="name", field_label=gettext("Name"), reason=gettext("Write 1 to 60 characters."))
    return text


def _description(text: str) -> str:
    if len(text.strip()) > 300:
        reason = gettext("Write at most %(limit)s characters.") % {"limit": 300}
        raise Invalid(field="description", field_label=gettext("Description"), reason=reason)
    return text.strip()


def _days(days: int | None) -> int | None:
    if days is not None and not 1 <= days <= MOST_DAYS:
        reason = gettext("Write a number of days from 1 to %(limit)s.") % {"limit": MOST_DAYS}
        raise Invalid(field="keep_days", field_label=gettext("Keep for days"), reason=reason)
    return days

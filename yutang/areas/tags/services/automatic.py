"""What happens by itself: rule tags follow their rules, expired tags end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from pyroaring import BitMap64

from yutang.areas.segments import queries as segments
from yutang.areas.segments.errors import RuleInvalid
from yutang.areas.tags import queries
from yutang.areas.tags.events import TagRecomputed
from yutang.areas.tags.models import Tag, Tagging
from yutang.areas.tags.services import writing
from yutang.core import access, clock, events, jobs, tenancy
from yutang.core.access import Actor
from yutang.lake import writer


@dataclass(frozen=True)
class Effect:
    """What saving a rule would do: who gets the tag, who loses it, who keeps it."""

    gained: BitMap64
    lost: BitMap64
    kept: int
    by_hand: int  # of those who keep it: given by hand or by a run, which the rule never takes away


def preview(*, rule: Any, tag: Tag | None, actor: Actor) -> Effect:
    """Nothing is written. `tag` is None while it does not exist yet."""
    queries.require_everywhere(actor)
    members = segments.bitmap(rule, actor=actor)
    return _effect(tag, members)


def _effect(tag: Tag | None, members: BitMap64) -> Effect:
    held = BitMap64() if tag is None else queries.holders(tag)
    by_rule = BitMap64() if tag is None else queries.holders(tag, source=Tagging.Source.RULE)
    others = held - by_rule
    lost = BitMap64() if tag is not None and tag.keep_days is not None else by_rule - members
    return Effect(members - held, lost, len(held - lost), len(others))


@transaction.atomic
def recompute_soon(*, tag_id: int, actor: Actor) -> None:
    queries.require_everywhere(actor)
    defer(queries.tag(tag_id))


def recompute_all(*, merchant_id: int) -> None:
    """A job for every rule tag; call in the merchant's scope."""
    for tag in queries.tags().filter(merchant=merchant_id, rule__isnull=False):
        defer(tag)


def defer(tag: Tag) -> None:
    jobs.defer(
        "tags.recompute", queueing_lock=f"tags.recompute:{tag.pk}", lock=f"tags.recompute:{tag.pk}",
        merchant_id=tag.merchant_id, tag_id=tag.pk,
    )  # fmt: skip


def recompute(*, merchant_id: int, tag_id: int, chunk: int = writing.CHUNK) -> None:
    """The tag follows its rule; call outside any transaction. Every chunk is a transaction of its own: what a killed
    recomputation left undone the next one finds, because it compares who fulfils the rule with who has the tag."""
    actor = access.system(merchant_id, name="tags")
    with tenancy.scope(merchant_id):
        tag = Tag.objects.select_related("group").filter(pk=tag_id, archived_at__isnull=True).first()
        if tag is None or tag.rule is None:
            return
        try:
            members = segments.bitmap(tag.rule, actor=actor)
        except RuleInvalid as error:
            # An attribute or a segment it builds on went away: people keep what they have, the screen says why.
            tag.rule_error = str(error)[:500]
            tag.save(update_fields=["rule_error"])
            return
        writing.end_expired(clock.now())
        effect = _effect(tag, members)
        if tag.keep_days is not None:
            _prolong(tag, members)
    gained = lost = 0
    for people in writing.chunks(effect.gained, size=chunk):
        with tenancy.scope(merchant_id):
            if not _still(tag):
                return
            today = writing.people_of_today(people, merchant_id)
            gained += writing.give_many(tag, today, writing.Reason(Tagging.Source.RULE, "system"))
            writer.mark_people_changed(merchant_id)
    for people in writing.chunks(effect.lost, size=chunk):
        with tenancy.scope(merchant_id):
            if not _still(tag):
                return
            lost += writing.take_many(
                tag, people, end=Tagging.End.RULE, by="system", only=Tagging.Source.RULE
            )  # fmt: skip
            writer.mark_people_changed(merchant_id)
    with tenancy.scope(merchant_id):
        Tag.objects.filter(pk=tag.pk).update(recomputed_at=clock.now(), rule_error="")
        events.publish(TagRecomputed(merchant_id=merchant_id, tag_id=tag.pk, gained=gained, lost=lost))


def _still(tag: Tag) -> bool:
    """The rule is still the one that was asked: a changed one has queued its own recomputation."""
    return Tag.objects.filter(pk=tag.pk, rule=tag.rule, archived_at__isnull=True).select_for_update().exists()


def _prolong(tag: Tag, members: BitMap64) -> None:
    """For who fulfils the rule the days count from now again; written once a day and person."""
    now = clock.now()
    until = writing.expiry(tag, now)
    assert until is not None
    for people in writing.chunks(members):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE tags_tagging SET expires_at = %s WHERE merchant_id = %s AND tag_id = %s"
                " AND customer_id = ANY(%s) AND ended_at IS NULL AND source = 'rule' AND expires_at < %s",
                [until, tag.merchant_id, tag.pk, people, until - timedelta(hours=12)],
            )


@transaction.atomic
def expire() -> int:
    """Ends what has expired for the merchant in scope."""
    ended = writing.end_expired(clock.now())
    if ended:
        writer.mark_people_changed(tenancy.require_merchant_id())
    return ended

"""What tags and life facts say of a person: all of it is handed out, and all of it goes with an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q
from django.utils.translation import gettext_noop

from yutang.areas.privacy import registry
from yutang.areas.tags import facts
from yutang.areas.tags.models import LifeFact, Tagging
from yutang.lake import rewriting

if TYPE_CHECKING:
    from yutang.areas.customers.erasing import Person
    from yutang.areas.privacy.search import Needle
    from yutang.core.access import Actor


def register() -> None:
    registry.register(
        registry.Holder(
            area="tags", tables=("tags_tagging", "tags_lifefact"), copy=copy, erase=erase, erase_files=erase_in_lake
        )
    )


def copy(person: Person) -> registry.Section:
    taggings = Tagging.objects.filter(_of(person)).select_related("tag").order_by("pk")
    life = LifeFact.objects.filter(_of(person)).order_by("pk")
    return {
        gettext_noop("Tags"): [
            {
                "tag": tagging.tag.name, "since": tagging.given_at, "by": tagging.given_by,
                "evidence": tagging.evidence, "ended": tagging.ended_at,
            }
            for tagging in taggings
        ],
        gettext_noop("Life facts"): [
            {
                "kind": fact.kind, "name": fact.name, "detail": fact.detail, "calendar": fact.calendar,
                "year": fact.year, "month": fact.month, "day": fact.day, "evidence": fact.evidence,
                "recorded": fact.recorded_at, "by": fact.recorded_by, "taken_back": fact.reverses_id is not None,
            }
            for fact in life
        ],
    }  # fmt: skip


def erase(person: Person, actor: Actor) -> None:
    del actor
    Tagging.objects.filter(_of(person)).delete()
    found = LifeFact.objects.filter(_of(person))
    found.filter(reverses__isnull=False).delete()  # they point at the others
    found.delete()


def erase_in_lake(person: Person, wanted: list[Needle]) -> int:
    del wanted

    def without(rows: pa.Table) -> pa.Table:
        theirs = pc.is_in(rows.column("home_customer_id"), value_set=pa.array(person.homes, pa.int64()))
        return rows.filter(pc.invert(theirs))

    return rewriting.rewrite(facts.LIFE.name, person.merchant_id, without)


def _of(person: Person) -> Q:
    return Q(customer_id=person.customer_id) | Q(home_customer_id__in=person.homes)

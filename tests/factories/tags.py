from __future__ import annotations

import itertools

from yutang.areas.tags import queries, services
from yutang.areas.tags.models import Tag, TaggingRun, TagGroup
from yutang.core import access, tenancy

_numbers = itertools.count(1)


def _actor() -> access.Actor:
    return access.system(tenancy.require_merchant_id(), name="tester")


def make_group(**overrides) -> TagGroup:
    return services.create_group(**{"name": f"Group {next(_numbers)}", "actor": _actor(), **overrides})


def make_tag(group: TagGroup | None = None, **overrides) -> Tag:
    group = group or make_group()
    return services.create(
        **{"group_id": group.pk, "name": f"Tag {next(_numbers)}", "actor": _actor(), **overrides}
    )  # fmt: skip


def give(person, tag: Tag, **overrides):
    return services.give(**{"customer": person, "tag_id": tag.pk, "actor": _actor(), **overrides})


def names(person) -> list[str]:
    """The tags that the person's page shows."""
    return [row.tag.name for row in queries.of_person(person)]


def run_now(tag: Tag, people, **overrides) -> TaggingRun:
    """Tags these people at once and waits for the end."""
    run = services.start(
        **{"tag_id": tag.pk, "customer_ids": [person.pk for person in people], "actor": _actor(), **overrides}
    )  # fmt: skip
    return carry_out(run)


def undo_now(run: TaggingRun) -> TaggingRun:
    services.undo(run_id=run.pk, actor=_actor())
    return carry_out(run)


def carry_out(run: TaggingRun, chunk: int = 2) -> TaggingRun:
    services.execute(merchant_id=run.merchant_id, run_id=run.pk, chunk=chunk)
    run.refresh_from_db()
    return run

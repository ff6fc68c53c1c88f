"""From draft to version, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from yutang.areas.decoration import blocks, queries
from yutang.areas.decoration.errors import BadPeriod, NotReady
from yutang.areas.decoration.models import PageVariant, PageVersion
from yutang.areas.decoration.needs import Viewer
from yutang.areas.decoration.services.drafts import locked
from yutang.areas.decoration.services.pages import record_version
from yutang.core import clock

if TYPE_CHECKING:
    from datetime import datetime

    from yutang.core.access import Actor


@transaction.atomic
def publish(
    *, variant_id: int, revision: int, shows_from: datetime | None = None, shows_until: datetime | None = None,
    actor: Actor,
) -> PageVersion:  # fmt: skip
    """Makes the draft a version: shown at once, or in its period. DraftChanged, BadPeriod; NotReady with the first of
    what is missing."""
    variant = locked(variant_id, revision, actor)
    found = blocks.parse(variant.draft)
    problems = [text for _, texts in queries.problems(found, Viewer(clock.now())) for text in texts]
    if problems:
        raise NotReady(problems=len(problems), first=problems[0])
    version = _publish(variant, blocks.dumped(found), shows_from, shows_until, actor)
    record_version("decoration.publish", version, actor)
    return version


@transaction.atomic
def publish_again(*, version_id: int, actor: Actor) -> PageVersion:
    """An older version is shown from now on, as a new one: the history stays what it was. The draft is not touched;
    what its links led to and is gone leaves the page by itself."""
    old = queries.version(version_id)
    queries.require_everywhere(actor)
    variant = PageVariant.objects.select_for_update().get(pk=old.variant_id)
    version = _publish(variant, old.blocks, None, None, actor, copied_from=old.number)
    record_version("decoration.publish_again", version, actor)
    return version


@transaction.atomic
def withdraw(*, version_id: int, actor: Actor) -> PageVersion:
    """Takes a version down, or calls off one that is still to come: what was shown before it is shown."""
    queries.require_everywhere(actor)
    queries.version(version_id)
    version = PageVersion.objects.select_for_update().get(pk=version_id)
    if version.withdrawn_at is None:
        version.withdrawn_at, version.withdrawn_by = clock.now(), actor.name
        version.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record_version("decoration.withdraw", version, actor)
    return version


@transaction.atomic
def take_down(*, variant_id: int, actor: Actor) -> int:
    """Nothing of the variant is shown any more; how many versions were taken down."""
    queries.require_everywhere(actor)
    queries.variant(variant_id)
    PageVariant.objects.select_for_update().get(pk=variant_id)
    now = clock.now()
    held = PageVersion.objects.filter(variant=variant_id, withdrawn_at__isnull=True)
    versions = list(held.select_related("variant").order_by("pk"))
    for version in versions:
        withdraw(version_id=version.pk, actor=actor)
    return len([version for version in versions if version.shows_until is None or version.shows_until > now])


def _publish(
    variant: PageVariant, content: object, shows_from: datetime | None, shows_until: datetime | None, actor: Actor,
    copied_from: int | None = None,
) -> PageVersion:  # fmt: skip
    now = clock.now()
    begins = max(shows_from or now, now)
    if begins.year not in clock.YEARS:
        raise BadPeriod(field="shows_from")
    if shows_until is not None and (shows_until <= begins or shows_until.year not in clock.YEARS):
        raise BadPeriod(field="shows_until")
    newest = PageVersion.objects.filter(variant=variant).aggregate(newest=Max("number"))["newest"] or 0
    return PageVersion.objects.create(
        merchant_id=actor.merchant_id, variant=variant, number=newest + 1, blocks=content, shows_from=begins,
        shows_until=shows_until, published_at=now, published_by=actor.name, copied_from=copied_from,
    )  # fmt: skip

"""What imports keep of people: the files as they were uploaded, and the rows that could not be read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from yutang.areas.customers.erasing import Person
from yutang.areas.imports.models import ImportRun
from yutang.areas.imports.services.running import rejected_store
from yutang.areas.privacy import registry, search
from yutang.core import tenancy

_ENDED = (ImportRun.State.DONE, ImportRun.State.FAILED, ImportRun.State.CANCELLED, ImportRun.State.UPLOADED)


def register() -> None:
    registry.register(registry.Holder(area="imports", erase_files=erase_files, obstacles=running))
    registry.register_timer(
        registry.Timer("uploads", gettext_noop("Uploaded files and rejected rows"), 90, count_uploads, remove_uploads)
    )


def running(person: Person) -> list[str]:
    """An import under way may be writing the person at this moment."""
    del person
    open_states = Q(state=ImportRun.State.QUEUED) | Q(state=ImportRun.State.RUNNING)
    return [gettext("An import is running.")] if ImportRun.objects.filter(open_states).exists() else []


def erase_files(person: Person, wanted: list[search.Needle]) -> int:
    """An upload that shows the person is deleted whole: what it said is in the pool. Of rejected rows, theirs go."""
    changed = 0
    folder = Path(settings.FILES) / "imports" / str(person.merchant_id)
    for path in sorted(folder.glob("*")):
        if not search.in_file(path, wanted):
            continue
        changed += 1
        if path.suffix == ".rows":
            search.drop_lines(path, wanted)
        else:
            path.unlink()
    with tenancy.scope(person.merchant_id):
        _forget_missing()
    return changed


def count_uploads(before: datetime) -> int:
    return sum(len(run.files) for run in _old(before))


def remove_uploads(before: datetime) -> int:
    """Deletes files of runs that ended long ago, unless a newer run has the same file."""
    old = list(_old(before))
    newer = ImportRun.objects.exclude(pk__in=[run.pk for run in old]).values_list("files", flat=True)
    needed = {name for files in newer for name in files}
    gone = 0
    for run in old:
        for name in set(run.files) - needed:
            (Path(settings.FILES) / name).unlink(missing_ok=True)
        for path in (rejected_store(run), rejected_store(run).with_suffix(".csv")):
            path.unlink(missing_ok=True)
        gone += len(run.files)
    _forget_missing()
    return gone


def _old(before: datetime) -> list[ImportRun]:
    ended = Q(finished_at__lt=before) | Q(finished_at__isnull=True, created_at__lt=before)
    return list(ImportRun.objects.filter(ended, state__in=_ENDED).exclude(files=[]).order_by("pk"))


def _forget_missing() -> None:
    """Runs whose files are gone cannot be repeated, and say so."""
    for run in ImportRun.objects.filter(state__in=_ENDED).exclude(files=[]).iterator():
        if all((Path(settings.FILES) / name).exists() for name in run.files):
            continue
        run.files = []
        run.save(update_fields=["files"])

"""Everything before the first row is written."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from yutang.areas.imports import detect, queries
from yutang.areas.imports.errors import ImportFileError, MappingError
from yutang.areas.imports.failures import FilesUnfit, FileUnreadable, MappingUnusable, NotRunnable
from yutang.areas.imports.layouts import LAYOUTS
from yutang.areas.imports.mapping import Mapping
from yutang.areas.imports.models import ImportRun, SavedMapping
from yutang.core import audit, clock, jobs
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.core.access import Actor

MAX_BYTES = 2 * 2**30
MAX_FILES = 2


def store(name: str, content: IO[bytes], merchant_id: int) -> Path:
    """Keeps an uploaded file under the hash of its content; the same file is stored once. Returns its path."""
    folder = Path(settings.FILES) / "imports" / str(merchant_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    suffix = "".join(re.findall(r"\.[a-z0-9]{1,5}", name.lower())[-2:])
    draft = folder / f"upload-{os.getpid()}-{os.urandom(4).hex()}"
    digest = hashlib.sha256()
    try:
        with draft.open("wb") as target:
            size = 0
            while block := content.read(2**20):
                size += len(block)
                if size > MAX_BYTES:
                    raise FileUnreadable(field="file", name=name, code="file.too_large", detail="")
                digest.update(block)
                target.write(block)
        final = folder / f"{digest.hexdigest()}{suffix}"
        shutil.move(draft, final)
    finally:
        draft.unlink(missing_ok=True)
    return final


@transaction.atomic
def upload(
    *,
    files: Sequence[tuple[str, IO[bytes]]],
    layout: str | None = None,
    mapping: str | None = None,
    source: str | None = None,
    actor: Actor,
) -> ImportRun:
    """Stores one file, or two reports that belong together, and finds out how to read them.

    Without `layout` and `mapping` the layout is detected, else a mapping saved for these headers is taken; a run with
    neither waits for a mapping. Errors: FileUnreadable, MappingUnusable.
    """
    queries.require_everything(actor, "imports.run")
    if not 1 <= len(files) <= MAX_FILES:
        raise FilesUnfit(field="file")
    names = [_shown(name) for name, _ in files]
    stored = [store(name, content, actor.merchant_id) for name, content in files]
    found = _detected(names[0], stored[0])
    for name, path in zip(names[1:], stored[1:], strict=True):
        _check_pair(found, _detected(name, path), is_mapped=mapping is not None, name=name)
    if mapping is None and layout is None:
        saved = SavedMapping.objects.filter(signature=found.signature).first()
        mapping, layout = (saved.toml, None) if saved else (None, found.kind)
    if layout is not None and layout not in LAYOUTS:
        raise FileUnreadable(field="source", name=names[0], code="file.kind_unknown", detail=layout)
    parsed = parse_mapping(mapping) if mapping else None
    run = ImportRun.objects.create(
        merchant_id=actor.merchant_id,
        file_names=names,
        files=[str(path.relative_to(settings.FILES)) for path in stored],
        signature=found.signature,
        layout=layout or "",
        mapping=mapping or "",
        source=(source or (LAYOUTS[layout].source if layout else "") or (parsed.name if parsed else ""))[:40],
        bytes_total=sum(path.stat().st_size for path in stored),
        created_by=actor.name,
    )
    audit.record("imports.upload", actor=actor, object_type="import_run", object_id=run.pk, detail={"files": names})
    return run


def _shown(name: str) -> str:
    """The name without folders and control characters, short enough for every screen."""
    plain = re.split(r"[\\/]", name)[-1]
    return "".join(letter for letter in plain if letter.isprintable())[-200:] or "file"


def _detected(name: str, path: Path) -> detect.Detection:
    try:
        return detect.detect(path)
    except ImportFileError as error:
        raise FileUnreadable(field="file", name=name, code=error.code, detail=error.detail) from error


def _check_pair(first: detect.Detection, other: detect.Detection, *, is_mapped: bool, name: str) -> None:
    """Two files of one platform, or two with the same columns."""
    if other.signature == first.signature or is_mapped:
        return
    if first.kind is None or other.kind is None or LAYOUTS[first.kind].source != LAYOUTS[other.kind].source:
        raise FileUnreadable(field="file", name=name, code="file.not_a_pair", detail="")


@transaction.atomic
def add_companion(*, run_id: int, file: tuple[str, IO[bytes]], actor: Actor) -> ImportRun:
    """Adds the second report (items to orders, or orders to items) to a run that has not started."""
    queries.require_everything(actor, "imports.run")
    run = _startable(run_id)
    if len(run.files) >= MAX_FILES or run.mapping or run.chunks_done:
        raise NotRunnable(state=run.get_state_display())
    name = _shown(file[0])
    path = store(name, file[1], actor.merchant_id)
    _check_pair(
        _detected(run.file_names[0], Path(settings.FILES) / run.files[0]), _detected(name, path),
        is_mapped=False, name=name,
    )  # fmt: skip
    run.file_names, run.files = [*run.file_names, name], [*run.files, str(path.relative_to(settings.FILES))]
    run.bytes_total += path.stat().st_size
    _forget(run)
    run.save()
    audit.record("imports.upload", actor=actor, object_type="import_run", object_id=run.pk, detail={"files": [name]})
    return run


@transaction.atomic
def use_layout(*, run_id: int, layout: str, actor: Actor) -> ImportRun:
    """Reads the run's files as a built-in layout, whatever was detected; empty: by a mapping still to be made."""
    queries.require_everything(actor, "imports.run")
    run = _startable(run_id)
    if layout and layout not in LAYOUTS:
        raise FileUnreadable(field="source", name=run.file_names[0], code="file.kind_unknown", detail=layout)
    run.layout, run.mapping = layout, ""
    run.source = LAYOUTS[layout].source if layout else ""
    _forget(run)
    run.save()
    return run


def _forget(run: ImportRun) -> None:
    """Read in another way, the file has other lines: counting and skipping start anew."""
    run.state, run.is_dry_run, run.error, run.finished_at = ImportRun.State.UPLOADED, False, None, None
    run.chunks_done, run.counts, run.people_created, run.people_matched, run.bytes_read = 0, {}, b"", b"", 0


def parse_mapping(toml: str) -> Mapping:
    """The mapping, or MappingUnusable naming the setting."""
    try:
        return Mapping.from_toml(toml)
    except MappingError as error:
        raise MappingUnusable(field=error.field, setting=error.field, code=error.code, detail=error.detail) from error


def mapping_of(data: dict[str, Any]) -> Mapping:
    """The same from plain data, such as a form's."""
    try:
        return Mapping.from_dict(data)
    except MappingError as error:
        raise MappingUnusable(field=error.field, setting=error.field, code=error.code, detail=error.detail) from error


@transaction.atomic
def save_mapping(*, run_id: int, toml: str, name: str, source: str = "", actor: Actor) -> SavedMapping:
    """Keeps a mapping for all files with the run's headers, and uses it for the run. `source`: the platform, which
    makes its buyer ids its own; the mapping's name when there is none."""
    queries.require_everything(actor, "imports.run")
    parse_mapping(toml)
    run = _startable(run_id)
    saved, _ = SavedMapping.objects.update_or_create(
        merchant_id=actor.merchant_id,
        signature=run.signature,
        defaults={"name": name[:120], "toml": toml, "saved_at": clock.now(), "saved_by": actor.name},
    )
    run.mapping, run.layout = toml, ""
    run.source = (source or run.source or name)[:40]
    _forget(run)
    run.save()
    audit.record("imports.save_mapping", actor=actor, object_type="import_run", object_id=run.pk)
    return saved


@transaction.atomic
def queue(*, run_id: int, dry_run: bool, actor: Actor) -> ImportRun:
    """Hands the run to a worker. A finished dry run may be followed by the real one; a failed run may be repeated."""
    queries.require_everything(actor, "imports.run")
    run = start(run_id=run_id, dry_run=dry_run, actor=actor)
    jobs.defer("imports.run", lock=f"import:{actor.merchant_id}", merchant_id=actor.merchant_id, run_id=run.pk)
    return run


@transaction.atomic
def start(*, run_id: int, dry_run: bool, actor: Actor) -> ImportRun:
    """Readies a run that the caller executes itself (the command line)."""
    queries.require_everything(actor, "imports.run")
    run = _startable(run_id)
    if not run.layout and not run.mapping:
        raise NotRunnable(state=run.get_state_display())
    _reset(run, dry_run=dry_run)
    run.state = ImportRun.State.QUEUED
    run.save()
    return run


def _reset(run: ImportRun, *, dry_run: bool) -> None:
    """Counting starts anew, unless the run goes on where it was interrupted."""
    goes_on = run.state in (ImportRun.State.FAILED, ImportRun.State.CANCELLED) and not run.is_dry_run and not dry_run
    if not goes_on:
        run.chunks_done, run.counts, run.people_created, run.people_matched = 0, {}, b"", b""
    run.bytes_read, run.error, run.finished_at, run.is_dry_run = 0, None, None, dry_run


@transaction.atomic
def cancel(*, run_id: int, actor: Actor) -> ImportRun:
    """Stops the run before its next chunk; what is imported stays, and the run can be continued."""
    queries.require_everything(actor, "imports.run")
    run = ImportRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotFound
    if not run.is_open:
        raise NotRunnable(state=run.get_state_display())
    run.state, run.finished_at = ImportRun.State.CANCELLED, clock.now()
    run.save(update_fields=["state", "finished_at"])
    audit.record("imports.cancel", actor=actor, object_type="import_run", object_id=run.pk)
    return run


def _startable(run_id: int) -> ImportRun:
    run = ImportRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotFound
    if run.is_open or (run.state == ImportRun.State.DONE and not run.is_dry_run):
        raise NotRunnable(state=run.get_state_display())
    return run

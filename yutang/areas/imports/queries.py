"""Reads about imports: the runs, and what a file would become."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language

from yutang.areas.imports import detect, headers, normalise, suggest
from yutang.areas.imports.errors import ImportFileError
from yutang.areas.imports.layouts import LAYOUTS
from yutang.areas.imports.mapping import Mapping
from yutang.areas.imports.models import ImportRun, SavedMapping
from yutang.areas.imports.reader import open_source
from yutang.areas.merchants import queries as merchants
from yutang.core import clock, money
from yutang.core.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.areas.imports.schema import RowError
    from yutang.core.access import Actor

MAX_WORDS = 40
WORD_ROWS = 200_000  # rows that are searched for status words


def require_everything(actor: Actor, permission: str) -> None:
    """A file may hold orders of any store: imports are for those whose permission reaches the whole company."""
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


def runs(*, actor: Actor) -> QuerySet[ImportRun]:
    """Newest first."""
    require_everything(actor, "imports.view")
    return ImportRun.objects.order_by("-id")


def run(run_id: int, *, actor: Actor) -> ImportRun:
    require_everything(actor, "imports.view")
    found = ImportRun.objects.filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found


def saved_mapping(signature: str) -> SavedMapping | None:
    return SavedMapping.objects.filter(signature=signature).first()


def layouts() -> list[tuple[str, str]]:
    """(key, name in the reader's language) of every built-in layout."""
    return [(kind, layout_name(kind)) for kind in LAYOUTS]


def layout_name(kind: str) -> str:
    layout = LAYOUTS[kind]
    return layout.label_zh if (get_language() or "").startswith("zh") else layout.label


@dataclass(frozen=True)
class Preview:
    """The first lines of a run's files as they would be imported."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    failure: ImportFileError | None = None  # the file as a whole cannot be read in this way


def preview(found: ImportRun, *, mapping: Mapping | None = None, limit: int = 20) -> Preview:
    """By the given mapping, else by what the run is to be read with."""
    merchant = merchants.current_merchant(found.merchant_id)
    if mapping is None and found.mapping:
        mapping = Mapping.from_toml(found.mapping)
    try:
        batch = normalise.preview(
            paths(found),
            kind=found.layout or None if mapping is None else None,
            mapping=mapping,
            timezone=merchant.timezone,
            exponent=money.exponent(merchant.currency),
            phone_region=merchant.phone_region,
            limit=limit,
        )
    except ImportFileError as error:
        return Preview(failure=error)
    return Preview(batch.rows.to_pylist(), batch.errors)


def detection(found: ImportRun) -> detect.Detection | None:
    """What the run's first file looks like; None when it cannot be read any more."""
    try:
        return detect.detect(paths(found)[0])
    except ImportFileError:
        return None


def missing_companion(found: ImportRun) -> str | None:
    """Layout of the second report that would complete the run's only file."""
    if len(found.files) > 1 or found.layout not in LAYOUTS:
        return None
    return LAYOUTS[found.layout].companion


def suggested_mapping(found: detect.Detection) -> Mapping:
    return suggest.mapping(found.headers, found.sample_rows)


def words_of(found: ImportRun, header: str) -> list[tuple[str, str]]:
    """The distinct words of a column in the order of appearance, each with the status it probably means."""
    key, seen, rows = headers.key(header), dict[str, None](), 0
    try:
        for path in paths(found):
            source = open_source(path, known=frozenset({key}))
            if key not in source.keys:
                continue
            for batch in source.batches():
                words = batch.column(key).unique().to_pylist()
                seen.update(dict.fromkeys(str(word).strip() for word in words if word and str(word).strip()))
                rows += batch.num_rows
                if len(seen) > MAX_WORDS or rows > WORD_ROWS:
                    break
    except ImportFileError:
        pass  # the preview says what is wrong with the file
    return [(word, suggest.status(word)) for word in list(seen)[:MAX_WORDS]]


def paths(found: ImportRun) -> list[Path]:
    """Where the files lie: only ever what the run itself names."""
    return [Path(settings.FILES) / name for name in found.files]


def need_attention(*, actor: Actor) -> int:
    """Runs of the last month that failed or left rows out, as far as the actor sees imports."""
    if actor.nodes("imports.view") is not None:
        return 0
    recent = ImportRun.objects.filter(created_at__gte=clock.now() - timedelta(days=30), is_dry_run=False)
    return recent.filter(Q(state=ImportRun.State.FAILED) | Q(state="done", counts__rejected__gt=0)).count()

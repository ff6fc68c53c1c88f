"""Taking out of the lake's files what its tables no longer hold.

A commit leaves the files of the state before it in place, for readers that have begun. They go when they are older
than a grace period and the table's present state does not refer to them; files of writers that died go the same way.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

from yutang.core import logs
from yutang.lake import catalog, writer
from yutang.lake.index import building
from yutang.lake.models import PeopleChange
from yutang.lake.tables import PERSON, REGISTRY

if TYPE_CHECKING:
    from pyiceberg.table import Table

GRACE = timedelta(minutes=10)  # longer than any question to the lake takes
log = logs.get(__name__)


def expire(before: datetime) -> int:
    """Forgets all earlier states of every table and deletes files, written up to `before`, that only they needed;
    returns how many.

    Waits for the writer, whose files of a commit under way belong to no state yet. Call outside any transaction.
    """
    gone = 0
    with writer.paused():
        for name in (PERSON, *REGISTRY.facts):
            if catalog.exists(name):
                gone += _expire(name, before.timestamp())
    if gone:
        log.info("lake.expired", files=gone)
    return gone


def forget_index(merchant_id: int) -> None:
    """The segment index keeps values of its own, and files of the state before: the writer's next pass makes it anew
    from the present lake, which answers meanwhile. Call outside any transaction."""
    with writer.paused():
        building.remove(merchant_id)


def is_due(mark: int) -> bool:
    """Whether the person snapshot that this mark asked for is still to be written. Call in the merchant's scope."""
    return PeopleChange.objects.filter(pk=mark).exists()


def _expire(name: str, before: float) -> int:
    table = catalog.catalog().load_table(name)
    current = table.current_snapshot()
    earlier = [s.snapshot_id for s in table.snapshots() if current is not None and s.snapshot_id != current.snapshot_id]
    if earlier:
        table.maintenance.expire_snapshots().by_ids(earlier).commit()
        table = catalog.catalog().load_table(name)
    needed = _needed(table)
    gone = 0
    for path in Path(_path(table.location())).rglob("*"):
        if path.is_file() and str(path) not in needed and path.stat().st_mtime <= before:
            path.unlink()
            gone += 1
    return gone


def _needed(table: Table) -> set[str]:
    """Every file that the present state refers to."""
    # Earlier metadata names files and columns, no values; the catalog itself deletes it by and by.
    found = {_path(table.metadata_location), *(_path(entry.metadata_file) for entry in table.metadata.metadata_log)}
    snapshot = table.current_snapshot()
    if snapshot is None:
        return found
    found.add(_path(snapshot.manifest_list))
    for manifest in snapshot.manifests(table.io):
        found.add(_path(manifest.manifest_path))
        found.update(_path(entry.data_file.file_path) for entry in manifest.fetch_manifest_entry(table.io))
    return found


def _path(uri: str) -> str:
    return unquote(urlparse(uri).path)

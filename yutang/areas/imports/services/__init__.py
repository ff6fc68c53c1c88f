"""Writes about imports: uploading, saving a mapping, running."""

from __future__ import annotations

from yutang.areas.imports.services.preparing import (
    MAX_BYTES,
    MAX_FILES,
    add_companion,
    cancel,
    mapping_of,
    parse_mapping,
    queue,
    save_mapping,
    start,
    upload,
    use_layout,
)
from yutang.areas.imports.services.rejected import rejected_csv, rejected_path, rejected_rows
from yutang.areas.imports.services.running import Counts, execute

__all__ = [
    "MAX_BYTES", "MAX_FILES", "Counts", "add_companion", "cancel", "execute", "mapping_of", "parse_mapping", "queue",
    "rejected_csv", "rejected_path", "rejected_rows", "save_mapping", "start", "upload", "use_layout",
]  # fmt: skip

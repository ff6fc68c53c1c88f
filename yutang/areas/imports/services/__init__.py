"""Writes about imports: uploading, saving a mapping, running."""

from __future__ import annotations

from yutang.areas.imports.services.preparing import cancel, queue, save_mapping, start, upload
from yutang.areas.imports.services.running import Counts, execute, rejected_path

__all__ = ["Counts", "cancel", "execute", "queue", "rejected_path", "save_mapping", "start", "upload"]

"""Writes about imports: uploading, saving a mapping, running."""

from __future__ import annotations

from yutang.areas.imports.services.preparing import cancel, queue, save_mapping, upload
from yutang.areas.imports.services.running import Counts, execute

__all__ = ["Counts", "cancel", "execute", "queue", "save_mapping", "upload"]

"""How long a test waits for another process, thread or server."""

from __future__ import annotations

PATIENCE = 600  # seconds. Guards against a hang and measures nothing: a small machine with much to do is very slow.

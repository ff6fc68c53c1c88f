"""How long a test waits for another process, thread or server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 600  # seconds. Guards against a hang and measures nothing: a small machine with much to do is very slow.


def until(condition: Callable[[], object]) -> None:
    """Waits for what somebody else does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)

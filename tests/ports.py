"""Where servers of the tests listen.

Not where the system puts the near ends of connections: a port that was free is taken a moment later when a thousand
phones visit a shop beside it.
"""

from __future__ import annotations

import os
import random
import socket
from pathlib import Path

LOWEST, HIGHEST, AT_ONCE = 20_000, 65_535, 2
WORKERS = 16  # each worker of a run has ports of its own
_draw = random.SystemRandom()  # pytest-randomly gives every test the same seed


def free_port() -> int:
    """A free port whose next one is free too: `yutang up` takes both."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    first, last = _used_for_connections()
    own = [
        port for port in range(LOWEST + AT_ONCE * worker, HIGHEST, AT_ONCE * WORKERS)
        if port + AT_ONCE <= first or port > last
    ]  # fmt: skip
    return next(port for port in _draw.sample(own, len(own)) if all(map(_is_free, range(port, port + AT_ONCE))))


def _used_for_connections() -> tuple[int, int]:
    try:
        first, last = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    except FileNotFoundError:  # no Linux: what the register of ports leaves to them
        return 49_152, 65_535
    return int(first), int(last)


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True

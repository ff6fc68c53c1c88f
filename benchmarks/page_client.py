"""Asks for one page at a steady rate, whatever the answers take: `python -m benchmarks.page_client URL RATE SECONDS`.

An answer's time counts from the moment at which its request was due, so that a server that falls behind cannot hide it
by being asked less. RATE 0 asks as fast as eight connections can. Prints JSON: asked, per second, p50, p99, worst (ms).
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import deque
from urllib.parse import urlsplit

CONNECTIONS = 64
CONNECTIONS_WITHOUT_RATE = 8
PATIENCE = 60.0  # seconds for what is still under way at the end
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class _Connection(asyncio.Protocol):
    """One request under way at a time; everything else is dropped on the floor as fast as it comes."""

    def __init__(self, done) -> None:
        self.done, self.read = done, b""

    def connection_made(self, transport) -> None:
        self.transport = transport

    def ask(self, request: bytes, due: float) -> None:
        self.due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, separator, body = self.read.partition(b"\r\n\r\n")
        if not separator:
            return
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise SystemExit(f"refused: {head[:300]!r}")
        if len(body) >= int(length[1]):
            self.read = b""
            self.done(self, time.perf_counter() - self.due)


async def load(url: str, rate: float, seconds: float) -> list[float]:
    """Seconds that each answer took, in the order in which they came."""
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    loop, took, free, late = asyncio.get_running_loop(), [], deque(), deque()
    finished = asyncio.Event()
    total, end = int(rate * seconds), time.perf_counter() + seconds

    def done(connection: _Connection, needed: float) -> None:
        took.append(needed)
        if late:
            connection.ask(request, late.popleft())
        elif not rate and time.perf_counter() < end:
            connection.ask(request, time.perf_counter())
        else:
            free.append(connection)
            if len(free) == connections and (not rate or len(took) == total):
                finished.set()

    connections = CONNECTIONS if rate else CONNECTIONS_WITHOUT_RATE
    for _ in range(connections):
        _, made = await loop.create_connection(lambda: _Connection(done), parts.hostname, parts.port)
        free.append(made)
    every = list(free)
    started = time.perf_counter()
    if rate:
        for number in range(total):
            due = started + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            if free:
                free.popleft().ask(request, due)
            else:
                late.append(due)
            await asyncio.sleep(0)
    else:
        for connection in [free.popleft() for _ in range(connections)]:
            connection.ask(request, time.perf_counter())
    try:
        await asyncio.wait_for(finished.wait(), seconds + PATIENCE)
    except TimeoutError:  # who cannot keep up: what is not answered has waited so long at least
        if not rate:
            raise
        now = time.perf_counter()
        took += [now - due for due in [*late, *(one.due for one in every if one not in free)]]
    return took


def main(url: str, rate: float, seconds: float) -> None:
    started = time.perf_counter()
    took = sorted(asyncio.run(load(url, rate, seconds)))
    elapsed = time.perf_counter() - started
    found = {"asked": len(took), "per_second": len(took) / elapsed}
    found |= {"p50": took[len(took) // 2] * 1e3, "p99": took[int(len(took) * 0.99)] * 1e3, "worst": took[-1] * 1e3}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))

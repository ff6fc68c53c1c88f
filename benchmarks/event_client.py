"""A lean client for the row of events: keep-alive connections, one request under way on each, bytes made beforehand.

`python -m benchmarks.event_client PORT TOKEN PATH REQUESTS EVENTS_EACH CONNECTIONS` prints the seconds it took.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime


def send(port: int, token: str, path: str, requests: int, size: int, connections: int) -> float:
    prepared = [_request(token, path, number, size) for number in range(requests)]
    waiting = iter(prepared)

    class Client(asyncio.Protocol):
        def connection_made(self, transport) -> None:
            self.transport, self.done, self.rest = transport, asyncio.get_running_loop().create_future(), b""
            self.next()

        def next(self) -> None:
            request = next(waiting, None)
            if request is None:
                self.transport.close()
                self.done.set_result(None)
            else:
                self.transport.write(request)

        def data_received(self, data: bytes) -> None:
            self.rest += data
            if self.rest.endswith(b"}"):
                if not self.rest.startswith(b"HTTP/1.1 200") or b'"rejected": []' not in self.rest:
                    self.done.set_exception(RuntimeError(self.rest[:500]))
                    return
                self.rest = b""
                self.next()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        made = [await loop.create_connection(Client, "127.0.0.1", port) for _ in range(connections)]
        await asyncio.gather(*(client.done for _, client in made))

    started = time.perf_counter()
    asyncio.run(main())
    return time.perf_counter() - started


def _event(request: int, number: int, size: int) -> dict:
    return {
        "id": f"{size}-{request}-{number}", "kind": "view", "occurred_at": datetime.now(UTC).isoformat(),
        "visitor": f"visitor-{(request * size + number) % 5_000}", "channel": "web",
        "page": f"/products/{number % 500}", "source": "search", "item": f"SKU-{number % 500}",
        "properties": {"title": "Oolong 250 g", "seconds": 12.5},
    }  # fmt: skip


def _request(token: str, path: str, request: int, size: int) -> bytes:
    events = [_event(request, number, size) for number in range(size)]
    body = json.dumps(events[0] if size == 1 else events).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    print(send(int(sys.argv[1]), sys.argv[2], sys.argv[3], *(int(number) for number in sys.argv[4:])))

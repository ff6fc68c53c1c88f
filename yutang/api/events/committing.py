"""Group commit: what comes in while one transaction is being written goes together into the next.

A durable commit costs one wait for the disk whether it holds one event or thousands. One thread writes; requests hand
over their events and wait. Nobody is answered before the commit that holds their events.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from yutang.areas.interactions import services
from yutang.core import logs, tenancy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.interactions.reading import EventIn
    from yutang.core.access import Actor

MOST_WAITING = 50_000  # events
MOST_AT_ONCE = 5_000

log = logs.get(__name__)


class Busy(Exception):
    """More waits than may wait: nothing was taken."""


class Unavailable(Exception):
    """The database did not say that it has committed. Sending again is safe."""


@dataclass(eq=False)
class _Request:
    events: Sequence[EventIn]
    node_id: int | None
    actor: Actor
    answer: asyncio.Future[None]
    error: Exception | None = None


class Committer:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._something = threading.Condition()
        self._waiting: list[_Request] = []
        self._size = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    async def record(self, events: Sequence[EventIn], node_id: int | None, actor: Actor) -> None:
        """Comes back when the events are on disk; `Busy` or `Unavailable` when they may not be."""
        request = _Request(events, node_id, actor, self._loop.create_future())
        with self._something:
            if self._size + len(events) > MOST_WAITING or self._stopping:
                raise Busy
            self._waiting.append(request)
            self._size += len(events)
            self._something.notify()
        await request.answer

    def stop(self) -> None:
        """Writes what waits, then ends."""
        with self._something:
            self._stopping = True
            self._something.notify()
        self._thread.join()

    def _run(self) -> None:
        while taken := self._take():
            lanes: dict[tuple[int, int | None], list[_Request]] = defaultdict(list)
            for request in taken:
                lanes[request.actor.merchant_id, request.actor.id].append(request)
            for requests in lanes.values():
                self._write(requests)
            self._loop.call_soon_threadsafe(_answer, taken)
        connection.close()

    def _take(self) -> list[_Request]:
        with self._something:
            while not self._waiting and not self._stopping:
                self._something.wait()
            count = size = 0
            for request in self._waiting:
                if count and size + len(request.events) > MOST_AT_ONCE:
                    break
                count, size = count + 1, size + len(request.events)
            taken, self._waiting = self._waiting[:count], self._waiting[count:]
            self._size -= size
            return taken

    def _write(self, requests: list[_Request]) -> None:
        """One transaction for all; when it fails for a reason that may lie with one of them, one for each."""
        first = requests[0]
        try:
            with tenancy.scope(first.actor.merchant_id):
                events = [event for request in requests for event in request.events]
                services.record(events=events, node_id=first.node_id, actor=first.actor)
        except (OperationalError, InterfaceError) as error:
            log.warning("collector.database_away", reason=str(error).partition("\n")[0])
            connection.close()
            for request in requests:
                request.error = Unavailable()
        except Exception as error:
            if len(requests) > 1:
                for request in requests:
                    self._write([request])
                return
            if isinstance(error, DatabaseError):
                connection.close()
            log.exception("collector.failed", merchant=first.actor.merchant_id)
            first.error = error


def _answer(requests: list[_Request]) -> None:
    for request in requests:
        if request.answer.done():
            continue  # its client has gone
        if request.error is None:
            request.answer.set_result(None)
        else:
            request.answer.set_exception(request.error)

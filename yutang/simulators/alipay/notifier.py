"""Sends notices in a thread of its own, with repetitions and faults, until it is stopped."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import httpx

from .faults import Fate, Fortune, NoticeFaults

LADDER = (240.0, 600.0, 600.0, 3600.0, 7200.0, 21600.0, 54000.0)
"""Seconds between the eight attempts."""


@dataclass(frozen=True)
class Notice:
    """`form` is called for each attempt: the time of sending is part of what is signed."""

    notify_id: str
    url: str
    form: Callable[[bool], dict[str, str]] = field(repr=False)
    attempt: int = 1
    is_forged: bool = False
    is_held: bool = False


PATIENCE = 5.0  # seconds that the merchant has for an answer


@dataclass(frozen=True)
class Delivery:
    """One attempt and what came back: the answer's text, or what went wrong."""

    notify_id: str
    attempt: int
    is_forged: bool
    answer: str

    @property
    def is_taken(self) -> bool:
        return self.answer == "success"


class Notifier:
    def __init__(self, *, ladder: Sequence[float], faults: NoticeFaults) -> None:
        self._ladder = ladder
        self._held_for = faults.held_for
        self._fortune = Fortune(faults)
        self._wake = threading.Condition()
        self._queue: list[tuple[float, int, Notice]] = []
        self._order = itertools.count()
        self._is_busy = False
        self._is_stopped = False
        self._deliveries: list[Delivery] = []
        self._lost: list[str] = []
        self._told: list[tuple[Notice, Fate]] = []
        self._http = httpx.Client(timeout=PATIENCE, trust_env=False)
        self._thread = threading.Thread(target=self._run, name="alipay-notices", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._wake:
            self._is_stopped = True
            self._wake.notify_all()
        self._thread.join()
        self._http.close()

    def send(self, notice: Notice) -> None:
        with self._wake:
            fate = self._fortune.next()
            self._told.append((notice, fate))
            if fate.is_lost:
                self._lost.append(notice.notify_id)
                return
            self._plan(notice, fate)
            self._wake.notify_all()

    def settle(self, timeout: float) -> None:
        """Waits until nothing is left to send; TimeoutError otherwise."""
        with self._wake:
            self._release()
            self._wake.notify_all()
            if not self._wake.wait_for(lambda: not (self._queue or self._is_busy), timeout):
                raise TimeoutError("notices are still to be sent")

    @property
    def deliveries(self) -> list[Delivery]:
        with self._wake:
            return list(self._deliveries)

    @property
    def lost(self) -> list[str]:
        """Numbers of notices that were never sent."""
        with self._wake:
            return list(self._lost)

    @property
    def told(self) -> list[tuple[Notice, Fate]]:
        """All notices in the order in which they came about, and what was to become of each."""
        with self._wake:
            return list(self._told)

    def _plan(self, notice: Notice, fate: Fate) -> None:
        if fate.is_forged_before:
            self._push(replace(notice, is_forged=True), 0)
        for _ in range(fate.copies):
            self._push(replace(notice, is_held=fate.is_held), self._held_for if fate.is_held else fate.delay)

    def _push(self, notice: Notice, delay: float) -> None:
        heapq.heappush(self._queue, (time.monotonic() + delay, next(self._order), notice))

    def _run(self) -> None:
        while (notice := self._next()) is not None:
            delivery = self._deliver(notice)
            with self._wake:
                self._is_busy = False
                self._deliveries.append(delivery)
                if not (delivery.is_taken or notice.is_forged) and notice.attempt <= len(self._ladder):
                    self._push(replace(notice, attempt=notice.attempt + 1), self._ladder[notice.attempt - 1])
                if not notice.is_forged:
                    self._release()
                self._wake.notify_all()

    def _next(self) -> Notice | None:
        """Waits for the next that is due; None when stopped."""
        with self._wake:
            while not self._is_stopped:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    self._is_busy = True
                    return heapq.heappop(self._queue)[2]
                self._wake.wait(wait)
            return None

    def _release(self) -> None:
        """What was held has been overtaken."""
        now = time.monotonic()
        self._queue = [
            (now, order, replace(notice, is_held=False)) if notice.is_held else (due, order, notice)
            for due, order, notice in self._queue
        ]
        heapq.heapify(self._queue)

    def _deliver(self, notice: Notice) -> Delivery:
        try:
            response = self._http.post(notice.url, data=notice.form(notice.is_forged))
            answer = response.text if response.status_code == httpx.codes.OK else f"HTTP {response.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            answer = type(error).__name__
        return Delivery(notice.notify_id, notice.attempt, notice.is_forged, answer)

"""Posts notices from a thread of its own: signed, again until somebody takes them, and not always in order."""

from __future__ import annotations

import heapq
import itertools
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import httpx

from yutang.connectors.wechatpay.signing import PROBE
from yutang.simulators.wechatpay.accounts import Account, PlatformKey, encrypted, stranger
from yutang.simulators.wechatpay.content import rfc3339
from yutang.simulators.wechatpay.faults import Fate

# Seconds between tries, as the platform documents them: a day in all.
LADDER = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
LATE = 30.0
PATIENCE = 5.0  # what the platform gives the merchant for an answer


class Kind(StrEnum):
    GENUINE = "genuine"
    PROBE = "probe"  # the platform's, wrongly signed on purpose
    FORGED = "forged"  # somebody else's


@dataclass(frozen=True)
class Notice:
    id: str
    url: str
    about: str  # the transaction; a notice may be held until the next one about it
    body: bytes


@dataclass(frozen=True)
class Delivery:
    """What became of one try. `status` is 0 where nobody answered."""

    notice: Notice = field(repr=False)
    kind: Kind
    attempt: int
    status: int

    @property
    def is_taken(self) -> bool:
        return self.status in (200, 204)


def notice(account: Account, *, event: str, url: str, about: str, content: Mapping[str, Any], now: datetime) -> Notice:
    id_ = secrets.token_hex(16)
    original = event.partition(".")[0].lower()
    body = {
        "id": id_,
        "create_time": rfc3339(now),
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": {"TRANSACTION.SUCCESS": "支付成功", "REFUND.SUCCESS": "退款成功"}.get(event, "退款失败"),
        "resource": {
            "original_type": original,
            **encrypted(account.api_key, json.dumps(content, ensure_ascii=False).encode(), associated_data=original),
        },
    }
    return Notice(id_, url, about, json.dumps(body, ensure_ascii=False).encode())


class Notifier:
    def __init__(
        self,
        *,
        key: Callable[[], PlatformKey],
        now: Callable[[], datetime],
        ladder: Sequence[float] = LADDER,
        late: float = LATE,
    ) -> None:
        self._key = key
        self._now = now
        self._ladder = tuple(ladder)
        self._late = late
        self._queue: list[tuple[float, int, Notice, Kind, int]] = []
        self._held: list[tuple[Notice, Fate]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._is_hurried = self._is_busy = self._is_stopped = False
        self._deliveries: list[Delivery] = []
        self._told: list[tuple[Notice, Fate]] = []
        self._thread = threading.Thread(target=self._run, name="wechatpay-notices")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What has not been sent never will be."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
        self._thread.join()

    def tell(self, notice: Notice, fate: Fate) -> None:
        with self._changed:
            self._told.append((notice, fate))
            overtaken = [held for held in self._held if held[0].about == notice.about]
            if fate.is_held and not overtaken:
                self._held.append((notice, fate))
                return
            self._plan(notice, fate)
            for held in overtaken:
                self._held.remove(held)
                self._plan(*held)

    def drain(self, seconds: float = 30) -> None:
        """Sends what is due later or held back now, and returns when nothing is left. `TimeoutError` if that fails."""
        with self._changed:
            for held in self._held:
                self._plan(*held)
            self._held.clear()
            self._is_hurried = True
            self._changed.notify_all()
            try:
                if not self._changed.wait_for(lambda: not self._queue and not self._is_busy, seconds):
                    raise TimeoutError(f"{len(self._queue)} notices are left")
            finally:
                self._is_hurried = False

    def deliveries(self) -> list[Delivery]:
        with self._changed:
            return list(self._deliveries)

    def told(self) -> list[tuple[Notice, Fate]]:
        """All notices in the order in which they came about, and what was to become of each."""
        with self._changed:
            return list(self._told)

    def _plan(self, notice: Notice, fate: Fate) -> None:
        due = time.monotonic() + (self._late if fate.is_late else 0)
        if fate.is_forged:
            self._push(due, notice, Kind.FORGED)
        if fate.is_lost:
            return
        if fate.is_probed:
            self._push(due, notice, Kind.PROBE)
        for _ in range(2 if fate.is_duplicated else 1):
            self._push(due, notice, Kind.GENUINE)

    def _push(self, due: float, notice: Notice, kind: Kind, attempt: int = 1) -> None:
        heapq.heappush(self._queue, (due, next(self._order), notice, kind, attempt))
        self._changed.notify_all()

    def _run(self) -> None:
        # The environment's proxies are not for this machine.
        with httpx.Client(timeout=PATIENCE, trust_env=False) as http:
            while (task := self._next()) is not None:
                notice, kind, attempt = task
                status = self._post(http, notice, kind)
                self._note(Delivery(notice, kind, attempt, status))

    def _next(self) -> tuple[Notice, Kind, int] | None:
        """What to send, when it is time; nothing when the simulator ends."""
        with self._changed:
            while not self._is_stopped:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is not None and (wait <= 0 or self._is_hurried):
                    _, _, notice, kind, attempt = heapq.heappop(self._queue)
                    self._is_busy = True
                    return notice, kind, attempt
                self._changed.wait(wait)
            return None

    def _post(self, http: httpx.Client, notice: Notice, kind: Kind) -> int:
        key = self._key()
        signer = key if kind != Kind.FORGED else PlatformKey(key.serial, stranger())
        headers = {"Content-Type": "application/json", **signer.headers(notice.body, self._now())}
        if kind == Kind.PROBE:
            headers["Wechatpay-Signature"] = PROBE + headers["Wechatpay-Signature"]
        try:
            return http.post(notice.url, content=notice.body, headers=headers).status_code
        except httpx.HTTPError:
            return 0

    def _note(self, delivery: Delivery) -> None:
        with self._changed:
            self._is_busy = False
            self._deliveries.append(delivery)
            tries_left = self._ladder[delivery.attempt - 1 :]
            if delivery.kind == Kind.GENUINE and not delivery.is_taken and tries_left:
                self._push(time.monotonic() + tries_left[0], delivery.notice, delivery.kind, delivery.attempt + 1)
            self._changed.notify_all()

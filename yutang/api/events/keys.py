"""Keys at the collector's door: looked up at most every few seconds, counted in memory."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from yutang.areas.openplatform import services
from yutang.areas.openplatform.errors import TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Callable

    from yutang.core.access import Actor

KEPT_SECONDS = 5.0  # a revoked key opens the collector for so long
MOST_KEPT = 1_000
EVENTS_PER_REQUEST = 1_000  # a key with 600 requests a minute may record 600,000 events a minute


@dataclass
class Entry:
    key_id: int
    node_id: int | None
    actor: Actor
    region: str
    events_per_minute: int
    until: float


class Keys:
    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Entry | asyncio.Task[Entry]] = {}
        self._spent: dict[int, tuple[float, float]] = {}  # key → events left, when

    async def secret(self, token: str | None) -> Entry:
        return await self._get((token or "", ""), lambda: services.look_up(token))

    async def site(self, token: str, origin: str) -> Entry:
        return await self._get((token, origin), lambda: services.look_up_site(token, origin))

    def spend(self, entry: Entry, events: int) -> None:
        """A bucket of one minute's events that refills evenly; refuses when it is empty."""
        now, pace = time.monotonic(), entry.events_per_minute / 60
        left, at = self._spent.get(entry.key_id, (float(entry.events_per_minute), now))
        left = min(float(entry.events_per_minute), left + (now - at) * pace)
        if left <= 0:
            raise TooManyRequests(limit=entry.events_per_minute, wait=max(1, round(-left / pace)))
        self._spent[entry.key_id] = (left - events, now)

    async def _get(self, shown: tuple[str, str], look_up: Callable[[], object]) -> Entry:
        found = self._found.get(shown)
        if isinstance(found, Entry):
            if found.until > time.monotonic():
                return found
            found = None
        if found is None:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            found = asyncio.ensure_future(asyncio.to_thread(_entry, look_up))
            self._found[shown] = found
        try:
            # Shielded: others wait for the same answer.
            entry = await asyncio.shield(found)
        except Exception:
            self._found.pop(shown, None)
            raise
        self._found[shown] = entry
        return entry


def _entry(look_up: Callable[[], object]) -> Entry:
    try:
        key, actor = look_up()
    finally:
        connection.close()
    return Entry(
        key.pk, key.node_id, actor, key.merchant.phone_region, key.requests_per_minute * EVENTS_PER_REQUEST,
        time.monotonic() + KEPT_SECONDS,
    )  # fmt: skip

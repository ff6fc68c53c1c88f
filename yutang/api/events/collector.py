"""The collector: a lean server (RSGI) for events alone, beside the web server.

`POST /api/v1/events` and `/events/batch` as in the API; `POST /collect?key=ys_…` for browsers with a site key, a list
of events as text/plain, so that no browser asks for permission first. Everything else is not here.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from yutang.api import bodies, problems
from yutang.api.events import answers
from yutang.api.events.committing import Busy, Committer, Unavailable
from yutang.api.events.keys import Keys
from yutang.areas.interactions import reading
from yutang.areas.openplatform.errors import TooManyRequests
from yutang.core import clock, logs
from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from django.http import HttpResponse

    from yutang.api.events.keys import Entry

ONE, MANY, SITE = "/api/v1/events", "/api/v1/events/batch", "/collect"
# So much of a body that is too large is read and dropped: who is still sending hears no answer.
MOST_DRAINED = 16 * bodies.MAX_BYTES
_JSON = [("content-type", "application/json"), ("cache-control", "no-store")]

log = logs.get(__name__)


class Collector:
    """An RSGI application; granian calls `__rsgi_init__` in the process that serves."""

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.keys = Keys()
        self.committer = Committer(loop)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.committer.stop()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        if scope.path == "/healthz":
            protocol.response_str(200, [("content-type", "text/plain")], "ok")
            return
        origin = scope.headers.get("origin", "") if scope.path == SITE else ""
        try:
            status, headers, body = await self._answer(scope, protocol, origin)
        except DomainError as error:
            with _language(scope):
                status, headers, body = _problem(problems.of(error))
            if isinstance(error, TooManyRequests):
                headers.append(("retry-after", str(error.params["wait"])))
        except (Busy, Unavailable, DatabaseError):
            with _language(scope):
                status, headers, body = _problem(problems.answer(503, code="events.busy"))
            headers.append(("retry-after", "1"))
        except Exception:  # the last door before the server: logged, answered, and nothing was acknowledged
            log.exception("collector.crashed", path=scope.path)
            with _language(scope):
                status, headers, body = _problem(problems.answer(500))
        if origin:
            # Whoever asks may read the answer: it says nothing that the asker has not sent.
            headers = [*headers, ("access-control-allow-origin", origin), ("vary", "Origin")]
        protocol.response_bytes(status, headers, body)

    async def _answer(self, scope: Any, protocol: Any, origin: str) -> tuple[int, list[tuple[str, str]], bytes]:
        if scope.path not in (ONE, MANY, SITE):
            return _problem(problems.answer(404))
        if scope.method == "OPTIONS" and scope.path == SITE:
            return 204, [("access-control-allow-methods", "POST"), ("access-control-allow-headers", "content-type"),
                         ("access-control-max-age", "86400")], b""  # fmt: skip
        if scope.method != "POST":
            return _problem(problems.answer(405, headers={"Allow": "POST"}))
        entry = await self._entry(scope, origin)
        body = await _body(scope, protocol)
        read = _read(scope, body, entry)
        if read.rejected and scope.path == ONE:
            with _language(scope):
                return _problem(answers.refused(read.rejected[0]))
        self.keys.spend(entry, len(read.events))
        if read.events:
            await self.committer.record(read.events, entry.node_id, entry.actor)
        with _language(scope) if read.rejected else nullcontext():
            return 200, list(_JSON), answers.recorded(read)

    async def _entry(self, scope: Any, origin: str) -> Entry:
        if scope.path == SITE:
            entry = await self.keys.site(parse_qs(scope.query_string).get("key", [""])[0], origin)
        else:
            scheme, _, token = scope.headers.get("authorization", "").partition(" ")
            entry = await self.keys.secret(token.strip() if scheme.lower() == "bearer" else None)
        entry.actor.require("interactions.write")
        return entry


def _read(scope: Any, body: bytes, entry: Entry) -> reading.Read:
    now, kind = clock.now(), scope.headers.get("content-type", "").partition(";")[0].strip()
    if scope.path == SITE:
        return reading.many(body, now=now, region=entry.region, may_identify=False)
    if kind != "application/json" and not (scope.path == MANY and kind == bodies.LINES):
        raise bodies.UnsupportedMediaType
    if scope.path == ONE:
        return reading.one(body, now=now, region=entry.region)
    return reading.many(body, now=now, region=entry.region, is_lines=kind == bodies.LINES)


async def _body(scope: Any, protocol: Any) -> bytes:
    length = scope.headers.get("content-length", "")
    if length.isdecimal() and int(length) <= bodies.MAX_BYTES:
        return bytes(await protocol())
    parts, size = [], 0
    async for part in protocol:
        size += len(part)
        if size <= bodies.MAX_BYTES:
            parts.append(part)
        elif size > MOST_DRAINED:
            break
    if size > bodies.MAX_BYTES:
        raise bodies.TooLarge(limit=bodies.MAX_BYTES)
    return b"".join(parts)


def _problem(response: HttpResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [(name.lower(), value) for name, value in response.headers.items()]
    return response.status_code, [*headers, ("cache-control", "no-store")], response.content


def _language(scope: Any) -> translation.override:
    for code, _quality in parse_accept_lang_header(scope.headers.get("accept-language", "")):
        try:
            return translation.override(get_supported_language_variant(code))
        except LookupError:
            continue
    return translation.override(None)

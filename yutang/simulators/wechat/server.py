"""The simulated WeChat as a server on 127.0.0.1: the page that asks the person, and the interfaces behind it."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from enum import Enum, auto
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from yutang.core import clock

from .accounts import OfficialAccount, Person
from .authorisation import USERINFO, Authorisation, Refusal

_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>微信（模拟）</title>
<style>body{{font:16px/1.6 sans-serif;max-width:390px;margin:0 auto;padding:16px}}
button{{width:100%;min-height:48px;font-size:17px;border:0;border-radius:8px;background:#07c160;color:#fff}}</style>
<h1>微信（模拟）</h1>{body}</html>"""


class Fault(Enum):
    """What goes wrong with one answer of an interface; all but BUSY break it after the deed is done."""

    BUSY = auto()
    """errcode -1, and nothing is done."""
    LOST = auto()
    """The connection breaks without an answer."""
    GARBLED = auto()
    """502 in HTML."""


class WechatSimulator:
    """`with WechatSimulator() as wechat:`; `wechat.url` answers as api.weixin.qq.com and as open.weixin.qq.com.
    `wechat.person` holds the phone."""

    def __init__(
        self,
        account: OfficialAccount | None = None,
        *,
        person: Person | None = None,
        port: int = 0,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self.account = account or OfficialAccount()
        self.person = person or Person()
        self.authorisation = Authorisation(self.account, now)
        self._faults: deque[Fault] = deque()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="wechat-simulator")

    def __enter__(self) -> WechatSimulator:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def inject(self, *faults: Fault) -> None:
        """For the next answers of interfaces, one each."""
        self._faults.extend(faults)

    def next_fault(self) -> Fault | None:
        return self._faults.popleft() if self._faults else None


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # none outlives the simulator
    request_queue_size = 128  # many clients may knock at once

    def __init__(self, address: tuple[str, int], simulator: WechatSimulator) -> None:
        self.simulator = simulator
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5  # a connection on which nothing is said must not keep the simulator from ending

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        authorisation = self.server.simulator.authorisation
        if parts.path == "/connect/oauth2/authorize":
            self._authorise(parts.query, has_agreed=False)
        elif parts.path == "/sns/oauth2/access_token":
            self._answer(lambda: authorisation.exchange(given))
        elif parts.path == "/sns/userinfo":
            self._answer(lambda: authorisation.profile(given))
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """The person has tapped 允许."""
        parts = urlsplit(self.path)
        if parts.path != "/connect/oauth2/authorize":
            self.send_error(404)
            return
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._authorise(parts.query, has_agreed=True)

    def _authorise(self, query: str, *, has_agreed: bool) -> None:
        wechat = self.server.simulator
        try:
            asked = wechat.authorisation.asked(query)
        except Refusal as refusal:
            self._send(400, "text/html", _PAGE.format(body=f"<p>{refusal.message}（{refusal.code}）</p>"))
            return
        if asked["scope"] == USERINFO and not has_agreed:
            form = (
                f"<p>{escape(wechat.person.name)}</p><p>申请获取你的昵称、头像</p>"
                f'<form method="post" action="?{escape(query)}"><button>允许</button></form>'
            )
            self._send(200, "text/html", _PAGE.format(body=form))
            return
        self.send_response(302)
        self.send_header("Location", wechat.authorisation.granted(asked, wechat.person))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, act: Callable[[], dict[str, object]]) -> None:
        fault = self.server.simulator.next_fault()
        try:
            if fault is Fault.BUSY:
                raise Refusal(-1, "system error")
            said = act()
        except Refusal as refusal:
            said = {"errcode": refusal.code, "errmsg": refusal.message}
        if fault is Fault.LOST:
            with suppress(OSError):  # the other side may have given up first
                self.connection.shutdown(socket.SHUT_RDWR)
        elif fault is Fault.GARBLED:
            self._send(502, "text/html", "<html>Bad Gateway</html>")
        else:
            self._send(200, "text/plain", json.dumps(said, ensure_ascii=False))  # JSON, whatever WeChat calls it

    def _send(self, status: int, kind: str, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: codes and secrets stand in the addresses."""

"""The simulated Aliyun SMS as a server on 127.0.0.1."""

from __future__ import annotations

import json
import secrets
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from yutang.core import clock

from .gateway import Account, Gateway, Message, Refusal

LARGEST_BODY = 1 << 16


class Fault(Enum):
    """What goes wrong with one answer. In all but DOWN the message has been taken."""

    DOWN = auto()
    """503 before anything is done."""
    BUSY = auto()
    """The answer says isp.SYSTEM_ERROR."""
    LOST = auto()
    """The connection breaks without an answer."""
    SLOW = auto()
    """No answer until the other side gives up."""


class AliyunSmsSimulator:
    """`with AliyunSmsSimulator() as sms: Client(…, base_url=sms.url)`; `sms.messages` are those that were taken.

    `has_limits`: one a minute, five an hour and ten a day to one phone, as Aliyun has it."""

    def __init__(
        self,
        account: Account | None = None,
        *,
        port: int = 0,
        now: Callable[[], datetime] = clock.now,
        has_limits: bool = False,
    ) -> None:
        self.account = account or Account()
        self.stopping = threading.Event()
        self._gateway = Gateway(self.account, now, has_limits=has_limits)
        self._faults: deque[Fault | Refusal] = deque()
        self._server = _Server(("127.0.0.1", port), self)
        # Looks for the end of the block 50 times a second, so that tests need not wait half a second for it.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="aliyun-sms")

    def __enter__(self) -> AliyunSmsSimulator:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def messages(self) -> list[Message]:
        return list(self._gateway.messages)

    def inject(self, *faults: Fault) -> None:
        """For the next answers, one each."""
        self._faults.extend(faults)

    def refuse(self, code: str, message: str = "") -> None:
        """The next request is refused by the business with this code; its message is not taken."""
        self._faults.append(Refusal(code, message))

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes] | None:
        """None breaks the connection."""
        fault = self._faults.popleft() if self._faults else None
        if fault is Fault.DOWN:
            return 503, b"<html>Service Unavailable</html>"
        status = 200
        try:
            if isinstance(fault, Refusal):
                raise fault
            said = self._gateway.take(method, target, headers, body)
        except Refusal as refusal:
            status, said = refusal.status, {"Code": refusal.code, "Message": refusal.message}
        if fault is Fault.SLOW:
            self.stopping.wait()
        if fault in (Fault.LOST, Fault.SLOW):
            return None
        if fault is Fault.BUSY:
            said = {"Code": "isp.SYSTEM_ERROR", "Message": "系统错误"}
        said["RequestId"] = secrets.token_hex(16).upper()
        return status, json.dumps(said, ensure_ascii=False).encode()


class _Server(ThreadingHTTPServer):
    # Threads are waited for: none outlives the simulator.
    daemon_threads = False
    request_queue_size = 128  # many clients may knock at once

    def __init__(self, address: tuple[str, int], simulator: AliyunSmsSimulator) -> None:
        self.simulator = simulator
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5  # a connection on which nothing is said must not keep the simulator from ending

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.send_error(413)
            return
        body = self.rfile.read(int(length))
        answer = self.server.simulator.answer("POST", self.path, dict(self.headers), body)
        if answer is None:
            with suppress(OSError):  # the other side may have given up first
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, content = answer
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: phones and codes do not belong into a log."""

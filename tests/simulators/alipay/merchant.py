"""The other end of notices: a server that keeps the forms it gets and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

Form = dict[str, str]


class Merchant:
    """`answer` decides the reply to a form; without one it is `success`."""

    def __init__(self, answer: Callable[[Form], str] = lambda form: "success") -> None:
        self.forms: list[Form] = []
        self._answer = answer
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Merchant:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def notify_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/notify"

    def take(self, form: Form) -> str:
        with self._lock:
            self.forms.append(form)
            return self._answer(form)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        merchant = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                content = merchant.take(dict(parse_qsl(body, keep_blank_values=True))).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

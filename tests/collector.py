"""The collector as a process of its own on the test's database, and a client for it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import time
from typing import Any

from tests.patience import PATIENCE
from tests.ports import free_port
from yutang.cli.stack import Stack


class Collector:
    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "yutang.settings", **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = Stack("127.0.0.1", 1, self.port).commands["collector"]
        self.process = subprocess.Popen(command, env=self.environment, start_new_session=True)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, "the collector ended"
            assert time.monotonic() < deadline, "the collector does not answer"

    def kill(self) -> None:
        """kill -9 for the server and the process that serves."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)

    def _answers(self) -> bool:
        try:
            return self.send("GET", "/healthz")[0] == 200
        except OSError:
            return False

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        try:
            connection.request(method, path, data, {name.replace("_", "-"): v for name, v in headers.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def post(self, path: str, body: Any, token: str, **headers: str) -> tuple[int, dict[str, str], Any]:
        headers = {"Content_Type": "application/json", "Authorization": f"Bearer {token}", **headers}
        status, found, content = self.send("POST", path, body, **headers)
        return status, found, json.loads(content) if content else None

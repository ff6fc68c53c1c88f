"""`yutang up` as a process of its own on the test's database, and phones that visit its shop."""

from __future__ import annotations

import html
import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import psutil

from tests.patience import PATIENCE
from tests.ports import free_port
from yutang.shop import shoppers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yutang.areas.customers.models import Identity
    from yutang.areas.merchants.models import Merchant

READY = "Yutang is ready"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


class Up:
    """With `with Up(environment) as up:` the web server answers at `up.port`; its parts can be killed one by one."""

    PARTS = {"web": "yutang.cli.web", "worker": "yutang.cli.worker"}

    def __init__(self, environment: dict[str, str], port: int | None = None) -> None:
        self.port = port or free_port()
        self.environment = {**os.environ, "YUTANG_SANDBOX": "1", **environment}

    def __enter__(self) -> Up:
        words = ["up", "--port", str(self.port)]
        with tempfile.NamedTemporaryFile("r") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-c", "from yutang.cli import app; app()", *words], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=said,
            )  # fmt: skip
            try:
                self._wait_until_ready(Path(said.name))
            except BaseException:
                self.__exit__()
                raise
        return self

    def _wait_until_ready(self, said: Path) -> None:
        """Before it says so, the end of the web server would be that of all."""
        deadline = time.monotonic() + PATIENCE
        while READY not in said.read_text():
            assert self._process.poll() is None, f"yutang up ended: {said.read_text()}"
            assert time.monotonic() < deadline, f"yutang up does not answer: {said.read_text()}"
            time.sleep(0.05)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self, part: str) -> bool:
        """kill -9; False when it was not there: `yutang up` is about to start it again."""
        for child in psutil.Process(self._process.pid).children():
            try:
                if self.PARTS[part] in " ".join(child.cmdline()):
                    child.kill()
                    return True
            except psutil.Error:  # it ended meanwhile
                continue
        return False

    def run(self, *words: str) -> None:
        """A command of manage.py in the same surroundings."""
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, env=self.environment, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    text: str

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the hidden fields of its form would send."""
        return [(name, html.unescape(value)) for name, value in _HIDDEN.findall(self.text)]


class Phone:
    """A browser that has logged in: one connection, kept open, and its cookies. `reloads_for`: seconds in which a
    request that nobody answers is sent again, as people do who see an error of the line."""

    def __init__(self, port: int, merchant: Merchant, identity: Identity, reloads_for: float = 0) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._cookies = {shoppers.LOGIN: shoppers.signed(merchant.pk, identity)}
        self._reloads_for = reloads_for
        self.shop = f"/s/{merchant.slug}/"

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, fields: Iterable[tuple[str, object]]) -> Answer:
        sent = [*fields, ("csrfmiddlewaretoken", self._cookies["csrftoken"])]
        return self._ask("POST", path, urlencode(sent), {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        path = path if path.startswith("/") else self.shop + path
        deadline = time.monotonic() + self._reloads_for
        while True:
            try:
                return self._answer(method, path, body, headers or {})
            except (OSError, http.client.HTTPException):
                self._http.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)  # nobody listens at all: the server starts

    def _answer(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        """The server closes a connection that has been quiet for half a minute: like a browser, a phone that finds its
        own closed asks on a new one. What fails on a new one fails."""
        was_open = self._http.sock is not None
        try:
            return self._asked(method, path, body, headers)
        except (BrokenPipeError, ConnectionResetError):  # RemoteDisconnected is one of them
            if not was_open:
                raise
            self._http.close()
            return self._asked(method, path, body, headers)

    def _asked(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._http.request(method, path, body, {"Accept-Language": "en", "Cookie": cookies, **headers})
        answer = self._http.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        return Answer(answer.status, answer.headers.get("Location", ""), answer.read().decode())

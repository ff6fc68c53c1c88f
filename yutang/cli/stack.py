"""`yutang up`: database, web server and worker as one process tree. `yutang demo`: the same with a brand in it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Annotated

import typer

from yutang import home
from yutang.cli import shared

HOST = "127.0.0.1"
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1


class Stack:
    """Keeps the web server and the worker alive until told to stop."""

    def __init__(self, host: str, port: int) -> None:
        self.commands = {
            "web": [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
                "--workers", "1", "--blocking-threads", "8", "--no-ws", "--log-level", "warning",
                "yutang.wsgi:application",
            ],
            "worker": [sys.executable, "-m", "yutang.cli.worker"],
        }  # fmt: skip
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = threading.Event()

    def start(self) -> None:
        for name in self.commands:
            self._spawn(name)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())

    def watch(self) -> None:
        """Until a signal arrives; a child that dies is started again."""
        while not self.stopping.wait(0.5):
            for name, child in list(self.children.items()):
                if child.poll() is not None:
                    shared.err.print(f"{name} ended with {child.returncode}; starting it again", highlight=False)
                    if self.stopping.wait(1):
                        break
                    self._spawn(name)

    def stop(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _spawn(self, name: str) -> None:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "yutang.settings"}
        self.children[name] = subprocess.Popen(
            self.commands[name], env=environment, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent
        )


def _die_with_parent() -> None:
    """Runs in the child. A Ctrl-C goes to the parent, who stops us in order; a parent killed takes us along."""
    os.setpgrp()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def up(
    host: Annotated[str, typer.Option(help="Address to listen on")] = HOST,
    port: Annotated[int, typer.Option(help="Port to listen on")] = 8000,
) -> None:
    """Run everything until Ctrl-C: database, web server, worker, lake writer."""
    with shared.running():
        serve(host, port, [])


def serve(host: str, port: int, greeting: list[str]) -> None:
    stack = Stack(host, port)
    stack.start()
    try:
        if not wait_until_served(host, port, stack):
            shared.fail(f"The web server did not answer on {host}:{port}; is the port taken? Try --port.")
        for line in greeting or [f"Yutang is ready: http://{host}:{port}/   (Ctrl-C ends it)"]:
            shared.out.print(line, highlight=False)
        stack.watch()
    finally:
        stack.stop()


def wait_until_served(host: str, port: int, stack: Stack, seconds: float = 60) -> bool:
    import httpx

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not stack.stopping.is_set():
        if stack.children["web"].poll() is not None:
            return False
        try:
            if httpx.get(f"http://{host}:{port}/healthz", timeout=5).status_code == 200:
                return True
        except httpx.TransportError:
            time.sleep(0.1)
    return False


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on")] = 8000,
    scale: Annotated[float, typer.Option(help="Size of the brand; 1 is about 20,000 people")] = 1.0,
    check: Annotated[bool, typer.Option("--check", help="Load, visit every page, leave with 0 or 1")] = False,
) -> None:
    """Load the demo brand and serve it."""
    if "YUTANG_HOME" not in os.environ:
        os.environ["YUTANG_HOME"] = str(demo_home())
    with shared.running():
        from yutang.cli import demo_brand, demo_check

        greeting = demo_brand.load(scale=scale, port=port)
        if check:
            raise typer.Exit(demo_check.run(HOST, port))
        serve(HOST, port, greeting)


def demo_home() -> Path:
    return home.home().with_name(home.home().name + "-demo")

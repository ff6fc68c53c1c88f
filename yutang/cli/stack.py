"""`yutang up`: the whole process tree: database, web server, collector, worker. `yutang demo`: with a brand in it."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from functools import partial
from typing import Annotated

import typer

from yutang import home
from yutang.cli import shared
from yutang.cli.demo_accounts import GUIDE, MANAGER, OWNER, PASSWORD, SHOP
from yutang.core.embedded import EmbeddedPostgres

HOST = "127.0.0.1"
STOP_SECONDS = 20
SERVED_SECONDS = 600  # a small server under load takes minutes; one that cannot start ends by itself
PR_SET_PDEATHSIG = 1
# Threads of one process take turns at Python: a second core serves only a second process. Each takes 150 MB.
_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
WEB_WORKERS, WEB_THREADS = min(_CORES, 4), max(4 // min(_CORES, 4), 2)
# Connections, not requests: browsers keep theirs open for half a minute after a page, some of them six. Whoever comes
# when all are taken waits that long. Requests queue for the threads behind.
CONNECTIONS = 4_096
_MANY = ("--backlog", str(CONNECTIONS), "--backpressure", str(CONNECTIONS))
GREETING = """
[bold]谷汀麦作[/bold] is open for business.
  Console   http://127.0.0.1:{port}/
  Shop      http://127.0.0.1:{port}/s/{shop}/   (any phone number; the code stands on the page)
  Owner     {owner}     {password}
  Manager   {manager}   {password}   (sees one store)
  Guide     {guide}    {password}   (serves in one store)
  Ctrl-C ends it; everything stays for next time.
"""


class Stack:
    """Keeps the web server, the collector and the worker alive until told to stop."""

    def __init__(self, host: str, port: int, collector_port: int) -> None:
        self.host = host
        self.ports = {"--port": port, "--collector-port": collector_port}
        at = HOST if host in ("0.0.0.0", "::") else host  # noqa: S104 - it is told apart, not bound
        self.defaults = {"YUTANG_PUBLIC_URL": f"http://{at}:{port}"}
        self.commands = {
            "web": [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
                "--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS), *_MANY, "--no-ws",
                "--log-level", "warning",
                "yutang.cli.web:application",
            ],
            "collector": [
                sys.executable, "-m", "granian", "--interface", "rsgi", "--host", host, "--port", str(collector_port),
                "--workers", "1", "--runtime-mode", "st", *_MANY, "--no-ws", "--log-level", "warning",
                "yutang.cli.collector:application",
            ],
            "worker": [sys.executable, "-m", "yutang.cli.worker"],
        }  # fmt: skip
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = threading.Event()

    def must_have_free_ports(self) -> None:
        for option, port in self.ports.items():
            must_be_free(self.host, port, option)

    def start(self) -> None:
        self.must_have_free_ports()  # somebody may have taken one while the database was made ready
        for name in self.commands:
            self._spawn(name)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())

    def watch(self, server: EmbeddedPostgres | None = None) -> None:
        """Until a signal arrives; a child that dies is started again, and so is the database."""
        while not self.stopping.wait(0.5):
            if server is not None and server.revive():
                shared.err.print("the database had ended; it runs again", highlight=False)
            for name, child in list(self.children.items()):
                if child.poll() is not None:
                    _end_group(child)
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
            _end_group(child)

    def _spawn(self, name: str) -> None:
        environment = {**self.defaults, **os.environ, "DJANGO_SETTINGS_MODULE": "yutang.settings"}
        self.children[name] = subprocess.Popen(
            self.commands[name], env=environment, stdin=subprocess.DEVNULL, preexec_fn=partial(_die_with, os.getpid())
        )


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """What a child that was killed leaves behind (the web server's own workers) would keep the port."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _die_with(parent: int) -> None:
    """Runs in the child. A Ctrl-C goes to the parent, who stops us in order; a parent killed takes us along, by a
    signal that cannot be missed: a server that is just starting may lose a SIGTERM, and would keep its port."""
    os.setpgrp()
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)  # by default 1,024 may be used, with connections
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # too late: the parent died before we asked
        os._exit(1)


CollectorPort = Annotated[
    int, typer.Option(help="Port of the collector of events; by default the next one", min=0, max=65_535)
]


def up(
    host: Annotated[str, typer.Option(help="Address to listen on")] = HOST,
    port: Annotated[int, typer.Option(help="Port to listen on", min=1, max=65_535)] = 8000,
    collector_port: CollectorPort = 0,
) -> None:
    """Run everything until Ctrl-C: database, web server, collector, worker, lake writer."""
    stack = Stack(host, port, collector_port or port + 1)
    stack.must_have_free_ports()
    with shared.database() as server:
        in_own_process("import yutang.cli.shared as s; s.prepare()")
        serve(
            stack,
            host,
            port,
            server,
            [f"Yutang is ready: http://{host}:{port}/   (Ctrl-C ends it)"],
        )


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on", min=1, max=65_535)] = 8000,
    scale: Annotated[float, typer.Option(help="Size of the brand; 1 is about 20,000 people")] = 1.0,
    collector_port: CollectorPort = 0,
    check: Annotated[bool, typer.Option("--check", help="Visit every page, then leave with 0 or 1")] = False,
) -> None:
    """Load the demo brand and serve it."""
    if "YUTANG_HOME" not in os.environ:
        os.environ["YUTANG_HOME"] = str(home.home().with_name(home.home().name + "-demo"))
    os.environ["YUTANG_SANDBOX"] = "1"
    stack = Stack(HOST, port, collector_port or port + 1)
    stack.must_have_free_ports()
    with shared.database() as server:
        in_own_process(
            f"import yutang.cli.shared as s; s.prepare(); import yutang.cli.demo_brand as d; d.load(scale={scale!r})"
        )
        if not check:
            serve(
                stack,
                HOST,
                port,
                server,
                GREETING.format(
                    port=port, shop=SHOP, owner=OWNER, manager=MANAGER, guide=GUIDE.format(1), password=PASSWORD
                ).splitlines(),
            )
            return
        stack.start()
        try:
            visited = wait_until_served(HOST, port, stack) and visit(HOST, port)
        finally:
            stack.stop()
        raise typer.Exit(0 if visited else 1)


def must_be_free(host: str, port: int, option: str = "--port") -> None:
    """The web server shares a port with whoever listens there already: two installations would answer in turn."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        shared.fail(f"Cannot listen on {host}:{port}: {error}. Is the port taken? Try {option}.")


def visit(host: str, port: int) -> bool:
    done = subprocess.run([sys.executable, "-m", "yutang.cli.demo_check", host, str(port)], check=False)
    return done.returncode == 0


def in_own_process(code: str) -> None:
    """Heavy libraries stay out of the process that only watches: it lives as long as the installation."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "yutang.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    if done.returncode:
        raise typer.Exit(done.returncode)


def serve(stack: Stack, host: str, port: int, server: EmbeddedPostgres | None, greeting: list[str]) -> None:
    stack.start()
    try:
        if not wait_until_served(host, port, stack):
            shared.fail(f"The web server did not answer on {host}:{port}; is the port taken? Try --port.")
        for line in greeting:
            shared.out.print(line, highlight=False)
        stack.watch(server)
    finally:
        stack.stop()


def wait_until_served(host: str, port: int, stack: Stack) -> bool:
    """False when the web server ends instead, or a signal comes first."""
    # Asked as a proxy would, so that neither a redirect to HTTPS nor the list of hosts stands in the way.
    name = os.environ.get("YUTANG_HOSTS", "127.0.0.1").split(",")[0].lstrip(".*") or "127.0.0.1"
    question = urllib.request.Request(
        f"http://{host}:{port}/healthz", headers={"X-Forwarded-Proto": "https", "Host": name}
    )
    deadline = time.monotonic() + SERVED_SECONDS
    while time.monotonic() < deadline and not stack.stopping.is_set():
        if stack.children["web"].poll() is not None:
            return False
        try:
            with urllib.request.urlopen(question, timeout=5) as answer:  # noqa: S310  our own address
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.1)
    return False

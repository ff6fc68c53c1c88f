"""`yutang up` is one process tree: it starts whole, heals, and leaves nothing behind."""

from __future__ import annotations

import signal
import socket
import time
import urllib.request

import psutil
import pytest

from yutang.core.embedded import EmbeddedPostgres


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def up(installation, port):
    """Starts `yutang up`; whatever a failing test leaves of it is ended."""
    started = []

    def start():
        started.append(installation.start("up", "--port", str(port)))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=120)


def eventually(condition, seconds: float = 180):
    """Waits for another process; the only clock here is its own."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        psutil.wait_procs([], timeout=0)
        time.sleep(0.05)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_up_serves_heals_and_stops_cleanly(installation, port, up):
    stack = up()
    eventually(lambda: answers(port) and answers(port + 1))  # the web server, and the collector beside it
    tree = psutil.Process(stack.pid).children(recursive=True)
    web = next(p for p in psutil.Process(stack.pid).children() if "granian" in " ".join(p.cmdline()))
    web.kill()
    eventually(lambda: not web.is_running() or web.status() == psutil.STATUS_ZOMBIE)
    eventually(lambda: answers(port))
    tree += psutil.Process(stack.pid).children(recursive=True)
    stack.send_signal(signal.SIGTERM)
    stack.communicate(timeout=120)
    eventually(lambda: not any(p.is_running() for p in tree))
    assert stack.returncode == 0
    assert not EmbeddedPostgres(installation.home).running()


def test_children_go_with_a_killed_supervisor_and_the_next_start_takes_over(installation, port, up):
    stack = up()
    eventually(lambda: answers(port))
    tree = [p for p in psutil.Process(stack.pid).children(recursive=True) if "postgres" not in p.name()]
    stack.kill()
    stack.communicate()
    eventually(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in tree))
    database = EmbeddedPostgres(installation.home)
    assert database.running(), "the database survives kill -9 of its parent"
    heir = up()
    eventually(lambda: answers(port))
    heir.send_signal(signal.SIGINT)
    heir.communicate(timeout=120)
    assert not database.running()


def test_a_taken_port_is_named(port, up):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        stack = up()
        said, _ = stack.communicate(timeout=90)
    assert stack.returncode == 2
    assert str(port) in said
    assert "--port" in said

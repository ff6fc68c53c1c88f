"""`yutang up` is one process tree: it starts whole, heals, and leaves nothing behind."""

from __future__ import annotations

import signal
import socket
import time
import urllib.request

import psutil
import pytest

from tests.patience import PATIENCE
from tests.ports import free_port
from tests.serving import READY
from yutang.core.embedded import EmbeddedPostgres


@pytest.fixture
def port() -> int:
    return free_port()


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
            process.wait(PATIENCE)


@pytest.fixture
def eventually(installation):
    """Waits for another process; the only clock here is its own. `of`: when that has ended it is in vain."""

    def wait(condition, of=None):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert of is None or of.poll() is None, f"ended with {of.returncode}: {installation.said()}"
            assert time.monotonic() < deadline, f"it did not happen in time: {installation.said()}"
            time.sleep(0.05)

    return wait


def is_gone(process: psutil.Process) -> bool:
    """Ended, even if whoever inherited it has not asked for its end."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_up_serves_heals_and_stops_cleanly(installation, port, up, eventually):
    stack = up()
    eventually(lambda: READY in installation.said(), stack)  # before, the end of the web server is that of all
    eventually(lambda: answers(port) and answers(port + 1), stack)  # the web server, and the collector beside it
    tree = psutil.Process(stack.pid).children(recursive=True)
    web = next(p for p in psutil.Process(stack.pid).children() if "granian" in " ".join(p.cmdline()))
    web.kill()
    eventually(lambda: is_gone(web), stack)
    eventually(lambda: answers(port), stack)
    tree += psutil.Process(stack.pid).children(recursive=True)
    stack.send_signal(signal.SIGTERM)
    stack.wait(PATIENCE)
    eventually(lambda: all(map(is_gone, tree)))
    assert stack.returncode == 0
    assert not EmbeddedPostgres(installation.home).running()


def test_children_go_with_a_killed_supervisor_and_the_next_start_takes_over(installation, port, up, eventually):
    stack = up()
    eventually(lambda: answers(port), stack)
    tree = [p for p in psutil.Process(stack.pid).children(recursive=True) if "postgres" not in p.name()]
    stack.kill()
    stack.wait()
    eventually(lambda: all(map(is_gone, tree)))
    database = EmbeddedPostgres(installation.home)
    assert database.running(), "the database survives kill -9 of its parent"
    heir = up()
    eventually(lambda: answers(port), heir)
    heir.send_signal(signal.SIGINT)
    heir.wait(PATIENCE)
    assert not database.running()


def test_a_taken_port_is_named(installation, port, up):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        stack = up()
        stack.wait(PATIENCE)
    assert stack.returncode == 2
    assert str(port) in installation.said()
    assert "--port" in installation.said()

"""The embedded server outlives its users' deaths and ends with the last of them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.patience import PATIENCE, until
from yutang.core.embedded import EmbeddedPostgres

HOLD = """
import sys
from pathlib import Path
from yutang.core.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
server.acquire()
print("ready", flush=True)
sys.stdin.readline()
server.release()
"""


@pytest.fixture
def home():
    with tempfile.TemporaryDirectory(prefix="yutang-pg-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)
        EmbeddedPostgres(Path(folder)).stop()


def user_of(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=PATIENCE)


def test_the_last_user_stops_the_server(home):
    first, second = user_of(home), user_of(home)
    server = EmbeddedPostgres(home)
    leave(first)
    assert server.running()
    leave(second)
    assert not server.running()


def test_data_and_server_survive_kill_9_of_the_parent(home):
    parent = user_of(home)
    server = EmbeddedPostgres(home)
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pid = server.pid()
    parent.kill()
    parent.communicate()
    assert server.running(), "nobody told the server to stop"
    heir = user_of(home)
    assert server.pid() == pid, "the next start takes the running server over"
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    leave(heir)
    assert not server.running(), "the dead parent no longer counts as a user"


def test_a_killed_server_recovers_what_was_committed(home):
    first = user_of(home)
    server = EmbeddedPostgres(home)
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    killed = psutil.Process(server.pid())
    killed.kill()
    first.kill()
    first.communicate()
    until(lambda: not killed.is_running() or killed.status() == psutil.STATUS_ZOMBIE)
    heir = user_of(home)
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    leave(heir)


def test_a_server_that_is_killed_beside_its_user_is_started_again(home):
    server = EmbeddedPostgres(home, durable=False)
    server.acquire()
    try:
        assert not server.revive(), "it runs"
        with psycopg.connect(server.url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(server.pid(), signal.SIGKILL)
        server._process.wait(PATIENCE)
        assert server.revive()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    finally:
        server.release()
    assert not server.running()


def test_a_half_made_data_folder_of_a_killed_first_start_is_made_anew(home):
    (home / "postgres").mkdir()
    (home / "postgres" / "base").mkdir()
    user = user_of(home)
    assert EmbeddedPostgres(home).running()
    leave(user)


def test_a_long_path_has_its_socket_in_a_folder_of_the_servers_own(home):
    deep = home / ("x" * 80)
    deep.mkdir(mode=0o711)
    deep.chmod(0o711)
    server = EmbeddedPostgres(deep, durable=False)
    server.socket_dir.mkdir(mode=0o777)
    server.acquire()
    try:
        assert server.socket_dir.parent == Path("/tmp")
        assert server.socket_dir.stat().st_mode & 0o7777 == 0o700
    finally:
        server.release()
        shutil.rmtree(server.socket_dir)


def test_the_role_of_the_product_is_no_superuser(home):
    user = user_of(home)
    with psycopg.connect(EmbeddedPostgres(home).url()) as connection:
        row = connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False, False)
    leave(user)

"""One server per port, and no web process outlives its parent."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import psutil
import pytest
import typer

from tests.patience import PATIENCE
from tests.ports import free_port
from yutang.cli import stack

# A parent that starts the web application as the server does, says who it is, and waits.
PARENT = """
import subprocess, sys
code = "import yutang.cli.web, time; print('up', flush=True); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""


def test_a_taken_port_is_refused(capsys):
    port = free_port()
    with socket.create_server(("127.0.0.1", port), reuse_port=True), pytest.raises(typer.Exit):
        stack.must_be_free("127.0.0.1", port)
    assert f"127.0.0.1:{port}" in capsys.readouterr().err.replace("\n", "")
    stack.must_be_free("127.0.0.1", port)


def test_a_port_taken_while_the_database_was_made_ready_is_refused(capsys):
    port = free_port()
    waiting = stack.Stack("127.0.0.1", port, port + 1)
    with socket.create_server(("127.0.0.1", port + 1), reuse_port=True), pytest.raises(typer.Exit):
        waiting.start()
    assert "--collector-port" in capsys.readouterr().err
    assert waiting.children == {}


def test_the_public_address_is_the_one_it_listens_on_unless_told():
    assert stack.Stack("127.0.0.1", 8080, 8081).defaults == {"YUTANG_PUBLIC_URL": "http://127.0.0.1:8080"}
    assert stack.Stack("0.0.0.0", 8080, 8081).defaults == {"YUTANG_PUBLIC_URL": "http://127.0.0.1:8080"}


def test_an_address_that_is_not_ours_is_refused():
    with pytest.raises(typer.Exit):
        stack.must_be_free("192.0.2.1", 8000)


def test_the_web_process_dies_with_a_killed_parent():
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "yutang.settings"}
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    psutil.wait_procs([child], timeout=PATIENCE)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE

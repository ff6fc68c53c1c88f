"""kill -9 of PostgreSQL and of those who book, under load: what was acknowledged is there, and there once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from tests import migrated
from yutang.core.embedded import EmbeddedPostgres

pytestmark = pytest.mark.kill
CLIENTS, SERVER_KILLS, ROUND = 3, 3, 40
PATIENCE = 240  # seconds, of the whole test
SET_UP = """
import django
django.setup()
from tests.factories.merchants import make_merchant
print(make_merchant().pk)
"""
AUDIT = """
import sys, django
django.setup()
from yutang.core import tenancy
from yutang.core.ledger import queries
with tenancy.scope(int(sys.argv[1])):
    print(queries.audit_balances(merchant_id=int(sys.argv[1])))
"""


class Client:
    """One who books; started again where it was when it is killed."""

    def __init__(self, number: int, merchant: str, environment: dict[str, str]) -> None:
        self.number, self.merchant, self.environment = number, merchant, environment
        self.acknowledged: list[int] = []
        self.start()

    def start(self) -> None:
        first = max(self.acknowledged[-1] if self.acknowledged else 0, 0)  # the last one again: harmless
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "tests.concurrency.ledger_stubborn", self.merchant, str(self.number), str(first),
            ],
            env=self.environment, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(self.process,))
        self._reader.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith("\n"):
                self.acknowledged.append(int(line))

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self._ended()

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self._ended()

    def _ended(self) -> None:
        self.process.wait(PATIENCE)
        self._reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def test_the_server_and_the_workers_killed():
    """A server of its own, durable as in an installation: what was acknowledged must have reached the disk."""
    chance = random.Random(7)
    clients: list[Client] = []
    with tempfile.TemporaryDirectory(prefix="yutang-pg-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        migrated.install(home)
        server = EmbeddedPostgres(home)
        server.acquire()
        env = os.environ | {
            "YUTANG_HOME": folder, "DATABASE_URL": server.url(), "DJANGO_SETTINGS_MODULE": "yutang.settings",
        }  # fmt: skip
        try:
            made = subprocess.run([sys.executable, "-c", SET_UP], env=env, capture_output=True, text=True, check=True)
            merchant = made.stdout.strip()
            clients += [Client(number, merchant, env) for number in range(CLIENTS)]
            for kill in range(SERVER_KILLS):
                _wait_for(clients, ROUND)
                time.sleep(chance.random() * 0.02)  # anywhere within the next entries
                _kill(server)
                assert server.revive()
                _wait_for(clients, ROUND)
                victim = clients[kill % CLIENTS]
                victim.kill()
                victim.start()
            _wait_for(clients, ROUND)
            for client in clients:
                client.stop()
            _check(server, merchant, clients)
            found = subprocess.run(
                [sys.executable, "-c", AUDIT, merchant], env=env, capture_output=True, text=True, check=True
            )
            assert found.stdout.strip() == "[]"
        finally:
            for client in clients:
                if client.process.poll() is None:
                    client.kill()
            server.release()


def _entry(number: int) -> list[tuple[str, int, int]]:
    """What ledger_stubborn.py books under a number: kind, person (0: the merchant), amount."""
    person = number % 3
    return sorted([
        ("test.wallet", person, 3), ("test.bank", 0, -3), ("test.points", person, 2), ("test.issued", 0, -2),
        ("test.points", person, -1), ("test.spent", 0, 1),
    ])  # fmt: skip


def _check(server: EmbeddedPostgres, merchant: str, clients: list[Client]) -> None:
    """What the clients were told is there, once, with every posting; what nobody was told is there whole or not at all;
    and everybody has the sum of it."""
    acknowledged = {(client.number, number) for client in clients for number in client.acknowledged}
    with psycopg.connect(server.url()) as connection:
        connection.execute("SELECT set_config('yutang.merchant_id', %s, false)", [merchant])
        entries = connection.execute("SELECT id, idempotency_key FROM ledger_entry").fetchall()
        postings = connection.execute(
            "SELECT p.entry_id, a.kind, CASE a.holder_type WHEN 'customer' THEN a.holder_id ELSE 0 END, p.amount"
            " FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id"
        ).fetchall()
        balances = connection.execute(
            "SELECT kind, CASE holder_type WHEN 'customer' THEN holder_id ELSE 0 END, sum(balance)::bigint"
            " FROM ledger_account GROUP BY 1, 2"
        ).fetchall()
        lots = connection.execute(
            "SELECT a.holder_id, sum(l.remaining)::bigint FROM ledger_lot l"
            " JOIN ledger_account a ON a.id = l.account_id GROUP BY 1"
        ).fetchall()
    of: dict[int, list[tuple[str, int, int]]] = {id_: [] for id_, _ in entries}
    for entry_id, kind, person, amount in postings:
        of[entry_id].append((kind, person, amount))  # no posting without its entry
    booked = [tuple(int(part) for part in key.split(":")) for _, key in entries]
    for (id_, _), (_, number) in zip(entries, booked, strict=True):
        assert sorted(of[id_]) == _entry(number)
    assert acknowledged <= set(booked)
    # Of each client at most the last one, whose end nobody heard of: before that, its successor booked it again.
    for client in clients:
        numbers = sorted(number for whose, number in booked if whose == client.number)
        assert numbers == list(range(len(numbers)))
        assert len(numbers) - len(set(client.acknowledged)) <= 1
    expected: dict[tuple[str, int], int] = {}
    for _, number in booked:
        for kind, person, amount in _entry(number):
            expected[kind, person] = expected.get((kind, person), 0) + amount
    assert {(kind, person): balance for kind, person, balance in balances} == expected
    assert dict(lots) == {person: held for (kind, person), held in expected.items() if kind == "test.points"}


def _wait_for(clients: list[Client], more: int) -> None:
    """Until each has booked so many more."""
    wanted = [len(client.acknowledged) + more for client in clients]
    deadline = time.monotonic() + PATIENCE
    while any(len(client.acknowledged) < least for client, least in zip(clients, wanted, strict=True)):
        assert time.monotonic() < deadline, "nobody books any more"
        assert all(client.process.poll() is None for client in clients)
        time.sleep(0.01)


def _kill(server: EmbeddedPostgres) -> None:
    pid = server.pid()
    assert pid is not None
    postmaster = psutil.Process(pid)
    for process in [postmaster, *postmaster.children(recursive=True)]:
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    psutil.wait_procs([postmaster], timeout=20)

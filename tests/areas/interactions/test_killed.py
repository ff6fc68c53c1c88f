"""kill -9 of the collector and of PostgreSQL under load: every acknowledged event is there, and there once."""

from __future__ import annotations

import http.client
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest

from tests import migrated
from tests.collector import Collector
from tests.factories.api import make_key
from tests.factories.interactions import event
from tests.factories.merchants import make_merchant
from tests.killing import environment
from tests.patience import PATIENCE, until
from yutang.areas.interactions.models import Interaction
from yutang.core import tenancy
from yutang.core.embedded import EmbeddedPostgres

KILLS, BETWEEN, CLIENTS = 4, 50, 8
pytestmark = pytest.mark.kill


class Load:
    """Clients that send events, singly and in batches, again and again until each is acknowledged."""

    def __init__(self, collector: Collector, token: str) -> None:
        self.collector, self.token = collector, token
        self.acknowledged: list[str] = []
        self.unanswered = 0
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(CLIENTS)
        self._running = [self._pool.submit(self._send, number) for number in range(CLIENTS)]

    def _send(self, client: int) -> None:
        number = 0
        while not self._stopping.is_set():
            number += 1
            size = 1 if client % 2 else 20
            events = [event(id=f"{client}-{number}-{n}", visitor=f"visitor-{client}-{n}") for n in range(size)]
            until(partial(self._sent, events))

    def _sent(self, events: list[dict]) -> bool:
        try:
            status, _, answer = self.collector.post("/api/v1/events/batch", events, self.token)
        except (OSError, http.client.HTTPException):
            status = None
        if status in (None, 503):
            self.unanswered += 1
            return False
        assert (status, answer) == (200, {"accepted": len(events), "rejected": []})
        self.acknowledged.extend(one["id"] for one in events)
        return True

    def go_on(self) -> None:
        """Until so many more are acknowledged, and then anywhere in what follows."""
        known = len(self.acknowledged)
        until(lambda: len(self.acknowledged) >= known + BETWEEN)
        time.sleep(random.uniform(0, 0.1))

    def stop(self) -> None:
        self._stopping.set()
        self._pool.shutdown()
        for client in self._running:
            client.result()


@pytest.mark.django_db(transaction=True)
def test_the_collector_killed(settings, tmp_path):
    shop = make_merchant()
    token = make_key(shop, ["interactions.write"], requests_per_minute=100_000).token
    collector = Collector(environment(settings, tmp_path))
    collector.start()
    load = Load(collector, token)
    try:
        for _ in range(KILLS):
            load.go_on()
            collector.kill()
            collector.start()
    finally:
        load.stop()
        collector.stop()
    with tenancy.scope(shop.pk):
        found = list(Interaction.objects.values_list("key", flat=True))
    assert load.unanswered > 0, "nothing was under way when it was killed"
    assert sorted(found) == sorted(load.acknowledged)  # each client went on until it was told


SET_UP = """
import os, django
django.setup()
from tests.factories.api import make_key
from tests.factories.merchants import make_merchant
shop = make_merchant()
print(shop.pk, make_key(shop, ["interactions.write"], requests_per_minute=100_000).token)
"""


def test_the_database_killed():
    """A server of its own, durable as in an installation: what was acknowledged must have reached the disk."""
    with tempfile.TemporaryDirectory(prefix="yutang-pg-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        migrated.install(home)
        server = EmbeddedPostgres(home)
        server.acquire()
        env = {"YUTANG_HOME": folder, "DATABASE_URL": server.url(), "YUTANG_SECRET": os.environ["YUTANG_SECRET"]}
        collector = Collector(env)
        try:
            made = subprocess.run(
                [sys.executable, "-c", SET_UP], env=collector.environment, capture_output=True, text=True, check=True
            )
            merchant, token = made.stdout.split()
            collector.start()
            load = Load(collector, token)
            for _ in range(3):
                load.go_on()
                _kill(server)
                assert server.revive()
            load.go_on()
            load.stop()
            collector.stop()
            with psycopg.connect(server.url()) as connection:
                connection.execute("SELECT set_config('yutang.merchant_id', %s, false)", [merchant])
                rows = connection.execute("SELECT key FROM interactions_interaction").fetchall()
        finally:
            if collector.process is not None and collector.process.poll() is None:
                collector.kill()
            server.release()
    assert load.unanswered > 0
    assert sorted(key for (key,) in rows) == sorted(load.acknowledged)


def _kill(server: EmbeddedPostgres) -> None:
    postmaster = psutil.Process(server.pid())
    for process in [postmaster, *postmaster.children(recursive=True)]:
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    psutil.wait_procs([postmaster], timeout=PATIENCE)

"""Durable events over HTTP, beside bare INSERT and COPY of the same rows in the same run.

The collector runs as in an installation, on the same cores as its client: one process with keep-alive connections
whose requests are ready-made bytes, so that the client costs little. Everything acknowledged is counted in the table.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import psycopg
from django.db import connection

from benchmarks.shared import Row, make_merchant
from yutang.areas.interactions.models import Interaction
from yutang.areas.openplatform import services as openplatform
from yutang.core import tenancy

SINGLES, CONNECTIONS = 30_000, 128
BATCHES, BATCH, BATCH_CONNECTIONS = 300, 1_000, 8
BARE_SINGLES = 2_000


def run() -> list[Row]:
    actor = make_merchant()
    with tenancy.scope(actor.merchant_id):
        made = openplatform.create(
            name="bench", scopes=["interactions.write"], requests_per_minute=1_000_000, actor=actor
        )
    with _collector() as port:
        single = _sent(port, made.token, "/api/v1/events", SINGLES, 1, CONNECTIONS)
        _must_hold(actor.merchant_id, SINGLES)
        batched = _sent(port, made.token, "/api/v1/events/batch", BATCHES, BATCH, BATCH_CONNECTIONS)
        _must_hold(actor.merchant_id, SINGLES + BATCHES * BATCH)
    insert_each, insert_grouped, copied = _bare(actor.merchant_id)
    return [
        Row("events: single, durable", SINGLES / single, "events/s", 3_000, True, "bare INSERT, one commit each",
            insert_each),
        Row("events: batches of 1,000, durable", BATCHES * BATCH / batched, "events/s", 30_000, True,
            "bare INSERT of 1,000 rows a commit", insert_grouped),
        Row("events: batches beside COPY", BATCHES * BATCH / batched, "events/s", None, True, "bare COPY", copied),
    ]  # fmt: skip


@contextmanager
def _collector():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    from yutang.cli.stack import Stack

    command = Stack("127.0.0.1", 1, port).commands["collector"]
    server = subprocess.Popen(command, env=os.environ, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
                break
            except OSError:
                if time.monotonic() > deadline or server.poll() is not None:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _sent(port: int, token: str, path: str, requests: int, size: int, connections: int) -> float:
    """Seconds from the first request to the last answer, as a process of its own measures them."""
    arguments = [str(value) for value in (port, token, path, requests, size, connections)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.event_client", *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout)


def _must_hold(merchant_id: int, events: int) -> None:
    with tenancy.scope(merchant_id):
        if (found := Interaction.objects.count()) != events:
            raise SystemExit(f"{events} events were acknowledged, {found} are there")


def _bare(merchant_id: int) -> tuple[float, float, float]:
    """Rows a second of INSERT with one commit each, of 1,000 rows a commit, and of one COPY: the same rows into a plain
    table of the same columns and indexes."""
    columns = "id, merchant_id, occurred_on, key, kind, occurred_at, received_at, visitor_id, identity_id,"
    columns += " home_customer_id, channel, page, source, item, properties, xid"
    with tenancy.scope(merchant_id), connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM interactions_interaction LIMIT 100000")
        rows = [(*row[:14], psycopg.types.json.Jsonb(json.loads(row[14])), row[15]) for row in cursor.fetchall()]
    settings = connection.settings_dict
    with psycopg.connect(
        dbname=settings["NAME"], user=settings["USER"], host=settings["HOST"], autocommit=True
    ) as bare:
        statement = f"INSERT INTO bare_events ({columns}) VALUES ({', '.join(['%s'] * 16)})"

        def fresh() -> None:
            bare.execute("DROP TABLE IF EXISTS bare_events")
            bare.execute(
                "CREATE TABLE bare_events (LIKE interactions_interaction INCLUDING DEFAULTS INCLUDING INDEXES)"
            )

        fresh()
        started = time.perf_counter()
        for row in rows[:BARE_SINGLES]:
            bare.execute(statement, row)
        each = BARE_SINGLES / (time.perf_counter() - started)
        fresh()
        started = time.perf_counter()
        for start in range(0, len(rows), BATCH):
            with bare.transaction(), bare.cursor() as cursor:
                cursor.executemany(statement, rows[start : start + BATCH])
        grouped = len(rows) / (time.perf_counter() - started)
        fresh()
        started = time.perf_counter()
        with bare.cursor() as cursor, cursor.copy(f"COPY bare_events ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        copied = len(rows) / (time.perf_counter() - started)
        bare.execute("DROP TABLE bare_events")
    return each, grouped, copied

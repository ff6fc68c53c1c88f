"""Order import to the last fact, beside a bare COPY of the same rows into a table of the same shape and indexes.

Takes ../shared/data/online_retail.csv.gz (UCI Online Retail, 541,909 lines) where it is, else a file of the same shape
made on the spot.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import threading
import time
from pathlib import Path

import psutil
from django.db import connection

from benchmarks.shared import Row, make_merchant
from yutang.areas.imports import services
from yutang.core import tenancy
from yutang.lake import engine, writer

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "online_retail.csv.gz"
MAPPING = Path(__file__).resolve().parents[1] / "yutang/areas/imports/mappings/online_retail.toml"
LINES = 541_909


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file = REAL if REAL.exists() else _made(Path(folder) / "made.csv.gz")
        actor = make_merchant("GBP", "Europe/London")
        peak = _Peak()
        with peak:
            seconds, counts = _import(file, actor)
        with tenancy.scope(actor.merchant_id):
            facts = engine.query("SELECT count(*) AS n, sum(amount) AS amount FROM orders.line").to_pylist()[0]
        if (facts["n"], facts["amount"]) != (counts.lines, counts.net_amount):
            raise SystemExit(f"the lake holds {facts}, the import says {counts}")
        again, second = _import(file, actor)
        if second.facts or second.orders_updated or second.customers_new:
            raise SystemExit(f"a second import changed something: {second}")
        bare = _bare_copy(actor.merchant_id)
    return [
        Row(
            "import: lines to the last fact",
            counts.lines / seconds,
            "lines/s",
            50_000,
            True,
            "bare COPY",
            counts.lines / bare,
        ),
        Row("import: the same file again", counts.lines / again, "lines/s"),
        Row("import: peak memory, importer + its database session", peak.mebibytes, "MiB", 1024, False),
        Row("import: lines", counts.lines, "lines"),
        Row("import: net amount", counts.net_amount, "pence"),
    ]


def _import(file: Path, actor) -> tuple[float, services.Counts]:
    started = time.perf_counter()
    with tenancy.scope(actor.merchant_id), file.open("rb") as content:
        made = services.upload(files=[(file.name, content)], mapping=MAPPING.read_text(), actor=actor)
        services.start(run_id=made.pk, dry_run=False, actor=actor)
    with writer.following():
        counts = services.execute(run_id=made.pk, actor=actor)
    return time.perf_counter() - started, counts


def _bare_copy(merchant_id: int) -> float:
    """Seconds of COPY alone: the same rows into a plain table of the same columns and indexes, no row security."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE orders_saleline INCLUDING DEFAULTS INCLUDING INDEXES)")
        raw = cursor.connection
        with (
            tenancy.scope(merchant_id),
            raw.cursor() as direct,
            direct.copy(
                f"COPY (SELECT * FROM orders_saleline WHERE merchant_id = {merchant_id} ORDER BY id) TO STDOUT"
            ) as copy,
        ):
            data = b"".join(bytes(block) for block in copy)
        started = time.perf_counter()
        with raw.cursor() as direct, direct.copy("COPY bare FROM STDIN") as copy:
            for start in range(0, len(data), 2**20):
                copy.write(data[start : start + 2**20])
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bare")
    return seconds


class _Peak:
    """Samples resident memory of this process and of the database process that serves it."""

    def __enter__(self) -> None:
        self.mebibytes = 0.0
        self._stop = threading.Event()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
        processes = [psutil.Process(os.getpid()), psutil.Process(backend)]

        def sample() -> None:
            while not self._stop.wait(0.05):
                # Shared buffers are counted with the backend only as far as it has touched them: an upper bound.
                total = sum(process.memory_info().rss for process in processes if process.is_running())
                self.mebibytes = max(self.mebibytes, total / 2**20)

        self._thread = threading.Thread(target=sample)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def _made(path: Path) -> Path:
    """A file like the real one: 20 lines an invoice, a quarter without a customer."""
    with gzip.open(path, "wt", compresslevel=1) as target:
        target.write("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n")
        for line in range(LINES):
            invoice = line // 20
            customer = "" if invoice % 4 == 0 else str(12_000 + invoice % 4_000)
            day = f"2011-{invoice % 12 + 1:02}-{invoice % 28 + 1:02} 10:00:00"
            target.write(
                f"{500_000 + invoice},{20_000 + line % 4_000},THING NUMBER {line % 4_000},{line % 9 + 1},{day},"
                f"{line % 700 / 100:.2f},{customer},United Kingdom\n"
            )
    return path

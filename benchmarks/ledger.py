"""Ledger entries booked per second: ours one by one and in batches, and the bare SQL of the same rows by pgbench, on
the same PostgreSQL with the same number of clients; then what a checkout costs that uses all that is booked there
(benchmarks/perks.py).

Each entry gives one point to one of a thousand people out of a striped account of the merchant: one entry, two
postings, two balances. The bare SQL writes the same rows and balances with a unique key and nothing else: no floors,
no proof that entries sum to zero, no row-level security.
YUTANG_BENCH_LEDGER: seconds each (default 15), YUTANG_BENCH_CLIENTS (default 8).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from benchmarks import checkout, perks
from benchmarks.shared import Row, make_merchant
from yutang.core import access, tenancy
from yutang.core.ledger import kinds, queries, services
from yutang.core.ledger.lines import MERCHANT, Draft, Holder, Line
from yutang.core.ledger.models import Entry, Posting

SECONDS = int(os.environ.get("YUTANG_BENCH_LEDGER", "15"))
CLIENTS = checkout.CLIENTS
HOLDERS, STRIPES, BATCH = 1_000, 16, 200
BARE = f"""
CREATE TABLE bare_account (id bigint PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE bare_entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text UNIQUE, kind text,
                         at timestamptz);
CREATE TABLE bare_posting (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entry_id bigint REFERENCES bare_entry,
                           account_id bigint REFERENCES bare_account, amount bigint, balance_after bigint);
CREATE INDEX ON bare_posting (entry_id);
CREATE INDEX ON bare_posting (account_id, id DESC);
INSERT INTO bare_account SELECT n, 0 FROM generate_series(0, {HOLDERS + STRIPES}) n;
"""
_ONE = """
INSERT INTO bare_entry (key, kind, at) VALUES (gen_random_uuid()::text, 'earn', now()) RETURNING id \\gset
UPDATE bare_account SET balance = balance + 1 WHERE id = :holder RETURNING balance AS mine \\gset
UPDATE bare_account SET balance = balance - 1 WHERE id = :stripe RETURNING balance AS theirs \\gset
INSERT INTO bare_posting (entry_id, account_id, amount, balance_after)
VALUES (:id, :holder, 1, :mine), (:id, :stripe, -1, :theirs);
"""
TRANSACTION = f"""
\\set holder random(0, {HOLDERS - 1})
\\set stripe random({HOLDERS}, {HOLDERS + STRIPES - 1})
BEGIN;{_ONE}COMMIT;
"""


def register() -> None:
    """Account kinds like those of points."""
    kinds.register_kind(
        "bench.points", holder="customer", unit="points", has_lots=True, expires_to="bench.expired"
    )  # fmt: skip
    kinds.register_kind("bench.issued", holder="merchant", unit="points", may_be_negative=True, stripes=STRIPES)
    kinds.register_kind("bench.expired", holder="merchant", unit="points")


def run() -> list[Row]:
    register()
    actor = make_merchant()
    _open_accounts(actor)
    single = _ours(actor, "one")
    batches = _ours(actor, "many")
    bare = _bare()
    size = f"{CLIENTS} clients, {HOLDERS:,} accounts"
    return [
        Row(f"ledger: entries one by one, {size}", single, "entries/s", None, True, "pgbench", bare),
        Row(f"ledger: entries in batches of {BATCH}, {size}", batches, "entries/s", None, True, "pgbench", bare),
        *perks.run(),
    ]


def _open_accounts(actor: access.Actor) -> None:
    """As in the bare tables, all accounts are there before anybody measures."""
    with tenancy.scope(actor.merchant_id):
        drafts = [
            Draft(f"open:{n}", "bench.earn", (
                Line("bench.points", Holder("customer", n), 1), Line("bench.issued", MERCHANT, -1),
            ))
            for n in range(HOLDERS)
        ]  # fmt: skip
        services.post_many(drafts=drafts, actor=actor)


def _ours(actor: access.Actor, way: str) -> float:
    with tenancy.scope(actor.merchant_id):
        before = Entry.objects.count()
    command = [sys.executable, "-m", "benchmarks.ledger_client", str(actor.merchant_id), way]
    done = checkout.clients(command, {}, SECONDS)
    with tenancy.scope(actor.merchant_id):
        entries, postings = Entry.objects.count(), Posting.objects.count()
        wrong = queries.audit_balances(merchant_id=actor.merchant_id)
    if entries - before != done or postings != 2 * entries or wrong:
        raise AssertionError(f"{done} acknowledged, {entries - before} entries, {postings} postings, {wrong}")
    return done / SECONDS


def _bare() -> float:
    with connection.cursor() as cursor:
        cursor.execute(BARE)
    connections.close_all()
    script = Path(settings.HOME) / "bare-ledger.sql"
    script.write_text(TRANSACTION)
    database = settings.DATABASES["default"]
    answer = subprocess.run(
        [
            checkout.pgbench(), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2",
            f"--time={SECONDS}", f"--file={script}", f"--host={database['HOST']}", f"--port={database['PORT'] or 5432}",
            f"--username={database['USER']}", database["NAME"],
        ],
        capture_output=True, text=True, check=True, env=os.environ | {"PGPASSWORD": database["PASSWORD"]},
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", answer.stdout)
    if found is None:
        raise RuntimeError(answer.stdout)
    return float(found[1])

"""Runs of small files, set up the way the console and the command line do it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.db import connection

from yutang.areas.imports import services

if TYPE_CHECKING:
    from yutang.areas.imports.models import ImportRun
    from yutang.core.access import Actor

MAPPING = """name = "till"
[columns]
order_no = "no"
line_key = "line"
ordered_at = "at"
updated_at = "changed"
amount = "sum"
quantity = "pieces"
refund = "back"
title = "what"
phone = "phone"
member_card = "card"
store_code = "store"
status = "state"
[statuses]
open = "unpaid"
[defaults]
status = "completed"
quantity = "1"
"""
HEAD = "no,line,at,changed,sum,pieces,back,what,phone,card,store,state"
TABLES = (
    "orders_order", "orders_saleline", "orders_saleschannel", "orders_customerstatistic", "customers_customer",
    "customers_identity", "customers_merge", "customers_reviewcase",
)  # fmt: skip


def text(*rows: str) -> str:
    """Rows without trailing commas are filled up."""
    width = HEAD.count(",")
    return "\n".join([HEAD, *(row + "," * (width - row.count(",")) for row in rows)]) + "\n"


def upload(content: str | bytes, actor: Actor, *, mapping: str | None = MAPPING, name: str = "till.csv") -> ImportRun:
    data = content.encode() if isinstance(content, str) else content
    return services.upload(files=[(name, io.BytesIO(data))], mapping=mapping, actor=actor)


def run(content: str | bytes, actor: Actor, *, dry_run: bool = False, **options) -> tuple[ImportRun, services.Counts]:
    made = upload(content, actor, **options)
    services.start(run_id=made.pk, dry_run=dry_run, actor=actor)
    counts = services.execute(run_id=made.pk, actor=actor)
    made.refresh_from_db()
    return made, counts


def pool() -> dict[str, list[str]]:
    """All that an import writes, row by row."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT t::text FROM {table} t")
            found[table] = sorted(row[0] for row in cursor.fetchall())
    return found

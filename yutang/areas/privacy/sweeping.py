"""Values that lead to one person, taken out of texts that are nobody's in particular: audit details, answers kept for
repeated requests, job arguments, file names, what staff wrote somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from django.apps import apps
from django.db import connection
from psycopg import sql

from yutang.areas.customers.erasing import Trace
from yutang.areas.privacy.search import SHORTEST, spellings
from yutang.core.tenancy import TenantModel

MARK = "[erased]"
# Append-only by trigger; what is written there is checked by the proof.
_CLOSED = frozenset({"ledger"})
_TEXTS = ("text", "character varying")


def sweep(traces: Sequence[Trace], merchant_id: int) -> int:
    """Replaces the values in every text and JSON column of the merchant; returns how many rows changed.

    Names are replaced only where a JSON text is nothing but the name: inside of other texts a name may be a word.
    """
    texts = [
        spelling
        for trace in traces
        if trace.kind != "name" and len(trace.value) >= SHORTEST.get(trace.kind, 1)
        for spelling in spellings(trace)
    ]
    names = [trace.value for trace in traces if trace.kind == "name"]
    changed = 0
    for model in apps.get_models():
        if issubclass(model, TenantModel) and model._meta.app_label not in _CLOSED:
            changed += _sweep(model._meta.db_table, "merchant_id = {}", texts, names, merchant_id)
    return changed + _sweep("procrastinate_jobs", "(args ->> 'merchant_id')::bigint = {}", texts, names, merchant_id)


def _sweep(table: str, ours: str, texts: list[str], names: list[str], merchant_id: int) -> int:
    """`texts` in whatever case. One pass over the table, which finds most of it untouched."""
    assignments, hits = [], []
    for name, kind in _columns(table).items():
        is_json = kind == "jsonb"
        # The longest first: a number with its country code goes as a whole.
        parts = [re.escape(_json(t) if is_json else t) for t in sorted(texts, key=len, reverse=True)]
        whole = [f'"{_json(text)}"' for text in names] if is_json else []
        if not parts and not whole:
            continue
        column = sql.SQL("{}::text").format(sql.Identifier(name))
        hits.append(sql.SQL("{} ~* {}").format(column, sql.Literal("|".join([*parts, *map(re.escape, whole)]))))
        for text in whole:
            column = sql.SQL("replace({}, {}, {})").format(column, sql.Literal(text), sql.Literal(f'"{MARK}"'))
        if parts:
            column = sql.SQL("regexp_replace({}, {}, {}, 'gi')").format(
                column, sql.Literal("|".join(parts)), sql.Literal(MARK)
            )
        cast = sql.SQL("::jsonb" if is_json else "")
        assignments.append(sql.SQL("{} = ({}){}").format(sql.Identifier(name), column, cast))
    if not assignments:
        return 0
    statement = sql.SQL("UPDATE {} SET {} WHERE {} AND ({})").format(
        sql.Identifier(table), sql.SQL(", ").join(assignments), sql.SQL(ours).format(sql.Literal(merchant_id)),
        sql.SQL(" OR ").join(hits),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection))
        return int(cursor.rowcount)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _columns(table: str) -> dict[str, str]:
    """Text and JSON columns that are written as they are (not generated)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass(%s)"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [f"public.{table}"],
        )
        return {name: kind for name, kind in cursor.fetchall() if kind in (*_TEXTS, "jsonb")}

"""The proof that a person is gone: everything stored is read and searched for everything that led to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import connection
from psycopg import sql

from yutang.areas.customers import queries as customers
from yutang.areas.customers.erasing import Person, Trace
from yutang.areas.privacy import registry, search
from yutang.areas.privacy.search import Needle
from yutang.core import clock, crypto, tenancy

_ENCRYPTED = 1 + 12 + 16  # version, nonce and tag of the shortest encrypted field


@dataclass
class Proof:
    """What was read, and where something was found. `places`: "table orders_order" → {"phone": 2}."""

    at: str = ""
    values: dict[str, int] = field(default_factory=dict)  # how many were looked for, by kind
    tables: int = 0
    bytes_of_tables: int = 0
    decrypted: int = 0
    files: int = 0
    lake_files: int = 0
    namesakes: int = 0  # others who bear exactly the same name: finding it proves nothing
    places: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not self.places

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def prove(*, person: Person, traces: Sequence[Trace], keys: Sequence[bytes] = ()) -> Proof:
    """Looks for the traces and for the blind indexes of accounts.

    Reads all rows of the merchant (and of tables that belong to nobody), every encrypted field, all stored files and
    the whole lake. Call outside the merchant's scope.
    """
    proof = Proof(at=clock.now().isoformat(timespec="seconds"))
    merchant_id = person.merchant_id
    wanted: list[Needle] = search.needles(traces, keys)
    names = [trace.value for trace in traces if trace.kind == "name"]
    proof.values = dict(Counter(needle.kind for needle in wanted))
    with tenancy.scope(merchant_id):
        proof.namesakes = customers.namesakes(names, besides=person.homes)
        if proof.namesakes:
            wanted = [needle for needle in wanted if needle.kind != "name"]
        for table in _tables():
            _note(proof, f"table {table}", search.count(_rows(table, proof), wanted))
            _note(proof, f"encrypted fields of {table}", search.count(_plain(table, merchant_id, proof), wanted))
            proof.tables += 1
    for folder in registry.folders(Path(settings.FILES), merchant_id):
        for path in _files(folder):
            _note(proof, f"file {path.relative_to(settings.FILES)}", search.in_file(path, wanted))
            proof.files += 1
    for path in _files(Path(settings.LAKE)):
        try:
            found = search.in_file(path, wanted)
        except FileNotFoundError:  # the writer has let go of this file of the index since
            continue
        _note(proof, f"lake {path.relative_to(settings.LAKE)}", found)
        proof.lake_files += 1
    return proof


def _note(proof: Proof, place: str, found: Counter[str]) -> None:
    if found:
        proof.places[place] = dict(found)


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def _rows(table: str, proof: Proof) -> Iterator[bytes]:
    """The table as a dump shows it; row-level security leaves other merchants out."""
    statement = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.connection.cursor() as direct, direct.copy(statement) as copy:
        held: list[bytes] = []
        size = 0
        for block in copy:
            held.append(bytes(block))
            size += len(block)
            if size >= search.BLOCK:
                proof.bytes_of_tables += size
                yield b"".join(held)
                held, size = [], 0
        proof.bytes_of_tables += size
        yield b"".join(held)


def _plain(table: str, merchant_id: int, proof: Proof) -> Iterator[bytes]:
    """What our key makes readable."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND atttypid = 'bytea'::regtype"
            " AND NOT attisdropped",
            [f"public.{table}"],
        )
        columns = [row[0] for row in cursor.fetchall()]
    for column in columns:
        if (table, column) == ("privacy_request", "dossier"):
            continue  # what is looked for, for as long as it is looked for
        statement = sql.SQL(
            "COPY (SELECT encode({c}, 'hex') FROM {t} WHERE length({c}) >= {n} AND get_byte({c}, 0) = 1) TO STDOUT"
        ).format(c=sql.Identifier(column), t=sql.Identifier(table), n=sql.Literal(_ENCRYPTED))
        with connection.cursor() as cursor, cursor.connection.cursor() as direct, direct.copy(statement) as copy:
            for row in copy.rows():
                try:
                    value = crypto.decrypt(bytes.fromhex(row[0]), merchant_id)
                except (InvalidTag, UnicodeDecodeError):  # other bytes that happen to begin like an encrypted field
                    continue
                proof.decrypted += 1
                yield value.encode() + b"\n"

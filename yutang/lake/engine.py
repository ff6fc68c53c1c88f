"""Questions to the lake: SQL as a sqlglot expression over declared tables, answered by the embedded DuckDB.

A declared table (`orders.line`, `customers.person`) becomes a common table expression over the merchant's Parquet
files, in which `customer_id` is the person of today: facts keep the person of their day, two small redirect tables
(merged person → person, split identity → person) are read fresh from the pool and joined in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

import duckdb
import pyarrow as pa
from sqlglot import exp, parse_one

from yutang.core import tenancy
from yutang.lake import catalog
from yutang.lake.models import Freshness
from yutang.lake.tables import PERSON, REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

DIALECT = "duckdb"


@dataclass(frozen=True)
class Redirects:
    """Merged people and split identities of the merchant in scope: tables (source int64, customer_id int64)."""

    people: pa.Table
    identities: pa.Table


_redirects: dict[str, Callable[[], Redirects]] = {}
EVERY_FACT = ""


def provide_redirects(provider: Callable[[], Redirects], *, fact: str = EVERY_FACT) -> None:
    """The customers area says how facts find their person of today; an area whose facts may hold numbers of its own
    in `home_customer_id` (visitors) adds where these lead, read only when that table is asked."""
    _redirects[fact] = provider


def _read_redirects(names: set[str]) -> Redirects | None:
    wanted = {fact for fact in _redirects if fact in names or fact == EVERY_FACT}
    return redirects(wanted) if wanted and not names <= {PERSON} else None


def redirects(facts: Iterable[str] | None = None) -> Redirects:
    """Those of the merchant in scope, as they are now; of all tables by default: no number means two things."""
    nothing = pa.table({"source": pa.array([], pa.int64()), "customer_id": pa.array([], pa.int64())})
    found = [provider() for fact, provider in _redirects.items() if facts is None or fact in facts]
    return Redirects(
        people=pa.concat_tables([nothing, *(one.people for one in found)]),
        identities=pa.concat_tables([nothing, *(one.identities for one in found)]),
    )


def query(expression: exp.Expression | str, **values: Any) -> pa.Table:
    """Rows of a SELECT for the merchant in scope. Values are bound as `:name` placeholders, never formatted in."""
    tree = parse_one(expression, dialect=DIALECT) if isinstance(expression, str) else expression.copy()
    merchant_id = tenancy.require_merchant_id()
    cursor = _duckdb().cursor()
    try:
        sql = bound(tree, cursor, merchant_id).sql(dialect=DIALECT)
        return cursor.sql(sql, params=values).to_arrow_table() if values else cursor.sql(sql).to_arrow_table()
    finally:
        cursor.close()


def bound(tree: exp.Expression, cursor: duckdb.DuckDBPyConnection, merchant_id: int) -> exp.Expression:
    """The expression with its declared tables replaced by scans of the merchant's files."""
    names = {f"{t.db}.{t.name}" for t in tree.find_all(exp.Table) if t.db}
    moved = _read_redirects(names)
    if moved is not None:
        cursor.register("redirect_people", moved.people)
        cursor.register("redirect_identities", moved.identities)
    for name in sorted(names):
        if name != PERSON and name not in REGISTRY.facts:
            raise ValueError(f"{name} is not a table of the lake")
    for node in list(tree.find_all(exp.Table)):
        if node.db:
            name = f"{node.db}.{node.name}"
            node.replace(exp.to_table(_cte(name), alias=node.alias or node.name))
    ctes = [
        exp.CTE(this=parse_one(_scan(name, merchant_id, moved), dialect=DIALECT), alias=exp.to_identifier(_cte(name)))
        for name in sorted(names)
    ]
    before = tree.args.get("with_") or tree.args.get("with")
    both = exp.With(expressions=[*ctes, *(before.expressions if before else [])])
    tree.set("with_" if "with_" in tree.arg_types else "with", both)
    return tree


def columns(expressions: Sequence[exp.Expression], rows: pa.Table) -> list[pa.Array]:
    """The values of expressions for each of the given rows, in their order."""
    cursor = _duckdb().cursor()
    try:
        cursor.register("given", rows)
        listed = ", ".join(f"{one.sql(dialect=DIALECT)} AS v{place}" for place, one in enumerate(expressions))
        found = cursor.sql(f"SELECT {listed} FROM given").to_arrow_table()  # noqa: S608  values are literals of the trees
        return [column.combine_chunks() for column in found.columns]
    finally:
        cursor.close()


def as_of() -> datetime | None:
    """Up to which instant the lake is complete for the merchant in scope; None before the first run."""
    return Freshness.objects.values_list("as_of", flat=True).first()


def files(name: str, merchant_id: int) -> list[str]:
    """The Parquet files that hold the merchant's rows of a table."""
    location = catalog.location(name)
    return [] if location is None else list(_files(name, location, merchant_id))


@lru_cache(maxsize=256)
def _files(name: str, location: str, merchant_id: int) -> tuple[str, ...]:  # location: a commit is its cache key
    del location
    scan = catalog.catalog().load_table(name).scan(row_filter=catalog.of_merchant(merchant_id))
    return tuple(unquote(urlparse(task.file.file_path).path) for task in scan.plan_files())


def _scan(name: str, merchant_id: int, redirects: Redirects | None) -> str:
    """SELECT over the merchant's files; an empty table of the right shape before there are any."""
    columns = REGISTRY.person_columns() if name == PERSON else REGISTRY.facts[name].columns
    found = files(name, merchant_id)
    if not found:
        kinds = {
            "int": "BIGINT", "text": "VARCHAR", "bool": "BOOLEAN", "date": "DATE", "time": "TIMESTAMPTZ",
            "ints": "BIGINT[]",
        }  # fmt: skip
        empty = ", ".join(f"NULL::{kinds[c.type]} AS {c.name}" for c in columns)
        extra = "" if name == PERSON else ", NULL::BIGINT AS customer_id"
        return f"SELECT {empty}{extra} WHERE false"
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in found)
    rows = f"read_parquet([{listed}], union_by_name = true)"
    if name == PERSON:
        return f"SELECT * FROM {rows} WHERE merchant_id = {merchant_id}"  # noqa: S608
    person, joins = "f.home_customer_id", ""
    if redirects is not None and redirects.people.num_rows:
        person, joins = (
            f"COALESCE(p.customer_id, {person})",
            "LEFT JOIN redirect_people p ON p.source = f.home_customer_id",
        )
    if redirects is not None and redirects.identities.num_rows:
        person = f"COALESCE(i.customer_id, {person})"
        joins += " LEFT JOIN redirect_identities i ON i.source = f.identity_id"
    return f"SELECT f.*, {person} AS customer_id FROM {rows} f {joins} WHERE f.merchant_id = {merchant_id}"  # noqa: S608


def _cte(name: str) -> str:
    return name.replace(".", "__")


@lru_cache(maxsize=1)
def _duckdb() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect(config={"memory_limit": "2GB", "threads": 2, "autoinstall_known_extensions": False})
    made.execute("SET TimeZone = 'UTC'")
    # The lake's files never change once written, so their footers are read once.
    made.execute("SET parquet_metadata_cache = true")
    return made

"""What `yutang segments` answers: a rule from a file or standard input, the people as JSON or CSV."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import typer

from yutang.areas.merchants import queries as merchants
from yutang.areas.segments import members, parser, queries
from yutang.areas.segments.errors import RuleInvalid
from yutang.core import access, tenancy
from yutang.core.errors import DomainError
from yutang.core.spreadsheets import harmless


def count(merchant: str, rule: str, *, as_json: bool) -> None:
    """How many people fulfil the rule."""
    try:
        raw, merchant_id = _read(rule), merchants.merchant(merchant).pk
        with tenancy.scope(merchant_id):
            found = queries.count(raw, actor=access.system(merchant_id, name="cli"))
    except DomainError as error:
        raise _refused(error, as_json=as_json) from error
    if as_json:
        at = found.as_of.isoformat() if found.as_of else None
        print(json.dumps({"count": found.people, "as_of": at, "milliseconds": found.milliseconds}))
    else:
        print(f"{found.people:,}")


def export(merchant: str, rule: str, *, as_json: bool) -> None:
    """Their ids and attributes that identify nobody: CSV, or one JSON object a line."""
    try:
        raw, merchant_id = _read(rule), merchants.merchant(merchant).pk
        with tenancy.scope(merchant_id):
            attributes = members.plain_attributes()
            found = members.every(raw, attributes, actor=access.system(merchant_id, name="cli"))
            _write(found, ["customer_id", *(attribute.key for attribute in attributes)], as_json=as_json)
    except DomainError as error:
        raise _refused(error, as_json=as_json) from error


def _write(found: Any, head: list[str], *, as_json: bool) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if not as_json:
        writer.writerow(head)
    for member in found:
        values = [member.customer_id, *(v.isoformat() if isinstance(v, date) else v for v in member.values)]
        if as_json:
            print(json.dumps(dict(zip(head, values, strict=True)), ensure_ascii=False))
        else:
            writer.writerow([harmless(v) if isinstance(v, str) else v for v in values])


def _read(rule: str) -> Any:
    try:
        return parser.load(sys.stdin.buffer.read() if rule == "-" else Path(rule).read_bytes())
    except OSError as error:
        raise RuleInvalid(field="rule", path="--rule", reason=str(error)) from error


def _refused(error: DomainError, *, as_json: bool) -> typer.Exit:
    """Exit 2; the place and the reason on standard error."""
    if as_json:
        print(
            json.dumps({"code": error.code, "path": error.field, "message": str(error)}, ensure_ascii=False),
            file=sys.stderr,
        )
    else:
        print(str(error), file=sys.stderr)
    return typer.Exit(2)

"""Which people were erased, kept outside of the database: a backup brought back must not bring them back.

One JSON line per erasure, numbers only. `yutang restore` erases them again before anything else may happen.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from django.conf import settings

from yutang.areas.customers.erasing import Person


class Line(TypedDict):
    merchant: int
    customer: int
    homes: list[int]
    at: str


def path() -> Path:
    return Path(settings.ERASURES)


def write(person: Person, at: str) -> None:
    """Durable before it returns. A repeated line does no harm."""
    line = Line(merchant=person.merchant_id, customer=person.customer_id, homes=list(person.homes), at=at)
    append([line])


def append(lines: Iterable[Line]) -> None:
    path().parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, "".join(json.dumps(line) + "\n" for line in lines).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read() -> list[Line]:
    return parse(path().read_text(encoding="utf-8")) if path().exists() else []


def parse(text: str) -> list[Line]:
    """All lines, each once. A last line that a crash cut off is left out: its erasure goes on by itself."""
    return [json.loads(line) for line in dict.fromkeys(text.splitlines()) if line.endswith("}")]

"""Locks of the database by name: who comes second waits, whichever process it is. All of them are listed here, so that
no two share a number."""

from __future__ import annotations

from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

_OF = "(%s, hashtext(%s))"  # a lock's two halves; two different `of` with one hash merely wait for each other


class Lock(IntEnum):
    """First half of the lock; the second is what it is about: a merchant, a run."""

    LAKE = 7_263_001
    LAKE_CATALOG = 7_263_010
    IDENTITIES = 7_263_002
    MIGRATIONS = 7_263_003
    IMPORT_RUN = 7_263_004
    IMPORT_WRITES = 7_263_005
    LOGIN = 7_263_006
    SEGMENTS = 7_263_007
    TAGGING_RUN = 7_263_008
    PARTITIONS = 7_263_009
    ERASURE = 7_263_023
    SUGGESTION_RUN = 7_263_030
    SUGGESTION_START = 7_263_031
    CART = 7_263_040
    ONE_TIME_CODES = 7_263_041
    COUPON_RUN = 7_263_050
    BOOKER = 7_263_051
    MISSIONS = 7_263_052
    WALLET = 7_263_053
    SETTLEMENT = 7_263_054
    POINTS_CHANGE = 7_263_055
    DEMO = 7_263_060


@contextmanager
def held(lock: Lock, of: int | str = "") -> Iterator[None]:
    """Outside any transaction. The lock goes away with its connection, however that ends."""
    _ask("pg_advisory_lock", lock, of)
    try:
        yield
    finally:
        if connection.is_usable():
            _ask("pg_advisory_unlock", lock, of)


@contextmanager
def attempted(lock: Lock, of: int | str = "") -> Iterator[bool]:
    """Like `held`, but does not wait: False when somebody else has it."""
    is_ours = bool(_ask("pg_try_advisory_lock", lock, of))
    try:
        yield is_ours
    finally:
        if is_ours and connection.is_usable():
            _ask("pg_advisory_unlock", lock, of)


def until_commit(lock: Lock, of: int | str = "") -> None:
    """Held until the transaction ends."""
    _ask("pg_advisory_xact_lock", lock, of)


def _ask(function: str, lock: Lock, of: int | str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}{_OF}", [int(lock), str(of)])
        return cursor.fetchone()[0]

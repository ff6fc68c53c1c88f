"""Who holds personal data. Every area with people's rows registers here, so that copies and erasures miss nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from yutang.areas.customers.erasing import Person
from yutang.areas.privacy.search import Needle
from yutang.core.access import Actor

Section = dict[str, list[dict[str, Any]]]  # heading (English msgid) → rows, each column → value


def _nothing(_: Person) -> Section:
    return {}


def _no_rows(_: Person, __: Actor) -> None:
    return None


def _no_files(_: Person, __: list[Needle]) -> int:
    return 0


def _no_reasons(_: Person) -> list[str]:
    return []


@dataclass(frozen=True)
class Holder:
    """What one area knows of people and how it lets go of it.

    `tables`: those with people's rows that this holder answers for. `copy` gives what is to be handed out, `erase`
    runs in one transaction, `erase_files` outside of any and returns how many files it changed; both may run twice.
    `objections`: why a person should not be erased yet, in words; somebody may overrule them. `obstacles`: why it
    cannot be done now whoever wants it.
    """

    area: str
    tables: tuple[str, ...] = ()
    copy: Callable[[Person], Section] = _nothing
    erase: Callable[[Person, Actor], None] = _no_rows
    erase_files: Callable[[Person, list[Needle]], int] = _no_files
    objections: Callable[[Person], list[str]] = _no_reasons
    obstacles: Callable[[Person], list[str]] = _no_reasons


@dataclass(frozen=True)
class Timer:
    """Data that goes away by itself. `count` and `remove` take the instant before which it is too old, and work in
    the merchant's scope."""

    kind: str
    label: str  # English msgid
    days: int
    count: Callable[[datetime], int]
    remove: Callable[[datetime], int]
    least: int = 1  # the law wants it kept for so many days


# Tables with a person's number that hold nothing to hand out or erase, and why.
NOTHING_PERSONAL: dict[str, str] = {}
_holders: dict[str, Holder] = {}
_timers: dict[str, Timer] = {}


def register(holder: Holder) -> None:
    """Called in `apps.ready()`."""
    _holders[holder.area] = holder


def register_timer(timer: Timer) -> None:
    _timers[timer.kind] = timer


def nothing_personal(table: str, why: str) -> None:
    NOTHING_PERSONAL[table] = why


def holders() -> list[Holder]:
    return list(_holders.values())


def timers() -> list[Timer]:
    return list(_timers.values())


def tables() -> set[str]:
    return {table for holder in _holders.values() for table in holder.tables}


def folders(root: Path, merchant_id: int) -> Iterator[Path]:
    """The merchant's folders of stored files, one per area."""
    yield from sorted(path for path in root.glob(f"*/{merchant_id}") if path.is_dir())

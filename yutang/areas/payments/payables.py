"""What is paid for belongs to areas above; each registers how it is locked, and what being paid means for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from yutang.core.access import Actor


@dataclass(frozen=True)
class Due:
    """What is to be paid, read under a lock that lasts until the transaction ends. `amount` in minor units."""

    amount: int
    currency: str
    is_open: bool  # waits for money
    is_settled: bool  # has got it; neither: closed without it
    subject: str  # what the buyer reads at the provider
    customer_id: int | None = None  # who owes it, where somebody is known: whose balance may pay
    node_id: int | None = None  # the store that serves; None: the headquarters


@dataclass(frozen=True)
class Payable:
    """`lock(id)` locks the payable's row and says what is due; `settle(id, actor)` is called once, in the transaction
    that brought the last money."""

    type: str
    lock: Callable[[int], Due]
    settle: Callable[[int, Actor], None]


_payables: dict[str, Payable] = {}


def register(payable: Payable) -> None:
    """Called in `apps.ready()`."""
    _payables[payable.type] = payable


def get(type_: str) -> Payable:
    return _payables[type_]

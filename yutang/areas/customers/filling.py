"""What a person lacks and takes from whom it absorbs, so that it can be given back exactly.

`Merge.filled` says what each merge brought (`forest.py` plays them).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yutang.areas.customers.models import Customer

if TYPE_CHECKING:
    from datetime import date

# What goes together is taken together: a city of one address and a province of another would be no address.
_GROUPS = (
    ("name", "name_initials"), ("gender",), ("birthday",), ("country", "province", "city", "district", "address"),
    ("accepts_marketing",),
)  # fmt: skip
FIELDS = tuple(name for group in _GROUPS for name in group)
# A country alone says little: it stays and the rest of the address is taken.
_WEAK = frozenset({"country", "name_initials"})


def fill(survivor: Customer, absorbed: Customer) -> dict[str, Any]:
    """Gives the survivor, in memory, what it lacks; returns what it took, as JSON."""
    filled: dict[str, Any] = {}
    for group in _GROUPS:
        if any(_has(survivor, name) for name in group if name not in _WEAK):
            continue
        for name in group:
            if not _has(survivor, name) and _has(absorbed, name):
                value = getattr(absorbed, name)
                setattr(survivor, name, value)
                filled[name] = _to_json(value)
    return filled


def strip(survivor: Customer, filled: dict[str, Any]) -> None:
    """Takes back what a merge gave, unless somebody has changed it since."""
    for name, value in filled.items():
        if _to_json(getattr(survivor, name)) == value:
            setattr(survivor, name, None if Customer._meta.get_field(name).null else "")


def _has(person: Customer, name: str) -> bool:
    return getattr(person, name) not in ("", None)


def _to_json(value: str | bool | bytes | memoryview | date | None) -> str | bool | None:
    if value is None or isinstance(value, str | bool):
        return value
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value.isoformat()

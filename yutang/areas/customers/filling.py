"""What a person lacks and takes from whom it absorbs, so that it can be given back exactly.

`Merge.filled` says what each merge brought. To undo one, the survivor and everybody above it are stripped of all they
took, and what the remaining merges bring is taken again, oldest first: as if the undone one had never been.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from yutang.areas.customers.models import Customer, Merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

# What goes together is taken together: a city of one address and a province of another would be no address.
_GROUPS = (
    ("name", "name_initials"), ("gender",), ("birthday",), ("country", "province", "city", "district", "address"),
    ("accepts_marketing",),
)  # fmt: skip
_FIELDS = tuple(name for group in _GROUPS for name in group)
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


def without(cut: Merge, chain: Sequence[int]) -> list[Merge]:
    """Rows of the people in `chain` (the survivor of `cut` and everybody above it) as if `cut` were not.

    Writes the people; returns the remaining merges whose `filled` has changed, for the caller to save.
    """
    merges = list(Merge.objects.filter(survivor_id__in=chain, unmerged_at__isnull=True).order_by("pk"))
    ids = {cut.absorbed_id, *chain, *(merge.absorbed_id for merge in merges)}
    people = {person.pk: person for person in Customer.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    for merge in reversed(merges):
        _strip(people[merge.survivor_id], merge.filled)
    changed = []
    for merge in merges:
        if merge.pk == cut.pk:
            continue
        filled = fill(people[merge.survivor_id], people[merge.absorbed_id])
        if filled != merge.filled:
            merge.filled = filled
            changed.append(merge)
    save(people[pk] for pk in chain)
    return changed


def save(people: Iterable[Customer]) -> None:
    """Writes the fields that merges fill, in one round trip."""
    assignments = ", ".join(f"{name} = %s" for name in _FIELDS)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE customers_customer SET {assignments} WHERE id = %s",  # noqa: S608  our own column names
            [[*(getattr(person, name) for name in _FIELDS), person.pk] for person in people],
        )


def _strip(survivor: Customer, filled: dict[str, Any]) -> None:
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

"""Who the people of today are: what follows from the standing merges, played in their order.

A merge ties two homes. Playing it makes the people of today who hold them one: by hand the chosen survivor remains,
else the oldest. A merge that ties what is one already changes nothing, but stands: it keeps them together when an
earlier one is undone. Because everything follows from the edges that stand, undoing leaves no trace, in any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from yutang.areas.customers import filling

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yutang.areas.customers.models import Customer, Merge


# Merges that made a person of today, undone ones too: those with somebody of the family on either side.
MERGES_OF = """
WITH RECURSIVE family (id) AS (
    SELECT %s::bigint
    UNION ALL
    SELECT c.id FROM customers_customer c, family f WHERE c.merged_into_id = f.id
)
SELECT m.id FROM family f JOIN customers_merge m ON m.survivor_id = f.id
UNION
SELECT m.id FROM family f JOIN customers_merge m ON m.absorbed_id = f.id
"""


def play(merges: Sequence[Merge], people: dict[int, Customer], roots: dict[int, int]) -> None:
    """Plays the merges in memory: sets who survived and what they took, on the merges, the people and in `roots`.

    `roots` leads from every home towards its person of today; `people` holds these persons.
    """
    for merge in merges:
        one, other = find(roots, merge.survivor_home_id), find(roots, merge.absorbed_home_id)
        if one == other:
            merge.survivor_id = merge.absorbed_id = None
            merge.filled = {}
            continue
        if not merge.by_hand:
            one, other = min(one, other), max(one, other)
        merge.survivor_id, merge.absorbed_id = one, other
        merge.filled = filling.fill(people[one], people[other])
        people[other].merged_into_id = one
        roots[other] = one


def take_back(merges: Sequence[Merge], people: dict[int, Customer]) -> None:
    """The people, in memory, as if none of the merges had been; `merges` are all that tie them, oldest first."""
    for merge in reversed(merges):
        if merge.survivor_id is not None:
            filling.strip(people[merge.survivor_id], merge.filled)
    for person in people.values():
        person.merged_into_id = None


def find(roots: dict[int, int], home: int) -> int:
    """The end of the way; shortens it for the next time."""
    root = home
    while (at := roots.get(root, root)) != root:
        root = at
    roots[home] = root
    return root


def save(people: Iterable[Customer]) -> None:
    """Writes what playing changes, in one round trip."""
    fields = ("merged_into_id", *filling.FIELDS)
    assignments = ", ".join(f"{name} = %s" for name in fields)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE customers_customer SET {assignments} WHERE id = %s",  # noqa: S608  our own column names
            [[*(getattr(person, name) for name in fields), person.pk] for person in people],
        )


def above(person: int) -> list[int]:
    """The person, whom it was merged into, and so on up to the person of today."""
    return _tree(
        "SELECT c.id, c.merged_into_id, t.depth + 1 FROM customers_customer c, tree t WHERE c.id = t.up", person
    )


def below(person: int) -> list[int]:
    """The person and everybody merged into it, directly or not."""
    return _tree(
        "SELECT c.id, c.merged_into_id, t.depth + 1 FROM customers_customer c, tree t WHERE c.merged_into_id = t.id",
        person,
    )


def roots(homes: Iterable[int]) -> dict[int, int]:
    """The person of today of each home, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE way (home, at, up) AS (
                SELECT c.id, c.id, c.merged_into_id FROM customers_customer c WHERE c.id = ANY(%s)
                UNION ALL
                SELECT w.home, c.id, c.merged_into_id FROM way w JOIN customers_customer c ON c.id = w.up
            )
            SELECT home, at FROM way WHERE up IS NULL
            """,
            [sorted(set(homes))],
        )
        return dict(cursor.fetchall())


def current(homes: Sequence[int]) -> list[int]:
    """Whom these homes are today, each person once, sorted: `roots` for many, of whom few were merged."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT h.id FROM unnest(%s::bigint[]) AS h (id)
             WHERE (SELECT c.merged_into_id IS NULL FROM customers_customer c WHERE c.id = h.id) IS NOT TRUE
            """,  # no join: it would read all people for each part of them
            [list(homes)],
        )
        elsewhere = {row[0] for row in cursor.fetchall()}
    return sorted(set(homes) - elsewhere | set(roots(elsewhere).values())) if elsewhere else sorted(set(homes))


def _tree(step: str, start: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE tree (id, up, depth) AS ("  # noqa: S608  our own steps
            f"SELECT id, merged_into_id, 0 FROM customers_customer WHERE id = %s UNION ALL {step}"
            ") SELECT id FROM tree ORDER BY depth, id",
            [start],
        )
        return [row[0] for row in cursor.fetchall()]

"""What a person has in the ledger follows them: when people become one their balances do, when they part each takes
home what is left of what came from it. One rule for every account kind whose holder is a customer.

Each standing merge that made somebody absorbed has one move, keyed by the merge and by whom it led to whom, because
taking an older merge back may change that for a later one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.core import prepared
from yutang.core.ledger import queries as ledger_queries
from yutang.core.ledger import services as ledger
from yutang.core.ledger.lines import Holder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yutang.areas.customers.models import Merge
    from yutang.core.access import Actor

HOLDER = "customer"
MERGED = "customers.merged"  # an English word for the reason of an entry would be read; this one is a code


def owner(customer_id: int) -> int:
    """The person of today, who stays it until the transaction ends. Whoever posts to an account of a person asks here
    first: an account that begins while its holder is merged away would be left behind."""
    person = customer_id
    while True:
        # KEY SHARE waits for a merge that is under way and then reads what it wrote.
        found = prepared.rows("SELECT merged_into_id FROM customers_customer WHERE id = %s FOR KEY SHARE", [person])
        if not found or found[0][0] is None:
            return person
        person = found[0][0]


def follow(merges: Iterable[Merge], actor: Actor) -> None:
    """The balances of whoever was absorbed go to whoever survives; people without balances cost nothing."""
    pairs = [(m.pk, m.survivor_id, m.absorbed_id) for m in merges if m.survivor_id and m.absorbed_id]
    holding = ledger_queries.holders(HOLDER, [absorbed for _, _, absorbed in pairs])
    for merge_id, survivor, absorbed in pairs:
        # A survivor of one merge may be absorbed by the next: it has accounts only since a moment ago.
        if absorbed in holding:
            holding.add(survivor)
            ledger.move_holder(
                from_holder=Holder(HOLDER, absorbed), to_holder=Holder(HOLDER, survivor),
                key=_next_key(merge_id), reason=MERGED, actor=actor,
            )  # fmt: skip


def part(before: Sequence[tuple[int, int | None, int | None]], remaining: Sequence[Merge], actor: Actor) -> None:
    """After a merge was taken back. `before`: (merge, survivor, absorbed) of all that stood, oldest first, the undone
    one too; `remaining`: those that stand, with what they mean now. What means the same stays as it is, as far as
    nothing older changed under it."""
    now = {merged.pk: (merged.survivor_id, merged.absorbed_id) for merged in remaining}
    changed = [
        merge_id for merge_id, survivor, absorbed in before if now.get(merge_id, (None, None)) != (survivor, absorbed)
    ]
    for merge_id in reversed(changed):
        if (key := _open_key(merge_id)) is not None:
            ledger.move_back(key=key, reason=MERGED, actor=actor)
    follow([merged for merged in remaining if merged.pk in changed], actor)


def _key(merge_id: int, number: int) -> str:
    return f"merge:{merge_id}:{number}"


def _moves(merge_id: int) -> int:
    """How often the balances moved because of this merge."""
    number = 0
    while ledger_queries.posted(_key(merge_id, number)) is not None:
        number += 1
    return number


def _next_key(merge_id: int) -> str:
    return _key(merge_id, _moves(merge_id))


def _open_key(merge_id: int) -> str | None:
    """The move that stands because of this merge."""
    count = _moves(merge_id)
    if not count:
        return None
    key = _key(merge_id, count - 1)
    return None if ledger_queries.posted(f"{key}:back") is not None else key

"""One line of time out of orders, interactions, notes, merges and new accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from yutang.console.customers import labels

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from yutang.areas.customers.models import Merge, Note
    from yutang.areas.customers.queries import Account
    from yutang.areas.orders.models import Order


@dataclass(frozen=True)
class Moment:
    at: datetime
    icon: str
    colour: str
    title: str
    text: str = ""
    amount: int | None = None


def moments(
    orders: Iterable[Order],
    notes: Iterable[Note],
    merges: Iterable[Merge],
    accounts: Iterable[Account],
    interactions: Iterable[Any] = (),
    limit: int = 40,
) -> list[Moment]:
    """Newest first. `interactions` as their list shows them: with icon, label and text."""
    found = [
        *(
            Moment(
                o.ordered_at, "shopping-cart", "green" if o.sold_amount > 0 else "secondary",
                gettext("Order at %(channel)s") % {"channel": labels.source(o.channel.source)},
                f"{o.order_no} · {o.get_status_display()}", o.net_amount,
            )
            for o in orders
        ),
        *(
            Moment(n.created_at, "note", "orange", gettext("Note by %(name)s") % {"name": n.author}, n.text)
            for n in notes
        ),
        *(moment for merge in merges for moment in _of_merge(merge)),
        *(
            Moment(
                a.identity.first_seen_at, "id", "blue",
                gettext("%(kind)s first seen") % {"kind": a.identity.get_kind_display()},
                f"{a.shown} · {labels.origin(a.identity.source)}",
            )
            for a in accounts
        ),
        *(Moment(i.occurred_at, i.icon, "azure", i.label, i.text) for i in interactions),
    ]  # fmt: skip
    return sorted(found, key=lambda moment: moment.at, reverse=True)[:limit]


def _of_merge(merge: Merge) -> list[Moment]:
    people = f"{merge.absorbed} → {merge.survivor}"
    found = [
        Moment(
            merge.merged_at, "git-merge", "purple", gettext("Merged by %(name)s") % {"name": merge.merged_by}, people
        )
    ]
    if merge.unmerged_at:
        text = gettext("Merge undone by %(name)s") % {"name": merge.unmerged_by}
        found.append(Moment(merge.unmerged_at, "arrow-back-up", "purple", text, people))
    return found

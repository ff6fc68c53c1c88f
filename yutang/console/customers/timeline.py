"""One line of time out of orders, interactions, notes, relations, merges and new accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, gettext_noop

from yutang.console.customers import labels

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from yutang.areas.customers.models import Merge, Note
    from yutang.areas.customers.queries import Account
    from yutang.areas.orders.models import Order
    from yutang.console.relations.card import Change


@dataclass(frozen=True)
class Moment:
    at: datetime
    icon: str
    colour: str
    title: str
    text: str = ""
    amount: int | None = None
    group: str = ""


LIMIT = 40
GROUPS = {
    "orders": gettext_noop("Orders"), "interactions": gettext_noop("Interactions"), "notes": gettext_noop("Notes"),
    "relations": gettext_noop("Relations"), "accounts": gettext_noop("Accounts"),
}  # fmt: skip


def groups(moments: Iterable[Moment]) -> list[tuple[str, str]]:
    """The kinds of moments there are, as a filter offers them."""
    there = {moment.group for moment in moments}
    return [(key, gettext(label)) for key, label in GROUPS.items() if key in there]


def shown(moments: Iterable[Moment], group: str) -> list[Moment]:
    """The newest of one group, or of all."""
    return [moment for moment in moments if group not in GROUPS or moment.group == group][:LIMIT]


def moments(
    orders: Iterable[Order],
    notes: Iterable[Note],
    merges: Iterable[Merge],
    accounts: Iterable[Account],
    interactions: Iterable[Any] = (),
    changes: Iterable[Change] = (),
) -> list[Moment]:
    """Newest first. `interactions` as their list shows them: with icon, label and text; `changes` of relations."""
    found = [
        *(
            Moment(
                o.ordered_at, "shopping-cart", "green" if o.sold_amount > 0 else "secondary",
                gettext("Order at %(channel)s") % {"channel": labels.source(o.channel.source)},
                f"{o.order_no} · {o.get_status_display()}", o.net_amount, group="orders",
            )
            for o in orders
        ),
        *(
            Moment(
                n.created_at, "note", "orange", gettext("Note by %(name)s") % {"name": n.author}, n.text,
                group="notes",
            )
            for n in notes
        ),
        *(moment for merge in merges for moment in _of_merge(merge)),
        *(
            Moment(
                a.identity.first_seen_at, "id", "blue",
                gettext("%(kind)s first seen") % {"kind": a.identity.get_kind_display()},
                f"{a.shown} · {labels.origin(a.identity.source)}", group="accounts",
            )
            for a in accounts
        ),
        *(Moment(i.occurred_at, i.icon, "azure", i.label, i.text, group="interactions") for i in interactions),
        *(Moment(c.at, c.icon, "teal", c.title, c.text, group="relations") for c in changes),
    ]  # fmt: skip
    return sorted(found, key=lambda moment: moment.at, reverse=True)


def _of_merge(merge: Merge) -> list[Moment]:
    people = f"{merge.absorbed} → {merge.survivor}"
    found = [
        Moment(
            merge.merged_at,
            "git-merge",
            "purple",
            gettext("Merged by %(name)s") % {"name": merge.merged_by},
            people,
            group="accounts",
        )
    ]
    if merge.unmerged_at:
        text = gettext("Merge undone by %(name)s") % {"name": merge.unmerged_by}
        found.append(Moment(merge.unmerged_at, "arrow-back-up", "purple", text, people, group="accounts"))
    return found

"""Reads of cases and disputes: the shop's within a colleague's reach, a shopper's own, and the merchant's terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Q

from yutang.areas.aftersale import rules
from yutang.areas.aftersale.models import Case, CaseLine, CasePicture, CaseStep, Dispute, Terms
from yutang.areas.catalog import queries as catalog
from yutang.areas.orders import queries_list, queries_shop
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.questions import Question, answer, instance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from django.db.models import QuerySet

    from yutang.areas.orders.models import OrderItem
    from yutang.core.access import Actor

_Row = TypeVar("_Row", Case, CasePicture, Dispute)
VIEW, HANDLE, RULE, SETUP = "aftersale.view", "aftersale.handle", "disputes.rule", "aftersale.setup"
SHELF = "evidence"  # of pictures: no public address reaches it
NEWEST = ("-id",)
DUE = ("deadline_at", "id")
State = Case.State
# tab → states. What waits for the shop comes first, then what waits for others.
TABS: dict[str, tuple[State, ...]] = {
    "to_answer": (State.ASKED,), "to_receive": (State.RETURNING,), "to_resend": (State.RESENDING,),
    "disputed": (State.DISPUTED,), "with_buyer": (State.REFUSED, State.SENDING), "done": (State.DONE,),
    "closed": (State.CLOSED,),
}  # fmt: skip
WAITING = ("to_answer", "to_receive", "to_resend", "disputed", "with_buyer")
MOST_BY_NUMBER = 100
MOST_NAMED = 1_000


# -- the shop ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Search:
    """Empty filters let everything through. `text`: a number of the case, its order or its parcel; or it is a case of
    one of the `customer_ids`. `behind`: of a part of the service score, the cases it counts."""

    tab: str = ""
    text: str = ""
    customer_ids: frozenset[int] = frozenset()
    order_ids: frozenset[int] = frozenset()
    kind: str = ""
    reason: str = ""
    nodes: frozenset[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    behind: str = ""


def cases(actor: Actor, permission: str = VIEW) -> QuerySet[Case]:
    """Within reach."""
    nodes = actor.nodes(permission)
    return Case.objects.all() if nodes is None else Case.objects.filter(node__in=nodes)


def case(actor: Actor, case_id: int, permission: str = VIEW) -> Case:
    """The checked door."""
    found = cases(actor, permission).select_related("order__shop__replaces", "node", "replacement").filter(pk=case_id)
    return _found(found.first())


def search(actor: Actor, wanted: Search) -> QuerySet[Case]:
    """To be paged by `order_of(tab)`."""
    found = cases(actor).prefetch_related("order", "node", "lines")
    if wanted.tab:
        found = found.filter(state__in=TABS[wanted.tab])
    if wanted.text:
        found = found.filter(pk__in=_named(wanted))
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.reason:
        found = found.filter(reason=wanted.reason)
    if wanted.nodes is not None:
        found = found.filter(node__in=wanted.nodes)
    if wanted.since is not None:
        found = found.filter(opened_at__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(opened_at__lt=wanted.until)
    return found.filter(**BEHIND[wanted.behind]) if wanted.behind else found


def _named(wanted: Search) -> set[int]:
    """Each way of naming a case by an index of its own; of many, the newest."""
    number = wanted.text[:60]
    ways = (
        Q(number=number), Q(tracking_no=number) & ~Q(tracking_no=""), Q(order__in=wanted.order_ids),
        Q(order__customer__in=wanted.customer_ids),
    )  # fmt: skip
    return {
        pk for way in ways for pk in Case.objects.filter(way).order_by("-pk").values_list("pk", flat=True)[:MOST_NAMED]
    }


# Part of the service score → which cases it is made of.
BEHIND: dict[str, dict[str, object]] = {
    "cases": {}, "answer": {"answered_at__isnull": False}, "refused": {"refused_at__isnull": False},
    "overturned": {"is_overturned": True}, "receipts": {"received_at__isnull": False},
    "late_receipts": {"is_received_late": True},
}  # fmt: skip


def order_of(tab: str) -> tuple[str, ...]:
    """What waits stands by its deadline, the rest by age."""
    return DUE if tab in WAITING else NEWEST


def waiting(actor: Actor) -> dict[str, int]:
    """tab → how many wait for the shop or a ruling, counted up to a thousand."""
    tabs = ("to_answer", "to_receive", "to_resend", "disputed")
    return {tab: cases(actor).filter(state__in=TABS[tab])[:1_000].count() for tab in tabs}


def waiting_for_shop(actor: Actor) -> int:
    """Cases that a colleague is to do something about, counted up to a thousand."""
    states = (State.ASKED, State.RETURNING, State.RESENDING)
    return cases(actor, HANDLE).filter(state__in=states)[:1_000].count()


def waiting_for_ruling(actor: Actor) -> int:
    """Disputes whose evidence is in, counted up to a thousand."""
    return disputes(actor, state=Dispute.State.RULING, permission=RULE)[:1_000].count()


@dataclass(frozen=True)
class Line:
    """Pieces of an item in a case."""

    item: OrderItem
    pieces: int
    amount: int


@dataclass(frozen=True)
class Whole:
    """A case with everything that hangs on it."""

    lines: list[Line]
    pictures: list[CasePicture]
    steps: list[CaseStep]  # newest first
    dispute: Dispute | None


def whole(found: Case, *, for_buyer: bool = False) -> Whole:
    """Five queries. A buyer does not read what colleagues noted for each other."""
    items = {item.position: item for item in queries_shop.items(found.order_id)}
    lines = CaseLine.objects.filter(case=found).order_by("position")
    steps = CaseStep.objects.filter(case=found).order_by("-pk")
    if for_buyer:
        steps = steps.exclude(what="noted")
    return Whole(
        lines=[Line(items[line.position], line.pieces, line.amount) for line in lines],
        pictures=list(CasePicture.objects.filter(case=found).order_by("pk")), steps=list(steps),
        dispute=Dispute.objects.filter(case=found).first(),
    )  # fmt: skip


def of_order(actor: Actor, order_id: int) -> list[Case]:
    """The cases of an order, and the one that it was sent for; the newest first."""
    found = cases(actor).filter(Q(order=order_id) | Q(replacement=order_id)).select_related("order")
    return list(found.order_by("-pk"))


def of_person(actor: Actor, customer_id: int) -> QuerySet[Case]:
    """A person's cases within reach; by `NEWEST`."""
    return cases(actor).filter(order__customer=customer_id).prefetch_related("order", "node", "lines")


def picture(actor: Actor, picture_id: int) -> CasePicture:
    """The checked door to evidence."""
    found = CasePicture.objects.filter(pk=picture_id)
    nodes = actor.nodes(VIEW)
    return _found((found if nodes is None else found.filter(case__node__in=nodes)).first())


def file_of(found: CasePicture, width: int) -> Path | None:
    """The file to serve to whoever came through a door."""
    return catalog.picture_path(found.merchant_id, found.digest, width, SHELF)


def disputes(actor: Actor, *, state: str = "", permission: str = VIEW) -> QuerySet[Dispute]:
    """Within reach; by ("-id",)."""
    nodes = actor.nodes(permission)
    found = Dispute.objects.all() if nodes is None else Dispute.objects.filter(node__in=nodes)
    return (found.filter(state=state) if state else found).select_related("case__order", "node")


def dispute(actor: Actor, dispute_id: int, permission: str = VIEW) -> Dispute:
    """The checked door."""
    return _found(disputes(actor, permission=permission).filter(pk=dispute_id).first())


# -- shoppers ----------------------------------------------------------------------------------------------------------


def cases_of(customer_id: int) -> QuerySet[Case]:
    """A shopper's own; by ("-id",)."""
    return Case.objects.filter(order__customer=customer_id).select_related("order")


def asked_with(customer_id: int, key: str) -> Case | None:
    """A shopper's case of this form, if it has been sent before."""
    return Case.objects.filter(key=key, order__customer=customer_id).first()


def waiting_for(customer_id: int) -> int:
    """How many of a shopper's cases are open."""
    return cases_of(customer_id).filter(state__in=rules.OPEN).count()


def of_my_order(customer_id: int, order_id: int) -> list[Case]:
    """A shopper's cases of an order, and the one that it was sent for; the newest first."""
    return list(cases_of(customer_id).filter(Q(order=order_id) | Q(replacement=order_id)).order_by("-pk"))


def with_goods(found: Sequence[Case]) -> list[tuple[Case, list[Line]]]:
    """Two statements, however many cases."""
    items = queries_list.items_of({case.order_id for case in found})
    known = {(item.order_id, item.position): item for of_order in items.values() for item in of_order}
    lines: dict[int, list[Line]] = {}
    orders = {case.pk: case.order_id for case in found}
    for line in CaseLine.objects.filter(case__in=orders).order_by("case", "position"):
        item = known[orders[line.case_id], line.position]
        lines.setdefault(line.case_id, []).append(Line(item, line.pieces, line.amount))
    return [(case, lines.get(case.pk, [])) for case in found]


def case_of(customer_id: int, case_id: int) -> Case:
    """The shopper's checked door."""
    found = Case.objects.select_related("order__shop__replaces", "replacement")
    return _found(found.filter(pk=case_id, order__customer=customer_id).first())


def picture_of(customer_id: int, picture_id: int) -> CasePicture:
    """The shopper's checked door to evidence, of either side."""
    return _found(CasePicture.objects.filter(pk=picture_id, case__order__customer=customer_id).first())


def may(found: Case, side: rules.Side) -> frozenset[str]:
    """What a side may do now: names of services."""
    possible = rules.actions(found.state, side, kind=found.kind, is_sent=found.is_sent)
    if found.is_ruled:
        possible -= {"refuse", "reject", "escalate"}
    return possible - {"accept"} if found.offered is None else possible


# -- terms -------------------------------------------------------------------------------------------------------------


def require_everywhere(actor: Actor) -> None:
    """The terms belong to the whole merchant: seeing and changing them takes the permission for all of it."""
    if actor.nodes(SETUP) is not None:
        raise NotAllowed(permission=SETUP)


def terms_question() -> Question[Terms]:
    """The merchant's, or the defaults."""
    return Question(
        "SELECT * FROM aftersale_terms", {},
        lambda rows: next((instance(Terms, row) for row in rows), None) or Terms(),
    )  # fmt: skip


def terms() -> Terms:
    return answer(terms_question())


def promises_question() -> Question[dict[str, int]]:
    """Kind of product → days in which it is taken back without a reason."""
    usual = {kind: bound.default for kind, bound in rules.NO_REASON.items()}
    return Question(
        "SELECT kind, no_reason_days FROM aftersale_promise ORDER BY kind", {},
        lambda rows: usual | {row["kind"]: row["no_reason_days"] for row in rows},
    )  # fmt: skip


def promises() -> dict[str, int]:
    return answer(promises_question())


def reasons() -> list[rules.Reason]:
    return list(rules.REASONS.values())


def bounds() -> dict[str, rules.Bound]:
    return dict(rules.BOUNDS)


def no_reason_bounds() -> dict[str, rules.Bound]:
    return dict(rules.NO_REASON)


def orders_by_number(actor: Actor, text: str) -> frozenset[int]:
    """Orders with this number, that cases may be of."""
    found = cases(actor).filter(order__order_no=text[:80]).values_list("order_id", flat=True)
    return frozenset(found[:MOST_BY_NUMBER])


def _found(row: _Row | None) -> _Row:
    if row is None:
        raise NotFound
    return row

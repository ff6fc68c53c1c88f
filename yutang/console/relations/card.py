"""The relations on a person's page: roles, guide, bringer, strength, and what smells of self-dealing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, gettext_noop

from yutang.areas.interactions import queries as interactions
from yutang.areas.orders.person import HALF_LIFE, Deed
from yutang.areas.relations import queries
from yutang.areas.relations.models import PersonRole, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from yutang.areas.customers.models import Customer
    from yutang.areas.interactions.arrivals import Arrival
    from yutang.areas.interactions.models import Interaction
    from yutang.areas.orders.models import CustomerStatistic
    from yutang.areas.orders.person import Bought, Strength

SHOWN = 12  # rows of what a strength is made of
COLOURS = {
    PersonRole.Role.STAFF: "purple", PersonRole.Role.GUIDE: "teal", PersonRole.Role.DISTRIBUTOR: "orange",
    PersonRole.Role.SUPPLIER: "cyan", PersonRole.Role.EXPERT: "pink",
}  # fmt: skip
ICONS = {"role": "id", "referral": "user-plus", "guide": "user"}
_BEGAN = {
    "role": gettext_noop("Role “%(name)s” set by %(by)s"),
    "referral": gettext_noop("Brought by %(name)s, said by %(by)s"),
    "guide": gettext_noop("Guide %(name)s set by %(by)s"),
}
_ENDED = {
    "role": gettext_noop("Role “%(name)s” ended by %(by)s"),
    "referral": gettext_noop("No longer counted as brought by %(name)s, said by %(by)s"),
    "guide": gettext_noop("Guide %(name)s ended by %(by)s"),
}


@dataclass(frozen=True)
class Change:
    """A statement that was made or ended, for the timeline."""

    at: Any
    icon: str
    title: str
    text: str


def name(said: queries.Said) -> str:
    if said.kind == "role":
        return str(PersonRole.Role(said.value).label)
    if said.kind == "referral":
        return said.name or f"#{said.value}"
    return said.name


def chips(found: queries.Relations, statistic: CustomerStatistic) -> list[tuple[str, str]]:
    """(label, colour): "customer" follows from purchases, the others are statements."""
    bought = [(gettext("Customer"), "blue")] if statistic.purchases else []
    return bought + [(name(one), COLOURS[PersonRole.Role(one.value)]) for one in found.roles]


def changes(found: queries.Relations) -> list[Change]:
    """When each statement began and ended."""
    shown = []
    for one in found.said:
        words = {"name": name(one), "by": one.set_by}
        told = one.reason if one.source != Source.CODE else gettext("by the code “%(code)s”") % {"code": one.reason}
        shown.append(Change(one.since, ICONS[one.kind], gettext(_BEGAN[one.kind]) % words, told))
        if one.ended_at is not None:
            words["by"] = one.ended_by
            shown.append(Change(one.ended_at, ICONS[one.kind], gettext(_ENDED[one.kind]) % words, one.end_reason))
    return shown


def notices(
    found: queries.Relations, statistic: CustomerStatistic, arrival: Arrival | None, person: Customer
) -> list[str]:
    """What smells of self-dealing. It proves nothing: somebody should look."""
    if not found.may_deal_with_themselves:
        return []
    said = [
        gettext("#%(home)s was recorded as brought by #%(bringer)s: both are this person.")
        % {"home": one.home_id, "bringer": one.home_bringer_id}
        for one in found.brought_themselves
    ]
    own = {
        code.pk: code.name
        for code in ((arrival.first, arrival.latest) if arrival else ())
        if code.customer_id == person.pk
    }
    last = statistic.last_purchase_at
    if arrival is not None and last is not None and last >= arrival.first_at:
        said += [
            gettext("Came by their own code “%(code)s” and bought afterwards.") % {"code": code}
            for code in own.values()
        ]
    return said


@dataclass(frozen=True)
class Bar:
    """A strength as a bar; `reasons` are its heaviest rows."""

    title: str
    strength: Strength
    reasons: list[dict[str, Any]]
    more: int

    @property
    def width(self) -> int:
        return round(self.strength.score)


def bars(bought: Bought | None, did: Iterable[Interaction]) -> list[Bar]:
    """To the brand, then to the strongest products; empty for who may not see orders or where nothing is known."""
    if bought is None:
        return []
    found = bought.strengths([Deed(row.kind, row.item, row.occurred_at) for row in did])
    if not found.brand.counted:
        return []
    return [_bar(gettext("The brand"), found.brand), *(_bar(one.title, one) for one in found.products)]


def _bar(title: str, found: Strength) -> Bar:
    reasons = [
        {
            "kind": gettext("Purchase") if row.kind == "purchase" else interactions.label(row.kind),
            "order_id": row.order_id, "at": row.at, "age": round(row.age, 1), "weight": row.weight,
            "kept": round(100 * row.kept), "points": f"{row.points:.2f}",
        }
        for row in found.counted[:SHOWN]
    ]  # fmt: skip
    return Bar(title, found, reasons, max(len(found.counted) - SHOWN, 0))


def context(
    request: HttpRequest, person: Customer, *, statistic: CustomerStatistic, arrival: Arrival | None,
    bought: Bought | None, did: Iterable[Interaction],
) -> dict[str, Any]:  # fmt: skip
    """Of `console/relations/_card.html` and the chips above."""
    found = queries.of_person(person, actor=request.actor)
    held = {one.value for one in found.roles}
    may = request.actor.may("relations.edit") and person.erased_at is None
    return {
        "relations": found, "chips": chips(found, statistic), "role_rows": [(name(one), one) for one in found.roles],
        "notices": notices(found, statistic, arrival, person), "bars": bars(bought, did),
        "brought": found.brought, "changes": changes(found), "may_relate": may,
        "offered_roles": [(value, label) for value, label in PersonRole.Role.choices if value not in held],
        "half_life": int(HALF_LIFE),
    }  # fmt: skip

"""What segments may ask about grades: expressions over the person snapshot, nothing is stored per person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_noop
from sqlglot import exp

from yutang.areas.grades import queries, scoring
from yutang.areas.segments.registry import REGISTRY, Attribute, Choice, Kind

if TYPE_CHECKING:
    from collections.abc import Callable


def register() -> None:
    REGISTRY.add_area("grades", gettext_noop("Grades"))
    REGISTRY.add_attributes(
        Attribute(
            "grades.rfm_group", gettext_noop("RFM group"), Kind.CHOICE, choices=_groups, derive=_score(scoring.GROUP)
        ),
        Attribute("grades.rfm_r", gettext_noop("Recency score"), Kind.INT, derive=_score(scoring.R)),
        Attribute("grades.rfm_f", gettext_noop("Frequency score"), Kind.INT, derive=_score(scoring.F)),
        Attribute("grades.rfm_m", gettext_noop("Monetary score"), Kind.INT, derive=_score(scoring.M)),
        Attribute("grades.tier", gettext_noop("Fish tier"), Kind.CHOICE, choices=_tiers, derive=_tier),
        # Lists of people of the past are kept by their numbers. Derived, so that exports don't repeat it.
        Attribute("grades.customer_id", gettext_noop("Customer number"), Kind.INT, derive=_number, is_charted=False),
    )


def _score(sql: str) -> Callable[[], exp.Expression]:
    return lambda: scoring.expression(sql, scoring.literals(queries.boundaries()))


def _tier() -> exp.Expression:
    return scoring.tier_of_person(queries.ladder())


def _number() -> exp.Expression:
    return exp.column("customer_id")


def _groups() -> list[Choice]:
    return [Choice(str(group), gettext(label)) for group, label in queries.GROUP_LABELS.items()]


def _tiers() -> list[Choice]:
    return [Choice(str(tier), gettext(label)) for tier, label in queries.TIER_LABELS.items()]

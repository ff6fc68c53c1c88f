"""What rules may ask about people themselves. Customers lie below segments, so it is said here."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from yutang.areas.customers import platforms
from yutang.areas.customers.models import Customer
from yutang.areas.merchants import queries as merchants
from yutang.areas.segments.registry import REGISTRY, Attribute, Choice, Kind


def genders() -> list[Choice]:
    return [Choice(value, str(label)) for value, label in Customer.Gender.choices if value]


def nodes() -> list[Choice]:
    """Stores, regions and the HQ, parents first."""
    return [Choice(node.pk, node.name, node.pk) for node in merchants.tree()]


def months() -> list[Choice]:
    return [Choice(month, gettext("Month %(month)s") % {"month": month}) for month in range(1, 13)]


def register() -> None:
    REGISTRY.add_area("customers", gettext_noop("Customer profile"))
    REGISTRY.add_attributes(
        Attribute("customers.source", gettext_noop("First source"), Kind.TEXT, labels=platforms.names),
        Attribute("customers.gender", gettext_noop("Gender"), Kind.CHOICE, choices=genders),
        Attribute("customers.birthday", gettext_noop("Birthday"), Kind.DATE),
        Attribute(
            "customers.birthday_month", gettext_noop("Month of birth"), Kind.CHOICE, "EXTRACT(MONTH FROM birthday)",
            choices=months, is_numbered=True,
        ),
        Attribute("customers.age", gettext_noop("Age"), Kind.INT, _AGE),
        Attribute("customers.country", gettext_noop("Country"), Kind.TEXT),
        Attribute("customers.province", gettext_noop("Province"), Kind.TEXT),
        Attribute("customers.city", gettext_noop("City"), Kind.TEXT, is_shown=True),
        Attribute("customers.accepts_marketing", gettext_noop("Accepts marketing"), Kind.BOOL),
        Attribute(
            "customers.home_node_id", gettext_noop("Home store"), Kind.CHOICE, choices=nodes, is_numbered=True,
            is_shown=True,
        ),
        Attribute("customers.first_seen_on", gettext_noop("First seen"), Kind.DATE),
        Attribute(
            "customers.days_since_first_seen", gettext_noop("Days since first seen"), Kind.INT,
            "DATE_DIFF('DAY', first_seen_on, :today)",
        ),
    )  # fmt: skip


# Full years: one less while this year's birthday is still to come.
_AGE = (
    "EXTRACT(YEAR FROM :today) - EXTRACT(YEAR FROM birthday)"
    " - CASE WHEN EXTRACT(MONTH FROM birthday) * 100 + EXTRACT(DAY FROM birthday)"
    " > EXTRACT(MONTH FROM :today) * 100 + EXTRACT(DAY FROM :today) THEN 1 ELSE 0 END"
)

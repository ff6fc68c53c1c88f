"""Why two people look like one, in words: a row for each field, both values beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop

from yutang.areas.customers import queries
from yutang.areas.customers.suggestions import services as suggestions
from yutang.ui.templatetags.ui import day

if TYPE_CHECKING:
    from yutang.areas.customers.models import Customer, ReviewCase

FIELDS = {
    "family": gettext_noop("Family name"),
    "given": gettext_noop("Given name"),
    "birthday": gettext_noop("Birthday"),
    "gender": gettext_noop("Gender"),
    "address": gettext_noop("Address"),
    "place": gettext_noop("Place"),
    "email": gettext_noop("E-mail"),
    "phone": gettext_noop("Phone"),
    "bought": gettext_noop("Favourite products"),
}
LEVELS = {
    "equal": gettext_noop("equal"),
    "different": gettext_noop("different"),
    "sound": gettext_noop("sounds the same, written differently"),
    "swapped": gettext_noop("family and given name change places"),
    "initial": gettext_noop("same initial"),
    "close": gettext_noop("a slip of the pen apart"),
    "similar": gettext_noop("similar"),
    "day_and_month_swapped": gettext_noop("day and month change places"),
    "one_digit": gettext_noop("one digit differs"),
    "two_digits": gettext_noop("two digits differ"),
    "year_differs": gettext_noop("same day, another year"),
    "same_door": gettext_noop("same address, same door"),
    "close_door": gettext_noop("almost the same address"),
    "store": gettext_noop("same store"),
    "district": gettext_noop("same district"),
    "city": gettext_noop("same city"),
    "city_similar": gettext_noop("similar name of the city"),
    "province": gettext_noop("same province"),
    "mailbox": gettext_noop("same name before the @"),
    "mailbox_close": gettext_noop("similar name before the @"),
    "most": gettext_noop("mostly the same"),
    "some": gettext_noop("some are the same"),
}


@dataclass(frozen=True)
class Row:
    label: str
    values: list[str]
    finding: str
    bits: float

    @property
    def shown(self) -> str:
        return _signed(self.bits)


@dataclass(frozen=True)
class Likeness:
    prior: str
    rows: list[Row]
    total: str
    chance: float


def explain(case: ReviewCase, sides: list[queries.Side]) -> Likeness:
    """The stored bits of a suggestion in words; their sum is the score."""
    parts = [part for part in case.evidence if part.get("kind") == "likeness"]
    rows = [
        Row(
            gettext(FIELDS.get(part["field"], part["field"])),
            [_value(part["field"], side) for side in sides],
            _finding(part),
            part["bits"],
        )
        for part in parts
        if part["field"] != "prior"
    ]
    prior = sum(part["bits"] for part in parts if part["field"] == "prior")
    return Likeness(_signed(prior), rows, _signed(case.score), suggestions.chance(case.score))


def _finding(part: dict[str, Any]) -> str:
    said = gettext(LEVELS.get(part["level"], part["level"]))
    if part["share"]:
        one_in = max(round(1 / part["share"]), 1)
        said += " · " + gettext("1 in %(number)s has it") % {"number": number_format(one_in, force_grouping=True)}
    return said


def _value(field: str, side: queries.Side) -> str:
    """What this actor may see of it: phones and e-mails masked, no street."""
    customer: Customer = side.customer
    if field in ("family", "given"):
        return dict(zip(("family", "given"), suggestions.split_name(customer.name), strict=True))[field]
    if field in ("phone", "email"):
        return next((account.shown for account in side.accounts if account.identity.kind == field), "")
    if field in ("address", "place"):
        return " ".join(part for part in (customer.province, customer.city, customer.district) if part)
    values = {"birthday": day(customer.birthday), "gender": customer.get_gender_display()}
    return values.get(field, "")


def _signed(bits: float) -> str:
    return f"{bits:+.1f}".replace("-", "−")

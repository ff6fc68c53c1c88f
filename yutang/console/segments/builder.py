"""What stands in the builder: a new segment, a stored one, or what was sent and refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from yutang.areas.segments import parser, queries, vocabulary
from yutang.core import money
from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yutang.areas.segments.models import Segment


@dataclass
class Draft:
    """`rule` is the JSON as text, as it was sent."""

    name: str
    description: str
    rule: Any
    segment: Segment | None = None
    text: str | None = None

    @classmethod
    def fresh(cls, request: HttpRequest) -> Draft:
        """Empty, or with the rule that another page hands over (`?rule=…`: “save as segment”)."""
        handed = request.GET.get("rule")
        return cls("", "", parser.load(handed) if handed else {"all": []})

    @classmethod
    def of(cls, segment: Segment) -> Draft:
        return cls(segment.name, segment.description, segment.rule, segment)

    @classmethod
    def posted(cls, request: HttpRequest, segment: Segment | None = None) -> Draft:
        sent = request.POST
        return cls(sent.get("name", ""), sent.get("description", ""), None, segment, sent.get("rule", ""))

    def values(self) -> dict[str, Any]:
        """Arguments for the service; refuses what is not JSON."""
        if self.text is not None:
            self.rule = parser.load(self.text)
        return {"name": self.name, "description": self.description, "rule": self.rule}

    def answer(self, request: HttpRequest, error: DomainError | None = None) -> HttpResponse:
        """The builder page, with what was wrong."""
        context = {
            "draft": self,
            "segment": self.segment,
            "is_limited": request.actor.nodes(queries.VIEW) is not None,
            "error": error,
            "rule": {"all": []} if self.rule is None else self.rule,
            "vocabulary": vocabulary.vocabulary(besides=self.segment and self.segment.pk, actor=request.actor),
            "texts": texts() | {"decimals": money.exponent(request.merchant.currency)},
        }
        return render(request, "console/segments/builder.html", context, status=error.status if error else 200)


def texts() -> dict[str, Any]:
    """Words of the builder; scripts hold none."""
    return {
        "all": gettext("all of these"), "any": gettext("at least one of these"),
        "people": gettext("People who fulfil"), "peopleNot": gettext("People who do not fulfil"),
        "rowsWhere": gettext("Only where"), "rowsNot": gettext("Only where not"),
        "addCondition": gettext("Condition"), "addGroup": gettext("Group"), "addWhere": gettext("Narrow down"),
        "remove": gettext("Remove"), "pick": gettext("Choose a condition"), "value": gettext("Value"),
        "and": gettext("and"), "or": gettext("or"), "did": gettext("Did"), "didNot": gettext("Did not"),
        "in": gettext("Is in"), "notIn": gettext("Is not in"), "segment": gettext("Segment"),
        "behaviour": gettext("behaviour"), "count": gettext("Number of"), "rows": ngettext("row", "rows", 2),
        "sum": gettext("Total of"), "anyTime": gettext("at any time"), "last": gettext("in the last"),
        "days": gettext("days"), "fromTo": gettext("from … to"), "yes": gettext("yes"), "no": gettext("no"),
        "month": gettext("Month %(month)s"), "condition": gettext("Condition"), "operator": gettext("Comparison"),
        "window": gettext("Time"), "from": gettext("From"), "to": gettext("To"), "none": gettext("no total"),
        "empty": gettext("No condition yet: this is everybody. Add one."), "all_ok": "",
        "incomplete": gettext("Fill in the marked values first."), "badJson": gettext("This is not JSON."),
    }  # fmt: skip

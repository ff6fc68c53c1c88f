"""What a report is asked: kept in the address, so that it can be passed on, and read again behind every figure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.analytics.queries import Period
from yutang.areas.analytics.queries.behaviour import aisas, frequency, funnel, paths, steps
from yutang.areas.analytics.queries.behaviour.steps import PURCHASE, Step
from yutang.areas.analytics.queries.behaviour.vocabulary import vocabulary
from yutang.areas.interactions import codes
from yutang.areas.interactions import queries as interactions
from yutang.areas.merchants import queries as merchants
from yutang.core import clock
from yutang.ui.forms import errors_of

if TYPE_CHECKING:
    from django.http import HttpRequest, QueryDict

DAYS = 30  # by itself
CODES = 200  # offered as sources
_KIND = re.compile(r"[a-z][a-z0-9_.]{0,39}")
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2100, 1, 1)
_BETWEEN = [
    MinValueValidator(_FIRST_DAY, _("Choose a day from 1970 on.")),
    MaxValueValidator(_LAST_DAY, _("Choose a day before 2100.")),
]


def kind_label(kind: str) -> str:
    own = {PURCHASE: gettext("Bought"), "impression": gettext("Was shown content")}
    return own.get(kind) or interactions.label(kind)


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d"], validators=_BETWEEN)


def _text(label: Any, **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=200, required=False, widget=widget)


def _kind(label: Any, *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=required)


class Question(forms.Form):
    """Days, store, channel and source, which all reports have. `asked` and `question` stand after `is_valid`."""

    since = _day(_("From"))
    until = _day(_("Until"))
    store = forms.ChoiceField(label=_("Store"), required=False)
    channel = _text(_("Channel"), list="channels")
    source = _text(_("Came from"), list="sources")
    defaults: dict[str, Any] = {}
    example: dict[str, Any] = {}  # what is asked where the address says nothing
    report = ""

    def __init__(self, values: QueryDict, request: HttpRequest) -> None:
        today = clock.today(request.merchant.timezone)
        usual = {"since": today - timedelta(days=DAYS - 1), "until": today, **self.defaults}
        if not self.is_given(values):
            usual |= self.example
        super().__init__({**usual, **{name: value for name, value in values.items() if name in self.base_fields}})
        self.request = request
        reach = steps.visible_nodes(None, request.actor, steps.PERMISSION)
        nodes = [node for node in merchants.tree() if reach is None or node.pk in reach]
        places = [(str(node.pk), node.name) for node in nodes if node.parent_id is not None]
        self.fields["store"].choices = [("", _("All stores")), *places]
        self.words: dict[str, list[str]] = {"kind": [], "channel": [], "source": []}

    def is_given(self, values: QueryDict) -> bool:
        """Whether the address says what is asked, days and filters apart."""
        return any(values.get(name) for name in self.base_fields if name not in Question.base_fields)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("since") and found.get("until") and found["since"] > found["until"]:
            self.add_error("since", gettext("The first day lies after the last one."))
        return found

    def asked(self) -> steps.Asked:
        given = self.cleaned_data
        nodes = frozenset({int(given["store"])}) if given["store"] else None
        period = Period(given["since"], given["until"])
        return steps.asked(
            period=period, channel=given["channel"], source=given["source"], nodes=nodes, actor=self.request.actor
        )

    def question(self) -> Any:
        raise NotImplementedError

    def offer(self) -> None:
        """Reads the words of the period, so that people can choose them."""
        self.words = vocabulary(self.asked())
        self.offer_kinds()

    def offer_kinds(self) -> None:
        """Kinds everybody knows, own kinds that occurred, and whatever is asked now."""
        for name, field in self.fields.items():
            if not name.startswith("kind"):
                continue
            given = self.data.get(name, "")
            known = [kind for kind, _label in interactions.kinds() if kind != steps.TECHNICAL]
            own = [given] if _KIND.fullmatch(given) and given != steps.TECHNICAL else []
            listed = dict.fromkeys([*known, *self.words["kind"], *own])
            empty = gettext("Anything") if name == "kind" else "–"
            choices = [("", empty), (PURCHASE, kind_label(PURCHASE)), *((kind, kind_label(kind)) for kind in listed)]
            field.choices = choices

    def sources(self) -> list[tuple[str, str]]:
        """Codes by their names, then other sources that occurred."""
        named = [(f"code:{code.slug}", code.name) for code in codes.visible(self.request.actor).order_by("-id")[:CODES]]
        known = {value for value, _label in named}
        return [*named, *((word, word) for word in self.words["source"] if word not in known)]

    @property
    def fields_given(self) -> dict[str, str]:
        """What an address keeps of the question."""
        return {name: str(self.data.get(name)) for name in self.fields if self.data.get(name) not in (None, "")}

    @property
    def query(self) -> str:
        return f"?{urlencode(self.fields_given)}"

    @property
    def common_query(self) -> str:
        """Days and filters, to hang on the address of another report."""
        return f"?{urlencode({k: v for k, v in self.fields_given.items() if k in Question.base_fields})}"


class FrequencyForm(Question):
    report = "frequency"
    kind = _kind(_("Did"))
    page = _text(_("Page contains"))
    item = _text(_("Item"))
    unit = forms.ChoiceField(label=_("Count"), choices=[("times", _("Times")), ("days", _("Different days"))])
    defaults = {"unit": "times"}

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        _no_page_of_a_purchase(self, found, "kind", "page", "item")
        return found

    def question(self) -> frequency.Frequency:
        given = self.cleaned_data
        return frequency.Frequency(self.asked(), Step(given["kind"], given["page"], given["item"]), given["unit"])


class FunnelForm(Question):
    report = "funnel"
    window = forms.IntegerField(label=_("Within days"), min_value=1, max_value=funnel.LONGEST_WINDOW)
    defaults = {"window": 30}
    example = {"kind_1": "view", "kind_2": "cart", "kind_3": PURCHASE}

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        for place in range(1, funnel.MOST + 1):
            names = f"kind_{place}", f"page_{place}", f"item_{place}"
            _no_page_of_a_purchase(self, found, *names)
            if not found.get(names[0]) and names[0] in found and any(found.get(name) for name in names[1:]):
                self.add_error(names[0], gettext("Choose what was done."))
        return found

    def question(self) -> funnel.Funnel:
        given = self.cleaned_data
        chosen = [
            Step(given[f"kind_{n}"], given[f"page_{n}"], given[f"item_{n}"])
            for n in range(1, funnel.MOST + 1) if given[f"kind_{n}"]
        ]  # fmt: skip
        return funnel.Funnel(self.asked(), tuple(chosen), given["window"])

    @property
    def rows(self) -> list[tuple[int, Any, Any, Any, bool]]:
        """Number, three fields, and whether the row stands open: those in use, and one more."""
        used = [n for n in range(1, funnel.MOST + 1) if self.data.get(f"kind_{n}")]
        shown = min(max([2, *used]) + 1, funnel.MOST)
        return [
            (n, self[f"kind_{n}"], self[f"page_{n}"], self[f"item_{n}"], n <= shown) for n in range(1, funnel.MOST + 1)
        ]


for _place in range(1, funnel.MOST + 1):
    FunnelForm.base_fields |= {
        f"kind_{_place}": _kind(_("Did")), f"page_{_place}": _text(_("Page contains")),
        f"item_{_place}": _text(_("Item")),
    }  # fmt: skip


class PathsForm(Question):
    report = "paths"
    by = forms.ChoiceField(label=_("Points are"), choices=[("kind", _("Kinds of interaction")), ("page", _("Pages"))])
    direction = forms.ChoiceField(label=_("Direction"), choices=[("from", _("Ways from")), ("to", _("Ways to"))])
    anchor = _text(_("Point"), list="points")
    defaults = {"by": "kind", "direction": "from"}

    def question(self) -> paths.Paths:
        given = self.cleaned_data
        return paths.Paths(self.asked(), given["by"], given["direction"], given["anchor"])


class AisasForm(Question):
    report = "aisas"
    by = forms.ChoiceField(
        label=_("Parted by"), choices=[("source", _("First source")), ("channel", _("First channel"))]
    )
    defaults = {"by": "source"}

    def question(self) -> aisas.Aisas:
        return aisas.Aisas(self.asked(), self.cleaned_data["by"])


FORMS: dict[str, type[Question]] = {form.report: form for form in (FrequencyForm, FunnelForm, PathsForm, AisasForm)}


def read(kind: type[Question], values: QueryDict, request: HttpRequest) -> tuple[Question, Any]:
    """The form, and what it asks; None where something in it is wrong, which then stands beside its field."""
    form = kind(values, request)
    form.offer_kinds()
    question = None
    if form.is_valid():
        with errors_of(form):
            question = form.question()
    return form, question


def _no_page_of_a_purchase(form: Question, found: dict[str, Any], kind: str, *others: str) -> None:
    if found.get(kind) != PURCHASE:
        return
    for name in others:
        if found.get(name):
            form.add_error(name, gettext("A purchase has no page and no item."))

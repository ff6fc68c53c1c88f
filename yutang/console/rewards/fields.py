"""A list of rewards in a form: rows of what, how much, and which. Without JavaScript; empty rows count for nothing.

    class PlanForm(forms.Form):
        rewards = RewardsField(label=_("Given with it"), required=False)

`initial` and the cleaned value are lists of `core.rewards.Reward`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.core import rewards
from yutang.core.errors import DomainError
from yutang.core.rewards import Reward

SPARE_ROWS, MOST_ROWS = 2, 10


class RewardsWidget(forms.Widget):
    """Field `<name>-what` holds "kind" or "kind:target", `<name>-amount` the amount; one of each per row."""

    template_name = "console/rewards/rewards.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [(_what(one), one.amount) for one in value or [] if isinstance(one, Reward)]
        if value and not rows:
            rows = list(value)
        spare = min(SPARE_ROWS, MOST_ROWS - len(rows))
        context["widget"] |= {"rows": [*rows, *[("", "")] * spare], "options": options()}
        return context

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:  # fmt: skip
        del renderer  # Django's own finds no templates of ours
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        del files
        if not hasattr(data, "getlist"):
            return [(_what(one), str(one.amount)) for one in data.get(name) or []]
        rows = zip(data.getlist(f"{name}-what"), data.getlist(f"{name}-amount"), strict=False)
        return [(what, amount.strip()) for what, amount in rows if what or amount.strip()]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        del files
        return f"{name}-what" not in data


class RewardsField(forms.Field):
    """ValidationError names the row."""

    widget = RewardsWidget
    default_error_messages = {"required": _("Choose at least one reward.")}

    def clean(self, value: Any) -> list[Reward]:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        found = []
        for number, (what, amount) in enumerate(value[:MOST_ROWS], start=1):
            kind, _colon, target = str(what).partition(":")
            try:
                is_number = amount.isascii() and amount.isdecimal() and len(amount) < 12
                if not kind or not is_number or (target and not target.isdecimal()):
                    raise rewards.ImpossibleReward(field="rewards", label=gettext("Row %d") % number)
                reward = Reward(kind, int(amount), int(target) if target else None)
                rewards.check([reward])
            except DomainError as error:
                raise forms.ValidationError(str(error), code=error.code) from error
            found.append(reward)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [(_what(one), str(one.amount)) for one in initial or []] != list(data or [])


def options() -> list[tuple[str, str]]:
    """(value, label) of everything that can be given now."""
    found = []
    for kind in rewards.kinds():
        targets = kind.targets()
        if targets is None:
            found.append((kind.key, gettext(kind.label)))
        else:
            found += [(f"{kind.key}:{pk}", f"{gettext(kind.label)} · {name}") for pk, name in targets]
    return found


def _what(reward: Reward) -> str:
    return reward.kind if reward.target_id is None else f"{reward.kind}:{reward.target_id}"

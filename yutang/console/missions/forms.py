"""Forms of check-in and tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.missions import queries
from yutang.areas.missions.models import Deed, Task
from yutang.console.rewards.fields import RewardsField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.forms import BoundField

    from yutang.core.rewards import Reward


class PlanForm(forms.Form):
    """A list of rewards for each day of the cycle that is saved: `day-1` and so on."""

    is_active = forms.BooleanField(label=_("Members can check in every day"), required=False)
    cycle = forms.IntegerField(
        label=_("Days of a round"), min_value=queries.LEAST_CYCLE, max_value=queries.MOST_CYCLE,
        help_text=_("After so many days in a row the rewards begin again. Save to see the days."),
    )  # fmt: skip

    def __init__(self, *args: Any, days: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = range(1, days + 1)
        for day in self.days:
            self.fields[f"day-{day}"] = RewardsField(label=gettext("Day %(day)s") % {"day": day}, required=False)

    def rows(self) -> list[BoundField]:
        return [self[f"day-{day}"] for day in self.days]

    def steps(self) -> dict[int, Sequence[Reward]]:
        """Of the days that the round has."""
        given = self.cleaned_data
        return {day: given[f"day-{day}"] for day in self.days if day <= given["cycle"] and given[f"day-{day}"]}


def initial(plan: Any, steps: Mapping[int, Sequence[Reward]]) -> dict[str, Any]:
    return {"is_active": plan.is_active, "cycle": plan.cycle, **{f"day-{day}": given for day, given in steps.items()}}


class TaskForm(forms.Form):
    deed = forms.ChoiceField(label=_("What is to be done"), choices=Deed.choices)
    title = forms.CharField(label=_("Name"), max_length=60)
    target = forms.IntegerField(label=_("How often"), min_value=1, max_value=1000, initial=1)
    period = forms.ChoiceField(label=_("Rewarded"), choices=Task.Period.choices)
    rewards = RewardsField(label=_("What is given"))
    is_active = forms.BooleanField(label=_("Offered in the shop"), required=False, initial=True)

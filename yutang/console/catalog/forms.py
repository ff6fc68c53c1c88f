"""Forms of the catalogue. Amounts are typed in yuan and become minor units here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.catalog import queries
from yutang.areas.catalog.models import Category, FreightTemplate, Product, RegionRule
from yutang.areas.membership import queries as membership
from yutang.ui.fields import MoneyField, TableFileField


class ProvincesField(forms.MultipleChoiceField):
    """The provinces of the country, and whatever else is typed: brands sell abroad too."""

    widget = forms.SelectMultiple(attrs={"data-select": True, "data-create": True})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(name, name) for name in queries.PROVINCES], **kwargs)

    def also(self, names: list[str]) -> None:
        known = set(queries.PROVINCES)
        self.choices = [(name, name) for name in (*queries.PROVINCES, *(name for name in names if name not in known))]

    def valid_value(self, value: str) -> bool:
        return 0 < len(value.strip()) <= 40


def _words(text: str, longest: int, most: int) -> tuple[str, ...]:
    found = [word.strip() for word in text.replace("，", ",").replace("、", ",").split(",")]
    words = tuple(dict.fromkeys(word for word in found if word))
    if len(words) > most or any(len(word) > longest for word in words):
        raise forms.ValidationError(
            gettext("At most %(most)s words of %(longest)s characters.") % {"most": most, "longest": longest}
        )
    return words


class ProductForm(forms.Form):
    """Everything of a product but its SKUs (grid.py) and pictures."""

    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.CharField(
        label=_("Product code"),
        max_length=80,
        help_text=_("Your own number; imports and the ERP know the product by it."),
    )
    subtitle = forms.CharField(label=_("Subtitle"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Product.Kind.choices)
    category_id = forms.TypedChoiceField(
        label=_("Category"), coerce=int, required=False, empty_value=None,
        widget=forms.Select(attrs={"data-select": True}),
    )  # fmt: skip
    tags = forms.CharField(label=_("Tags"), max_length=300, required=False, help_text=_("Separated by commas."))
    position = forms.IntegerField(
        label=_("Position"), min_value=-(10**6), max_value=10**6, initial=0, help_text=_("Higher ones stand first.")
    )
    promises = forms.CharField(
        label=_("Promises"), max_length=200, required=False,
        help_text=_("What buyers can count on, separated by commas: “7-day returns”."),
    )  # fmt: skip
    description = forms.CharField(
        label=_("Page text"), max_length=100_000, required=False,
        widget=forms.Textarea(attrs={"rows": 16, "class": "font-monospace", "spellcheck": "false"}),
        help_text=_("HTML. Scripts, styles and forms are taken out when it is saved; the preview shows what remains."),
    )  # fmt: skip
    is_delivered = forms.BooleanField(label=_("May be sent by post"), required=False, initial=True)
    is_picked_up = forms.BooleanField(label=_("May be picked up at a store"), required=False, initial=True)
    freight_template_id = forms.TypedChoiceField(
        label=_("Freight template"), coerce=int, required=False, empty_value=None,
        help_text=_("Without one the default template counts."),
    )  # fmt: skip

    only_levels = forms.MultipleChoiceField(
        label=_("Only for member levels"), required=False, widget=forms.SelectMultiple(attrs={"data-select": True}),
        help_text=_("Choose every level that may buy it; without any, everybody may."),
    )  # fmt: skip
    only_cards = forms.BooleanField(
        label=_("For holders of a membership card that opens exclusive goods"), required=False
    )  # fmt: skip

    # tab → its fields; errors show on the tab's handle
    TABS = {
        "basics": (
            "name", "code", "subtitle", "kind", "category_id", "tags", "position", "promises", "only_levels",
            "only_cards",
        ),
        "text": ("description",), "delivery": ("is_delivered", "is_picked_up", "freight_template_id"),
    }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category_id"].choices = [("", "–"), *((b.pk, b.label) for b in queries.categories())]
        templates = queries.freight_templates()
        self.fields["freight_template_id"].choices = [("", "–"), *((row.pk, row.name) for row in templates)]
        levels = {level.key: level.name for level in membership.levels()}
        # A level that was archived since still keeps the product for its people until somebody takes it out.
        gone = gettext("%(key)s (not given any more)")
        levels |= {key: gone % {"key": key} for key in self.initial.get("only_levels", ()) if key not in levels}
        self.fields["only_levels"].choices = list(levels.items())

    def clean_tags(self) -> tuple[str, ...]:
        return _words(self.cleaned_data["tags"], longest=30, most=20)

    def clean_only_levels(self) -> tuple[str, ...]:
        return tuple(sorted(self.cleaned_data["only_levels"]))

    def clean_promises(self) -> tuple[str, ...]:
        return _words(self.cleaned_data["promises"], longest=20, most=6)


class CategoryForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    parent = forms.TypedChoiceField(label=_("Below"), coerce=int, required=False, empty_value=None)
    position = forms.IntegerField(
        label=_("Position"), min_value=-(10**6), max_value=10**6, initial=0, help_text=_("Lower ones stand first.")
    )
    is_visible = forms.BooleanField(label=_("Shown in the shop"), required=False, initial=True)

    def __init__(self, *args: Any, category: Category | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        below = queries.descendants(category.pk) if category else set()
        rows = [branch for branch in queries.categories() if branch.depth < 2 and branch.pk not in below]
        self.fields["parent"].choices = [("", _("– top level –")), *((row.pk, row.label) for row in rows)]


class FreightForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    basis = forms.ChoiceField(label=_("Charged by"), choices=FreightTemplate.Basis.choices)
    is_default = forms.BooleanField(label=_("For products that name no template"), required=False)


class FreightRowForm(forms.Form):
    provinces = ProvincesField(label=_("Regions"), required=False)
    is_served = forms.BooleanField(label=_("Sent there"), required=False, initial=True)
    first = forms.IntegerField(label=_("First"), min_value=1, max_value=10**9, initial=1)
    first_fee = MoneyField(label=_("costs"), initial="0")
    further = forms.IntegerField(label=_("Each further"), min_value=1, max_value=10**9, initial=1)
    further_fee = MoneyField(label=_("costs"), initial="0")
    free_from = MoneyField(label=_("Free from"), required=False)

    def __init__(self, *args: Any, currency: str = "CNY", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = currency
        if self.initial:
            self.fields["provinces"].also(self.initial["provinces"])


FreightRows = forms.formset_factory(FreightRowForm, extra=0, min_num=1, max_num=60, absolute_max=60, can_delete=True)


class RegionRuleForm(forms.Form):
    product_code = forms.CharField(
        label=_("Product code"), max_length=80, required=False, help_text=_("A product, or else a category.")
    )
    category_id = forms.TypedChoiceField(
        label=_("Category"), coerce=int, required=False, empty_value=None,
        widget=forms.Select(attrs={"data-select": True}),
    )  # fmt: skip
    effect = forms.ChoiceField(label=_("Shown"), choices=RegionRule.Effect.choices)
    provinces = ProvincesField(
        label=_("Regions"), required=False, help_text=_("Without any region the rule is taken away.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category_id"].choices = [("", "–"), *((b.pk, b.label) for b in queries.categories())]
        self.fields["provinces"].also(self.initial.get("provinces", []))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if bool(values.get("product_code")) == bool(values.get("category_id")):
            raise forms.ValidationError(gettext("Name a product or a category, one of the two."))
        return values


class ImportForm(forms.Form):
    file = TableFileField(label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.xls,.txt"}))
    is_trial = forms.BooleanField(
        label=_("Trial run"),
        required=False,
        initial=True,
        help_text=_("Counts and checks everything, changes nothing."),
    )

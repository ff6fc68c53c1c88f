from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.catalog import queries as catalog
from yutang.areas.coupons import queries
from yutang.areas.coupons.models import Template, Terms
from yutang.areas.coupons.services import Draft, Limits
from yutang.areas.membership import queries as membership
from yutang.areas.merchants import queries as merchants
from yutang.core import clock
from yutang.ui.fields import MoneyField

if TYPE_CHECKING:
    from yutang.areas.merchants.models import Merchant

_DATE = {"type": "date"}


class CouponForm(forms.Form):
    """Name, terms and limits. Days are the merchant's; the last day counts."""

    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    kind = forms.ChoiceField(label=_("Kind of coupon"), choices=Terms.Kind.choices)
    value = MoneyField(
        label=_("Value"), required=False,
        help_text=_("The amount off; of percent off, how many percent (20 is 20% off); of one piece, what it costs."),
    )  # fmt: skip
    ceiling = MoneyField(label=_("Takes off at most"), required=False)
    threshold = MoneyField(label=_("From goods worth"), required=False, help_text=_("Empty: no minimum."))
    products = forms.CharField(
        label=_("Product codes"), max_length=4000, required=False,
        help_text=_("Separated by commas. Without products and categories it counts for all goods."),
    )  # fmt: skip
    gift = forms.CharField(
        label=_("Gift: SKU code or barcode"), max_length=80, required=False,
        help_text=_("Only for gift with purchase. The budget counts what it costs in the shop today."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    gift_pieces = forms.IntegerField(label=_("Pieces of the gift"), min_value=1, max_value=9, required=False, initial=1)
    categories = forms.TypedMultipleChoiceField(
        label=_("Categories"), coerce=int, required=False, widget=forms.SelectMultiple(attrs={"data-select": True})
    )
    nodes = forms.TypedMultipleChoiceField(
        label=_("Stores"), coerce=int, required=False, widget=forms.SelectMultiple(attrs={"data-select": True}),
        help_text=_("Where goods are picked up, brought from or bought at the till."),
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("Counts in"), choices=Terms.Channel.choices)
    levels = forms.MultipleChoiceField(
        label=_("Member levels"), required=False, widget=forms.SelectMultiple(attrs={"data-select": True})
    )
    valid_days = forms.IntegerField(label=_("Valid for days"), min_value=1, max_value=3660, required=False, initial=30)
    starts_after = forms.IntegerField(label=_("Begins after days"), min_value=0, max_value=3660, initial=0)
    valid_from = forms.DateField(label=_("Valid from"), required=False, widget=forms.DateInput(attrs=_DATE))
    valid_until = forms.DateField(label=_("Valid until"), required=False, widget=forms.DateInput(attrs=_DATE))
    is_exclusive = forms.BooleanField(label=_("Not together with other coupons"), required=False)
    group = forms.CharField(
        label=_("Exclusive group"), max_length=40, required=False,
        help_text=_("Of coupons with the same word here an order takes one."),
    )  # fmt: skip
    is_giftable = forms.BooleanField(label=_("May be given to somebody else"), required=False)
    returns = forms.ChoiceField(label=_("Comes back"), choices=Terms.Returns.choices)
    extend_days = forms.IntegerField(
        label=_("Days more, when expired meanwhile"), min_value=0, max_value=365, initial=0
    )
    per_person = forms.IntegerField(label=_("Pieces per person"), min_value=1, required=False, initial=1)
    total = forms.IntegerField(label=_("Pieces in all"), min_value=1, max_value=10**9, required=False)
    budget = MoneyField(
        label=_("Budget"), required=False,
        help_text=_("What all pieces together may take off at most. Then it stops by itself."),
    )  # fmt: skip
    is_claimable = forms.BooleanField(label=_("Stands in the coupon centre of the shop"), required=False)
    claim_from = forms.DateField(label=_("Claimed from"), required=False, widget=forms.DateInput(attrs=_DATE))
    claim_until = forms.DateField(label=_("Claimed until"), required=False, widget=forms.DateInput(attrs=_DATE))

    def __init__(self, *args: Any, merchant: Merchant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.merchant = merchant
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = merchant.currency
        self.fields["categories"].choices = [(branch.pk, branch.label) for branch in catalog.categories()]
        levels = {level.key: level.name for level in membership.levels()}
        # A level that was archived since still limits the coupon until somebody takes it out.
        levels |= {key: key for key in self.initial.get("levels", []) if key not in levels}
        self.fields["levels"].choices = list(levels.items())
        self.fields["nodes"].choices = [(node.pk, node.name) for node in merchants.tree() if node.kind == "store"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        codes = _words(data.get("products", ""))
        found = catalog.products_by_code(codes)
        if missing := [code for code in codes if code not in found]:
            self.add_error("products", gettext("There is no product %(codes)s.") % {"codes": ", ".join(missing[:5])})
        data["product_ids"] = tuple(sorted(found[code].pk for code in codes if code in found))
        data["gift_sku_id"] = self._gift(data) if data.get("kind") == Terms.Kind.GIFT else None
        return data

    def draft(self) -> Draft:
        data = self.cleaned_data
        is_fixed = bool(data["valid_from"] and data["valid_until"])
        return Draft(
            kind=data["kind"], value=self._value(), ceiling=data["ceiling"], threshold=data["threshold"] or 0,
            product_ids=data["product_ids"], category_ids=tuple(data["categories"]), node_ids=tuple(data["nodes"]),
            channel=data["channel"], levels=tuple(data["levels"]), is_exclusive=data["is_exclusive"],
            group=data["group"].strip(), valid_days=None if is_fixed else data["valid_days"],
            starts_after=0 if is_fixed else data["starts_after"], valid_from=self._from(data["valid_from"]) if is_fixed
            else None, valid_until=self._until(data["valid_until"]) if is_fixed else None, returns=data["returns"],
            extend_days=data["extend_days"], is_giftable=data["is_giftable"], gift_sku_id=data["gift_sku_id"],
        )  # fmt: skip

    def limits(self) -> Limits:
        data = self.cleaned_data
        return Limits(
            per_person=data["per_person"], total=data["total"], budget=data["budget"],
            is_claimable=data["is_claimable"], claim_from=self._from(data["claim_from"]),
            claim_until=self._until(data["claim_until"]),
        )  # fmt: skip

    def _gift(self, data: dict[str, Any]) -> int | None:
        code = (data.get("gift") or "").strip()
        if not code:  # the service says so
            return None
        found = catalog.skus_by_number(code)
        if len(found) != 1:
            text = gettext("There is no SKU %(code)s.") if not found else gettext("Several SKUs go by %(code)s.")
            self.add_error("gift", text % {"code": code})
            return None
        return found[0]

    def _value(self) -> int:
        """Percents are typed like amounts: 20 came as 20.00."""
        if self.cleaned_data["kind"] == Terms.Kind.GIFT:
            return self.cleaned_data["gift_pieces"] or 0
        value = self.cleaned_data["value"] or 0
        if self.cleaned_data["kind"] == Terms.Kind.PERCENT:
            return int(value // 100) if value % 100 == 0 else -1
        return 0 if self.cleaned_data["kind"] == Terms.Kind.FREIGHT else int(value)

    def _from(self, day: date | None) -> Any:
        return clock.start_of_day(day, self.merchant.timezone) if day else None

    def _until(self, day: date | None) -> Any:
        return clock.end_of_day(day, self.merchant.timezone) if day else None


class CodesForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("For instance “Leaflet, May”."))
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=100_000)


class RunForm(forms.Form):
    template = forms.TypedChoiceField(label=_("Coupon"), coerce=int, widget=forms.Select(attrs={"data-select": True}))
    segment = forms.TypedChoiceField(label=_("Segment"), coerce=int, widget=forms.Select(attrs={"data-select": True}))
    share = forms.IntegerField(
        label=_("Held out, percent"), min_value=0, max_value=50, initial=10,
        help_text=_("A random part gets none, to see what the coupon really brings."),
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, segments: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = [("", gettext("Choose a coupon")), *queries.active_templates()]
        self.fields["segment"].choices = [("", gettext("Choose a segment")), *segments]


class IssueForm(forms.Form):
    template = forms.TypedChoiceField(label=_("Coupon"), coerce=int)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = [("", gettext("Choose a coupon")), *queries.active_templates()]


def initial(template: Template, merchant: Merchant, codes: list[str]) -> dict[str, Any]:
    """What the form of an existing coupon shows."""
    draft = queries.draft_of(template)
    gift = catalog.offers([draft.gift_sku_id]).get(draft.gift_sku_id) if draft.gift_sku_id is not None else None
    found: dict[str, Any] = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    found |= {name: getattr(template, name) for name in Limits.__dataclass_fields__}
    found |= {
        "name": template.name, "products": ", ".join(codes), "categories": list(draft.category_ids),
        "nodes": list(draft.node_ids), "levels": list(draft.levels),
        "value": draft.value * 100 if draft.kind == Terms.Kind.PERCENT else draft.value,
    }  # fmt: skip
    if draft.kind == Terms.Kind.GIFT:
        found |= {"gift": gift.sku_code if gift else "", "gift_pieces": draft.value, "value": None, "ceiling": None}
    for name in ("valid_from", "claim_from", "valid_until", "claim_until"):
        if found[name] is not None:
            back = timedelta(microseconds=1) if name.endswith("until") else timedelta()
            found[name] = clock.day_of(found[name] - back, merchant.timezone)
    return found


def _words(text: str) -> tuple[str, ...]:
    found = [word.strip() for word in text.replace("，", ",").replace("、", ",").split(",")]
    return tuple(dict.fromkeys(word for word in found if word))

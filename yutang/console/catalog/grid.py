"""The SKU editor's JSON: out for the page, in from the form.

    {"specifications": [{"name": "尺寸", "values": ["6寸"]}],
     "skus": [{"code", "barcode", "values", "price", "list_price", "cost", "weight", "is_active"}]}

Amounts are text as people type them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from django import forms
from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yutang.areas.catalog.services import MOST_SKUS, SkuDraft
from yutang.core import money

if TYPE_CHECKING:
    from yutang.areas.catalog.services import ProductDraft


# No line breaks and the like, and above all no U+0000, which PostgreSQL cannot store.
_Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]


class _Specification(BaseModel):
    name: _Line = Field(max_length=40)
    values: list[_Line] = Field(max_length=100)


class _Sku(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    code: _Line = Field("", max_length=80)
    barcode: _Line = Field("", max_length=40)
    values: list[_Line] = Field(default_factory=list, max_length=5)
    price: str = Field("", max_length=20)
    list_price: str = Field("", max_length=20)
    cost: str = Field("", max_length=20)
    weight: str = Field("", max_length=9)
    is_active: bool = True


class _Grid(BaseModel):
    specifications: list[_Specification] = Field(default_factory=list, max_length=5)
    skus: list[_Sku] = Field(default_factory=list, max_length=MOST_SKUS)


class GridForm(forms.Form):
    """Its `clean` gives `specifications` and `skus` as a draft has them."""

    grid = forms.CharField(widget=forms.Textarea(attrs={"hidden": True}), max_length=500_000)

    def __init__(
        self, *args: Any, currency: str, old: ProductDraft | None = None, code: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._currency, self._code = currency, code
        self._old = {sku.code: sku for sku in old.skus} if old else {}

    def clean_grid(self) -> dict[str, Any]:
        try:
            read = _Grid.model_validate_json(self.cleaned_data["grid"])
        except (ValidationError, ValueError) as error:
            raise forms.ValidationError(gettext("The table of SKUs cannot be read.")) from error
        names = {row.name.strip(): [v.strip() for v in row.values] for row in read.specifications}
        if len(names) < len(read.specifications) or not all(names) or not all(
            values and all(0 < len(value) <= 40 for value in values) and len(set(values)) == len(values)
            for values in names.values()
        ):  # fmt: skip
            raise forms.ValidationError(gettext("Each specification has a name of its own and different values."))
        return {"specifications": names, "skus": [self._sku(place, sku) for place, sku in enumerate(read.skus, 1)]}

    def _sku(self, place: int, row: _Sku) -> SkuDraft:
        code = row.code.strip() or f"{self._code}-{place}"[:80]
        label = " / ".join(row.values) or row.code.strip() or gettext("the only one")
        amounts = {name: self._amount(getattr(row, name), label) for name in ("price", "list_price", "cost")}
        weight = row.weight.strip() or "0"
        if amounts["price"] is None and row.is_active:
            raise forms.ValidationError(gettext("%(sku)s: the price is missing.") % {"sku": label})
        if not weight.isdecimal():
            raise forms.ValidationError(gettext("%(sku)s: the weight is a whole number of grams.") % {"sku": label})
        old = self._old.get(code) or SkuDraft(code=code, price=0)
        return replace(
            old, values=tuple(value.strip() for value in row.values), barcode=row.barcode.strip(),
            price=amounts["price"] or 0, list_price=amounts["list_price"], cost=amounts["cost"], weight=int(weight),
            is_active=row.is_active,
        )  # fmt: skip

    def _amount(self, text: str, label: str) -> int | None:
        if not text.strip():
            return None
        amount = money.parsed(text, self._currency)
        if amount is None or amount > 10**13:
            raise forms.ValidationError(gettext("%(sku)s: “%(text)s” is not an amount.") % {"sku": label, "text": text})
        return amount


def written(draft: ProductDraft | None, currency: str, *, has_cost: bool) -> str:
    """The grid of a product for the editor, switched-off SKUs included. Costs are for those who may change them."""

    def amount(value: int | None) -> str:
        return "" if value is None else str(money.to_decimal(value, currency))

    if draft is None:
        return json.dumps({"specifications": [], "skus": []})
    rows = [
        {
            "code": sku.code, "barcode": sku.barcode, "values": list(sku.values), "price": amount(sku.price),
            "list_price": amount(sku.list_price), "cost": amount(sku.cost) if has_cost else "",
            "weight": str(sku.weight), "is_active": sku.is_active,
        }
        for sku in draft.skus
    ]  # fmt: skip
    names = [{"name": name, "values": list(values)} for name, values in draft.specifications.items()]
    return json.dumps({"specifications": names, "skus": rows})

"""Forms of stock: what came, what was counted, what goes elsewhere, what is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.catalog import queries as catalog
from yutang.areas.merchants import queries as merchants
from yutang.console.orders.forms import new_key

if TYPE_CHECKING:
    from yutang.areas.inventory.models import StockItem
    from yutang.core.access import Actor

EDIT = "inventory.edit"
MOST = 10**9


class _Moving(forms.Form):
    """`key` makes sending the form twice one move."""

    key = forms.CharField(max_length=32, widget=forms.HiddenInput, initial=new_key)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class QuantityForm(_Moving):
    """A receipt, or what is damaged or lost."""

    quantity = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=MOST)


class CountForm(_Moving):
    counted = forms.IntegerField(
        label=_("Counted"), min_value=0, max_value=MOST,
        help_text=_("What lies there now, goods promised to orders included."),
    )  # fmt: skip


class TransferForm(_Moving):
    to_id = forms.TypedChoiceField(label=_("To"), coerce=int)
    quantity = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=MOST)

    def __init__(self, *args: Any, actor: Actor, besides: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_id"].choices = [(pk, name) for pk, name in places(actor) if pk != besides]


class SafetyForm(forms.Form):
    safety = forms.IntegerField(
        label=_("Safety stock"), min_value=0, max_value=MOST,
        help_text=_("From here on downwards it is on the low-stock list."),
    )  # fmt: skip


class ReceiptForm(QuantityForm):
    """Goods that may never have lain in that store."""

    code = forms.CharField(label=_("SKU code"), max_length=80)
    node_id = forms.TypedChoiceField(label=_("Store"), coerce=int)
    field_order = ("code", "node_id", "quantity", "note")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["node_id"].choices = places(actor)

    def clean_code(self) -> int:
        """The id of the SKU."""
        code = self.cleaned_data["code"].strip()
        products = catalog.search(catalog.Search(text=code)).filter(rank=0)
        for skus in catalog.skus_of([product.pk for product in products]).values():
            for sku in skus:
                if sku.code == code or (sku.barcode and sku.barcode == code):
                    return int(sku.pk)
        raise forms.ValidationError(gettext("There is no SKU with this code or barcode."))


def places(actor: Actor) -> list[tuple[int, str]]:
    """Stores whose stock the actor may change."""
    return [(node.pk, node.name) for node in merchants.nodes_for(EDIT, actor=actor) if node.is_active]


def forms_of(item: StockItem, actor: Actor) -> dict[str, forms.Form]:
    """What can be done with an item, by its name; nothing for who may only look."""
    reach = actor.nodes(EDIT) if actor.may(EDIT) else frozenset()
    if reach is not None and item.node_id not in reach:
        return {}
    return {
        "receive": QuantityForm(), "count": CountForm(), "transfer": TransferForm(actor=actor, besides=item.node_id),
        "damage": QuantityForm(), "safety": SafetyForm(initial={"safety": item.safety}),
    }  # fmt: skip

"""What a buyer says in an after-sale case. Amounts are typed in yuan and become minor units here."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.aftersale.models import Case
from yutang.areas.aftersale.services import Ask
from yutang.areas.catalog import queries as catalog
from yutang.areas.inventory import queries as inventory
from yutang.shop.forms import KeyField
from yutang.ui.fields import MoneyField, PicturesField

if TYPE_CHECKING:
    from yutang.areas.aftersale.queries_asking import Askable, Asking

LONGEST = 500
MOST_PICTURES = 6
Kind = Case.Kind


class AskForm(forms.Form):
    """One kind of case. `amount` is goods and freight together, as the buyer sees it; empty: all of it."""

    key = KeyField()
    reason = forms.ChoiceField(label=_("Reason"))
    sku_id = forms.TypedChoiceField(label=_("To be exchanged for"), coerce=int, required=False, empty_value=None)
    amount = MoneyField(label=_("Amount"), required=False)
    text = forms.CharField(label=_("What happened"), max_length=LONGEST, required=False)
    pictures = PicturesField(label=_("Pictures"), required=False, most=MOST_PICTURES)

    def __init__(
        self, data: Any, files: Any = None, *, asking: Asking, kind: str, currency: str, case: Case | None = None,
        before: dict[int, int] | None = None,
    ) -> None:  # fmt: skip
        """`case`, `before`: what is changed, and its pieces. Once the goods have left, the pieces stay."""
        super().__init__(data, files)
        self.asking, self.kind, self.currency, self.case = asking, kind, currency, case
        self.before = before or {}
        self.is_fixed = case is not None and case.is_sent
        self.fields["amount"].currency = currency
        for line in self.lines:
            self.fields[f"pieces-{line.item.position}"] = forms.IntegerField(
                min_value=0, max_value=line.most_pieces(kind), required=False
            )
        self.fields["reason"].choices = [("", "–"), *((row.code, row.label) for row in self.reasons)]
        if self.is_exchange:
            self.fields["sku_id"].choices = [(sku.pk, sku.spec or sku.code) for sku in self._instead()]
            del self.fields["amount"]
        else:
            del self.fields["sku_id"]

    @property
    def is_exchange(self) -> bool:
        return self.kind == Kind.EXCHANGE

    @cached_property
    def lines(self) -> list[Askable]:
        return self.asking.of_kind(self.kind)

    @cached_property
    def pieces(self) -> dict[int, int]:
        """Position → pieces: what was chosen; else all of what has not left, or of the only item there is."""
        found = {}
        for line in self.lines:
            position, most = line.item.position, line.most_pieces(self.kind)
            sent = self.data.get(f"pieces-{position}")
            if self.is_fixed or (sent is None and self.before):
                found[position] = min(self.before.get(position, 0), most)
            elif sent is None:
                is_all = len(self.lines) == 1 or (self.kind == Kind.REFUND_ONLY and line.unshipped > 0)
                found[position] = most if is_all else 0
            else:
                found[position] = min(int(sent), most) if sent.isdecimal() and len(sent) < 7 else 0
        return found

    @property
    def asked(self) -> dict[int, int]:
        return {position: count for position, count in self.pieces.items() if count}

    @cached_property
    def reasons(self) -> list[Any]:
        return self.asking.reasons(self.kind, self.asked)

    @property
    def chosen_reason(self) -> str:
        """What was chosen, if it still holds."""
        chosen = self.data.get("reason") or (self.case.reason if self.case else "")
        return chosen if chosen in {row.code for row in self.reasons} else ""

    @cached_property
    def goods(self) -> int:
        return self.asking.most(self.asked)

    @cached_property
    def freight(self) -> int:
        """Most that can go back beside the goods, by the reason."""
        chosen = next((row for row in self.reasons if row.code == self.chosen_reason), None)
        if chosen is None or self.is_exchange:
            return 0
        is_unshipped = self.asking.calls_off(self.kind, self.asked)
        return self.asking.freight_for(self.asked, is_unshipped=is_unshipped, reason=chosen)

    @property
    def most(self) -> int:
        return self.goods + self.freight

    @property
    def chosen_sku(self) -> str:
        return self.data.get("sku_id") or str(self.case.sku_id if self.case else "")

    @property
    def is_fault(self) -> bool:
        return any(row.is_fault for row in self.reasons if row.code == self.chosen_reason)

    def rows(self) -> list[tuple[Askable, int, int]]:
        """Line, most pieces, chosen ones."""
        return [(line, line.most_pieces(self.kind), self.pieces[line.item.position]) for line in self.lines]

    def instead(self) -> list[tuple[int, str]]:
        return list(self.fields["sku_id"].choices) if self.is_exchange and len(self.asked) == 1 else []

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.asked:
            self.add_error(None, gettext("Choose what it is about."))
        amount = given.get("amount")
        if amount is not None and amount > self.most:
            self.add_error("amount", gettext("More is asked for than can be given back."))
        return given

    def ask(self) -> Ask:
        """Goods first, then freight."""
        given = self.cleaned_data
        total = given.get("amount")
        goods = None if total is None else min(total, self.goods)
        return Ask(
            kind=self.kind, reason=given["reason"], lines=list(self.asked.items()), amount=goods, text=given["text"],
            freight=self.freight if total is None or goods is None else total - goods, sku_id=given.get("sku_id"),
        )  # fmt: skip

    def _instead(self) -> list[Any]:
        """What the one chosen item may be exchanged for: its product at the same price, as far as there is any."""
        if len(self.asked) != 1:
            return []
        item = next(line.item for line in self.lines if line.item.position in self.asked)
        skus = catalog.skus_of([item.product_id]).get(item.product_id, [])
        price = next((sku.price for sku in skus if sku.pk == item.sku_id), None)
        left = inventory.available([sku.pk for sku in skus])
        count = self.asked[item.position]
        found = [sku for sku in skus if sku.is_active and sku.price == price and left[sku.pk] >= count]
        return sorted(found, key=lambda sku: sku.pk != item.sku_id)


class ParcelForm(forms.Form):
    carrier = forms.CharField(label=_("Carrier"), max_length=40)
    tracking_no = forms.CharField(label=_("Tracking number"), max_length=60)


class WhyForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=LONGEST)


class EvidenceForm(forms.Form):
    text = forms.CharField(label=_("What you want to say"), max_length=LONGEST, required=False)
    pictures = PicturesField(label=_("Pictures"), required=False, most=MOST_PICTURES)

"""Forms of after-sale. Amounts are typed in yuan and become minor units here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yutang.areas.aftersale import queries
from yutang.areas.aftersale.models import Case, Dispute
from yutang.areas.aftersale.services import Ask
from yutang.areas.catalog import queries as catalog
from yutang.console.orders.forms import new_key
from yutang.ui.fields import MoneyField, PicturesField

if TYPE_CHECKING:
    from django.forms import BoundField

    from yutang.areas.aftersale.queries_asking import Askable, Asking

LONGEST = 500
WORDS = forms.Textarea(attrs={"rows": 3})


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST, widget=WORDS)


class AnswerForm(ReasonForm):
    """A refusal, perhaps with less money that the buyer may take."""

    offer = MoneyField(
        label=_("Offer instead"), required=False, help_text=_("The buyer may take this amount, or ask for a ruling.")
    )

    def __init__(self, *args: Any, currency: str, has_offer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].currency = currency
        if not has_offer:
            del self.fields["offer"]


class ResendForm(forms.Form):
    key = forms.CharField(max_length=32, widget=forms.HiddenInput, initial=new_key)
    carrier = forms.CharField(label=_("Carrier"), max_length=40)
    tracking_no = forms.CharField(label=_("Tracking number"), max_length=60)


class EvidenceForm(forms.Form):
    text = forms.CharField(label=_("What the shop says"), max_length=LONGEST, required=False, widget=WORDS)
    pictures = PicturesField(label=_("Pictures"), required=False)


class SeenForm(forms.Form):
    """`seen`: what the preview said; anything else is shown again first."""

    seen = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)


class ReceiveForm(SeenForm):
    is_restocked = forms.BooleanField(label=_("The goods can be sold again: back into stock"), required=False)


class RulingForm(ReceiveForm):
    ruling = forms.ChoiceField(label=_("Ruling"), choices=[("", "–"), *Dispute.Ruling.choices])
    amount = MoneyField(
        label=_("Amount"), required=False,
        help_text=_("For the buyer: empty is all that was asked. Split: how much goes back; goods stay."),
    )  # fmt: skip
    text = forms.CharField(label=_("Why"), max_length=LONGEST, widget=WORDS)

    field_order = ("ruling", "amount", "text", "is_restocked")

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = currency


class TermsForm(forms.Form):
    """Deadlines, days without a reason, return address; each number with its bounds beside it."""

    return_name = forms.CharField(label=_("Receiver"), max_length=60, required=False)
    return_phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    return_address = forms.CharField(label=_("Address"), max_length=200, required=False)

    LABELS = {
        "answer_hours": _("Hours to answer a case"), "cancel_hours": _("Hours to answer before shipping"),
        "receive_days": _("Days to receive goods"), "resend_days": _("Days to ship a replacement"),
        "send_days": _("Days for the buyer to send goods back"), "appeal_days": _("Days for the buyer after a refusal"),
        "evidence_days": _("Days for evidence"), "rule_days": _("Days to rule on a dispute"),
        "quality_days": _("Days to complain of a fault"),
    }  # fmt: skip
    KINDS = {
        "goods": _("Physical goods"), "service": _("Service or appointment"), "virtual": _("Virtual code"),
        "gift_card": _("Gift card"),
    }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bounds = queries.bounds()
        for name, label in self.LABELS.items():
            self.fields[name] = self._number(label, bounds[name])
        for kind, bound in queries.no_reason_bounds().items():
            self.fields[kind] = self._number(self.KINDS[kind], bound)

    @staticmethod
    def _number(label: Any, bound: Any) -> forms.IntegerField:
        hint = gettext("%(least)s to %(most)s") % {"least": bound.least, "most": bound.most}
        return forms.IntegerField(label=label, min_value=bound.least, max_value=bound.most, help_text=hint)

    def deadlines(self) -> list[BoundField]:
        return [self[name] for name in self.LABELS]

    def promises(self) -> list[BoundField]:
        return [self[kind] for kind in self.KINDS]


class AskForm(forms.Form):
    """What a buyer said on the phone or at the counter, written down by a colleague."""

    key = forms.CharField(max_length=32, widget=forms.HiddenInput, initial=new_key)
    kind = forms.ChoiceField(label=_("Kind"), choices=Case.Kind.choices)
    reason = forms.ChoiceField(label=_("Reason"))
    sku_id = forms.TypedChoiceField(label=_("To be exchanged for"), coerce=int, required=False, empty_value=None)
    amount = MoneyField(label=_("Amount"), required=False, help_text=_("Empty: what the pieces cost."))
    freight = MoneyField(label=_("Freight"), required=False)
    text = forms.CharField(label=_("What the buyer says"), max_length=LONGEST, required=False, widget=WORDS)
    pictures = PicturesField(label=_("Pictures"), required=False)

    def __init__(self, *args: Any, asking: Asking, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        self.fields["reason"].choices = [(row.code, row.label) for row in queries.reasons()]
        skus = catalog.skus_of({line.item.product_id for line in asking.lines})
        offered = [sku for of_product in skus.values() for sku in of_product if sku.is_active]
        self.fields["sku_id"].choices = [
            ("", _("The same")),
            *((sku.pk, f"{sku.spec} {sku.code}".strip()) for sku in offered),
        ]
        for name in ("amount", "freight"):
            self.fields[name].currency = currency
        for line in asking.lines:
            self.fields[f"pieces-{line.item.position}"] = forms.IntegerField(
                label=line.item.title, min_value=0, required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip

    def rows(self) -> list[tuple[Askable, BoundField]]:
        return [(line, self[f"pieces-{line.item.position}"]) for line in self.asking.lines]

    def ask(self) -> Ask:
        given = self.cleaned_data
        pieces = [(line.item.position, given[f"pieces-{line.item.position}"] or 0) for line in self.asking.lines]
        return Ask(
            kind=given["kind"], reason=given["reason"], lines=[one for one in pieces if one[1]],
            amount=given["amount"], freight=given["freight"] or 0, text=given["text"], sku_id=given["sku_id"],
        )  # fmt: skip

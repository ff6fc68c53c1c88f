"""What a buyer says of what was bought."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.ui.fields import PicturesField

LONGEST = 1000
MOST_PICTURES = 6


class ReviewForm(forms.Form):
    position = forms.IntegerField(min_value=0, max_value=2**15 - 1)
    rating = forms.TypedChoiceField(
        label=_("Stars"), coerce=int, choices=[(n, str(n)) for n in range(5, 0, -1)],
        error_messages={"required": _("Tap the stars first.")},
    )  # fmt: skip
    text = forms.CharField(label=_("What was it like?"), required=False, max_length=LONGEST)
    pictures = PicturesField(label=_("Pictures"), required=False, most=MOST_PICTURES)
    is_anonymous = forms.BooleanField(label=_("Without my name"), required=False)

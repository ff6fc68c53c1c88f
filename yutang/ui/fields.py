"""Fields that forms of several faces share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from yutang.core import money


class MoneyField(forms.CharField):
    """`88.50` → 8850; empty → None. The form sets `currency`."""

    currency = "CNY"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return str(money.to_decimal(value, self.currency)) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        amount = money.parsed(text, self.currency)
        if amount is None or amount > 10**13:
            raise ValidationError(gettext("This is not an amount."))
        return amount


class PicturesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Pictures, `most` at once; without it the service says how many may be."""

    widget = PicturesInput(attrs={"accept": "image/*"})

    def __init__(self, *, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data or []
        if self.most is not None and len(given) > self.most:
            raise ValidationError(gettext("At most %(most)s pictures.") % {"most": self.most})
        return [super(PicturesField, self).clean(one, initial) for one in given]


class TableFileField(forms.FileField):
    """A CSV or Excel file that is read while its sender waits: so no large one."""

    MOST_MEGABYTES = 20

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and file.size > self.MOST_MEGABYTES * 2**20:
            raise ValidationError(gettext("At most %(most)s MB.") % {"most": self.MOST_MEGABYTES})
        return file

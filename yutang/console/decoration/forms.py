"""What a page says of itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yutang.areas.decoration.services import PageWords


class PageForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=60)
    slug = forms.CharField(
        label=_("Address"), max_length=60, required=False,
        help_text=_("Small letters, digits and hyphens: “double-eleven”. Changing it breaks links that were sent on."),
    )  # fmt: skip
    share_title = forms.CharField(
        label=_("Title when shared"), max_length=60, required=False, help_text=_("Empty: the title.")
    )
    share_text = forms.CharField(label=_("Text when shared"), max_length=120, required=False)
    picture = forms.FileField(
        label=_("Picture when shared"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        help_text=_("Empty: the first picture of a banner."),
    )  # fmt: skip
    no_picture = forms.BooleanField(label=_("Without the present picture"), required=False)

    def __init__(self, *args: Any, is_home: bool = False, has_picture: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_home:
            del self.fields["slug"]
        else:
            self.fields["slug"].required = True
        if not has_picture:
            del self.fields["no_picture"]

    def words(self, digest: str) -> PageWords:
        plain = {name: self.cleaned_data[name] for name in ("title", "share_title", "share_text")}
        return PageWords(**plain, share_picture=digest)

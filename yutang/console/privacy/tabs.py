"""The tabs of everything about personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

if TYPE_CHECKING:
    from django.http import HttpRequest


def tabs(request: HttpRequest) -> list[tuple[str, str]]:
    found = [
        (reverse("console:privacy"), gettext("Requests")),
        (reverse("console:privacy_texts"), gettext("Consent texts")),
        (reverse("console:privacy_terms"), gettext("Terms of use")),
        (reverse("console:privacy_policy"), gettext("Privacy policy")),
    ]
    if request.actor.nodes("privacy.view") is None:
        found.append((reverse("console:privacy_retention"), gettext("Retention")))
    return found

"""The pages of points, as far as the actor may open them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext

from yutang.areas.points import queries

if TYPE_CHECKING:
    from django.http import HttpRequest


def context(request: HttpRequest, name: str) -> dict[str, Any]:
    pages = [
        ("points", gettext("Overview")),
        ("points_changes", gettext("Changes")),
        ("points_entries", gettext("Entries")),
        ("points_offers", gettext("Exchange shop")),
    ]
    if request.actor.may(queries.EDIT):
        pages.append(("points_rules", gettext("Rules")))
    return {
        "tabs": [(reverse(f"console:{key}"), label) for key, label in pages],
        "tab_address": reverse(f"console:{name}"),
    }

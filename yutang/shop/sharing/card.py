"""What a page says of itself to chats and search engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from yutang.shop.door import address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest


@dataclass(frozen=True)
class Card:
    """Addresses are absolute: whoever reads them is elsewhere. `url` is the page's own, without what a visit added."""

    title: str
    text: str
    url: str
    image: str  # "" without a picture
    poster: str

    @classmethod
    def of(
        cls, request: HttpRequest, *, title: str, text: str, path: str, picture: str, poster: str
    ) -> Card:  # fmt: skip
        """`picture`: digest, "" without one."""
        image = reverse("media:picture", args=[request.merchant.pk, picture, 800]) if picture else poster
        return cls(title, text, *(request.build_absolute_uri(each) for each in (path, image, poster)))


def breadcrumbs(request: HttpRequest, steps: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """schema.org/BreadcrumbList from the home page to this one; steps are (name, path)."""
    whole = [(request.merchant.name, address(request, "home")), *steps]
    return {
        "@context": "https://schema.org", "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": request.build_absolute_uri(path)}
            for place, (name, path) in enumerate(whole, start=1)
        ],
    }  # fmt: skip

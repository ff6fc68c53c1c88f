"""What makes the shop installable on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.templatetags.static import static

from yutang.shop.door import address, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

COLOUR = "#ffffff"


@page()
def manifest(request: HttpRequest) -> HttpResponse:
    home = address(request, "home")
    said = {
        "name": request.merchant.name, "short_name": request.merchant.name[:12], "start_url": home, "scope": home,
        "id": home, "display": "standalone", "background_color": COLOUR, "theme_color": COLOUR, "lang": "zh-Hans",
        "icons": [{"src": static("yutang/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }  # fmt: skip
    return JsonResponse(said, content_type="application/manifest+json")

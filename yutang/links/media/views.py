"""Pictures by the hash of their content. Asks no database: whoever knows the hash may look, and nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import FileResponse, HttpResponseNotFound
from django.views.decorators.http import require_safe

from yutang.areas.catalog.queries import picture_path

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


@require_safe
def picture(request: HttpRequest, merchant_id: int, digest: str, width: int) -> HttpResponseBase:  # noqa: ARG001
    path = picture_path(merchant_id, digest, width)
    if path is None:
        return HttpResponseNotFound()
    response = FileResponse(path.open("rb"), content_type="image/webp")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response

"""What shoppers do becomes interactions of the pool.

What is only looked at is told by the page itself after it was shown (`navigator.sendBeacon`), so that looking writes
nothing on the way and programs that fetch pages are nobody. What is done (a search, a cart, a log-in) is recorded with
it. Who asks not to be tracked is recorded without a visitor.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yutang.areas.interactions import services
from yutang.areas.interactions.reading import AccountIn, EventIn
from yutang.core import clock, limits
from yutang.core.limits import Pace
from yutang.shop.door import page

if TYPE_CHECKING:
    from django.http import HttpRequest

CHANNEL = "shop"
# Pages that may tell that they were looked at: of a browser, and of all browsers at one address.
PACE, PLACE_PACE = Pace(at_once=60, a_minute=30), Pace(at_once=600, a_minute=600)
_STORABLE = r"^[^\x00]*$"  # PostgreSQL keeps no U+0000


class Seen(BaseModel):
    """What a page tells of itself."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    page: str = Field(max_length=500, pattern=_STORABLE)
    item: str = Field(default="", max_length=120, pattern=_STORABLE)
    title: str = Field(default="", max_length=200, pattern=_STORABLE)
    source: str = Field(default="", max_length=120, pattern=_STORABLE)


def note(
    request: HttpRequest, kind: str, *, item: str = "", properties: dict[str, Any] | None = None,
    account: AccountIn | None = None, event_id: str = "",
) -> None:  # fmt: skip
    """Records what the shopper did, in the request's transaction. `account`: that they have just proved."""
    event = EventIn(
        id=event_id or f"{kind}:{uuid.uuid4().hex}", kind=kind, occurred_at=clock.now(), visitor=_visitor(request),
        identity=account, channel=CHANNEL,
        page=request.path[:500], item=item[:120], properties=properties or {},
    )  # fmt: skip
    services.record(events=[event], actor=request.actor)


@csrf_exempt  # a beacon carries no header; it may only say what was looked at, and its cookie is SameSite
@page(methods=("POST",))
def seen(request: HttpRequest) -> HttpResponse:
    if request.content_type.startswith("multipart/"):  # a form; beacons send text
        return HttpResponse(status=415)
    try:
        told = Seen.model_validate_json(request.body[:2048])
    except ValidationError:
        return HttpResponse(status=422)
    if not may_tell(request):
        return HttpResponse(status=429)
    event = EventIn(
        id=f"view:{told.id}", kind="view", occurred_at=clock.now(), visitor=_visitor(request), channel=CHANNEL,
        page=told.page, item=told.item, source=told.source, properties={"title": told.title} if told.title else {},
    )  # fmt: skip
    services.record(events=[event], actor=request.actor)
    return HttpResponse(status=204)


def may_tell(request: HttpRequest) -> bool:
    """Whether what costs nothing to do is still recorded. An address may be a whole office; a browser is one person."""
    place = limits.place_of(request.META.get("REMOTE_ADDR"))
    return limits.allows("seen from", place, PLACE_PACE) and limits.allows("seen", request.shopper.visitor, PACE)


def _visitor(request: HttpRequest) -> str | None:
    if request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1":
        return None
    visitor: str = request.shopper.visitor
    return visitor

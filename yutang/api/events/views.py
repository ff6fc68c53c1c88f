"""Events by way of the web server. The collector answers the same addresses on a port of its own, faster."""

# Types are not postponed here: ninja reads them when it registers a view.

from django.http import HttpRequest, HttpResponse
from ninja import Router

from yutang.api.bodies import LINES
from yutang.api.door import scoped
from yutang.api.events import answers
from yutang.areas.interactions import reading, services
from yutang.areas.interactions.reading import Read
from yutang.core import clock

router = Router(tags=["Events"])


@router.post("/events", response=answers.RecordedOut, openapi_extra={"requestBody": answers.ONE_BODY})
@scoped("interactions.write")
def record_event(request: HttpRequest) -> object:
    """Records one event. It is on disk when the answer comes; sent again with the same id and time it is kept once."""
    read = reading.one(request.body, now=clock.now(), region=request.merchant.phone_region)
    return answers.refused(read.rejected[0]) if read.rejected else _record(request, read)


@router.post("/events/batch", response=answers.RecordedOut, openapi_extra={"requestBody": answers.MANY_BODY})
@scoped("interactions.write")
def record_events(request: HttpRequest) -> object:
    """Records up to 5,000 events: a list, or one a line as application/x-ndjson. Those that are wrong are named in the
    answer; the others are recorded."""
    is_lines = request.content_type == LINES
    read = reading.many(request.body, now=clock.now(), region=request.merchant.phone_region, is_lines=is_lines)
    return _record(request, read)


def _record(request: HttpRequest, read: Read) -> HttpResponse:
    services.record(events=read.events, node_id=request.api_key.node_id, actor=request.actor)
    return HttpResponse(answers.recorded(read), content_type="application/json")

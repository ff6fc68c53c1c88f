"""What the shop has told a person: the newest first, each with where one acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.messaging import queries_notices as queries
from yutang.areas.messaging import services
from yutang.shop.door import address, page, shown
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 20


@page(login=True)
def notices(request: HttpRequest) -> HttpResponse:
    """Whoever opens the list has read what is there; what was new is still marked on this page."""
    me = request.shopper.customer_id
    found = page_of(queries.of_person(me), request, order=queries.NEWEST, size=SIZE)
    if request.method == "GET" and "cursor" not in request.GET and found.rows:
        services.read_all(customer_id=me, up_to=found.rows[0].pk, actor=request.actor)
    said = [queries.told(row) for row in found.rows]
    found.rows = [(one, address(request, *one.page) if one.page else "") for one in said]
    is_more = request.headers.get("HX-Request") and "cursor" in request.GET
    return shown(request, f"shop/account/{'_notices' if is_more else 'notices'}.html", {"page": found})

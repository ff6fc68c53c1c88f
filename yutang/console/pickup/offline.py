"""The desk without a line: what it keeps, the page and the worker it starts from, and what it says afterwards."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_pickup, queries_shop, services
from yutang.console.access import page
from yutang.console.pickup.views import PERMISSION, code_of
from yutang.console.staff.forms import id_of
from yutang.core import clock
from yutang.core.errors import DomainError, NotAllowed

if TYPE_CHECKING:
    from django.http import HttpRequest

_KEY = re.compile(r"[0-9a-f]{32}")
_PIECES = re.compile(r"pieces-(\d{1,4})")
_OLDEST = timedelta(days=7)  # a deed that waited longer in a drawer counts as of then


@page(PERMISSION, methods=("GET",))
def waiting(request: HttpRequest) -> HttpResponse:
    """Today's pickups of a store: goods, first letters of names, and marks in place of codes, under a salt of their
    own. Nothing on the way keeps it."""
    store = merchants.node(id_of(request.GET.get("store", "")) or 0, actor=request.actor, permission=PERMISSION)
    zone = request.merchant.timezone
    start = clock.start_of_day(clock.today(zone), zone)
    salt = secrets.token_bytes(16)
    orders = [
        {
            "mark": queries_pickup.mark(one.order.shop.pickup_code, salt), "no": one.order.order_no,
            "name": _first_letter(one), "note": one.order.shop.buyer_note, "slot": _slot(one),
            "items": [
                {
                    "position": item.position, "title": item.shown_title, "spec": item.spec,
                    "left": one.left[item.position],
                }
                for item in one.items
            ],
        }
        for one in queries_pickup.waiting(store.pk, until=start + timedelta(days=1))
    ]  # fmt: skip
    used = [
        {"mark": queries_pickup.mark(code, salt), "at": timezone.localtime(at).strftime("%H:%M")}
        for code, at in queries_pickup.used(store.pk, since=start)
    ]
    answer = JsonResponse(
        {
            "store": store.pk, "name": store.name, "salt": salt.hex(), "orders": orders, "used": used,
            "csrf": get_token(request),
        }
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page(PERMISSION, methods=("POST",))
def deed(request: HttpRequest) -> HttpResponse:
    """Something that was handed over without a line, `age` milliseconds ago. The same key again is the same deed. What
    cannot be is said, not dropped: the goods have left the house."""
    store = merchants.node(id_of(request.POST.get("store", "")) or 0, actor=request.actor, permission=PERMISSION)
    code, key = code_of(request.POST.get("code", "")), request.POST.get("key", "")
    if not _KEY.fullmatch(key):
        return JsonResponse({"outcome": "refused", "code": "invalid", "message": "key"}, status=422)
    pieces = {
        int(found[1]): id_of(value) or 0 for name, value in request.POST.items() if (found := _PIECES.fullmatch(name))
    }
    age = min(timedelta(milliseconds=id_of(request.POST.get("age", "")[:12]) or 0), _OLDEST)
    try:
        services.pick_up(
            code=code, node_id=store.pk, pieces=pieces or None, key=f"{queries_pickup.order_of(code)}:{key}",
            handed_over_at=clock.now() - age, actor=request.actor,
        )  # fmt: skip
    except NotAllowed:
        raise
    except DomainError as error:
        return JsonResponse({"outcome": "refused", "code": error.code, "message": str(error)})
    return JsonResponse({"outcome": "done"})


@page(PERMISSION, methods=("GET",))
def shell(request: HttpRequest) -> HttpResponse:
    """The desk as the browser keeps it: names nobody and no store."""
    return render(request, "console/pickup/offline.html")


@page(PERMISSION, methods=("GET",))
def worker(request: HttpRequest) -> HttpResponse:
    """Of the desk's addresses only, nothing else of the console is kept."""
    script = render_to_string("console/pickup/worker.js")
    headers = {"Service-Worker-Allowed": "/pickup", "Cache-Control": "no-cache"}
    return HttpResponse(script, content_type="text/javascript", headers=headers)


def _first_letter(one: queries_pickup.Waiting) -> str:
    to = queries_shop.recipient(one.order.shop, is_masked=True)
    return to.name if to else ""


def _slot(one: queries_pickup.Waiting) -> str:
    starts, ends = one.order.shop.pickup_from, one.order.shop.pickup_until
    if starts is None or ends is None:
        return ""
    return f"{timezone.localtime(starts):%H:%M} – {timezone.localtime(ends):%H:%M}"

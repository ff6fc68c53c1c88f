"""A person's points: balance, what expires next, rules, statement; the exchange shop."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from yutang.areas.points import queries, services
from yutang.core import rewards
from yutang.core.errors import DomainError
from yutang.shop.door import address, page, shown, to
from yutang.shop.points import words
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 20


@page(login=True)
def statement(request: HttpRequest) -> HttpResponse:
    me = request.shopper.customer_id
    found = page_of(queries.statement(me), request, order=queries.ORDER, size=SIZE)
    found.rows = [(row, queries.label(row.entry), queries.why(row.entry)) for row in found.rows]
    if request.headers.get("HX-Request") and "cursor" in request.GET:
        return shown(request, "shop/points/_rows.html", {"page": found})
    context = {
        "page": found, "balance": queries.balance(me), "expiring": words.expiring(me, request.merchant.timezone),
        "rules": words.rules(request.merchant), "has_offers": queries.has_offers(),
    }  # fmt: skip
    return shown(request, "shop/points/points.html", context)


@page(login=True)
def exchange_shop(request: HttpRequest) -> HttpResponse:
    me = request.shopper.customer_id
    balance = queries.balance(me)
    offers = [
        (one, rewards.describe(rewards.read(one.offer.rewards)), words.obstacle(one, balance), uuid.uuid4().hex)
        for one in queries.offers(me)
    ]
    return shown(request, "shop/points/exchange.html", {"offers": offers, "balance": balance})


@page(login=True)
def exchanges(request: HttpRequest) -> HttpResponse:
    found = page_of(queries.exchanges_of(request.shopper.customer_id), request, order=queries.ORDER, size=SIZE)
    found.rows = [(row, rewards.describe(rewards.read(row.offer.rewards))) for row in found.rows]
    is_more = request.headers.get("HX-Request") and "cursor" in request.GET
    return shown(request, f"shop/points/{'_exchanges' if is_more else 'exchanges'}.html", {"page": found})


@page(login=True, methods=("POST",), is_atomic=True)
def exchange(request: HttpRequest, offer_id: int) -> HttpResponse:
    """`key` makes a second tap the same exchange, `points` is the price that was seen. A refusal is said by the page's
    door, which has rolled everything back."""
    key, seen = request.POST.get("key", ""), request.POST.get("points", "")
    if not (key.isalnum() and len(key) <= 32 and seen.isdecimal() and len(seen) < 12):
        raise DomainError
    services.exchange(
        offer_id=offer_id, customer_id=request.shopper.customer_id, key=f"{request.shopper.customer_id}:{key}",
        points=int(seen), actor=request.actor,
    )  # fmt: skip
    return to(request, address(request, "exchanges"))

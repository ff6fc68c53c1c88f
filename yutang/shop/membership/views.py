"""Level and growth, cards on offer, the shopper's own cards: buy, renew, give, refund, open by code."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from yutang.areas.catalog import queries as catalog
from yutang.areas.membership import queries, queries_cards
from yutang.areas.membership.benefits import Benefits, described
from yutang.areas.membership.models import Card
from yutang.areas.membership.services import carding, coding
from yutang.core import clock, tenancy
from yutang.core.errors import DomainError, NotFound
from yutang.shop.door import address, page, shown, to
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SIZE = 20


@page(login=True)
def membership(request: HttpRequest) -> HttpResponse:
    return _membership(request)


def _membership(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    person, currency = request.shopper.customer_id, request.merchant.currency
    way = queries.way(person)
    with_goods = catalog.levels_with_goods()
    ladder = [
        (level, described(replace(Benefits.read(level.benefits), exclusive=level.key in with_goods), currency))
        for level in queries.levels()
    ]
    offers = [
        (plan, described(Benefits.read(plan.benefits), currency), uuid.uuid4().hex) for plan in queries_cards.on_sale()
    ]  # fmt: skip
    terms = queries.terms(person)
    context = {
        "way": way, "ladder": ladder, "offers": offers, "card": queries.current_card(person), "terms": terms,
        "until": queries_cards.held_until(person), "error": error, "code": request.POST.get("code", ""),
        "currency": currency,
    }  # fmt: skip
    return shown(request, "shop/membership/membership.html", context, status=status)


@page(login=True)
def growth(request: HttpRequest) -> HttpResponse:
    found = page_of(queries.growth(request.shopper.customer_id), request, order=queries.GROWTH_ORDER, size=SIZE)
    return shown(request, "shop/membership/growth.html", {"page": found})


@page(login=True)
def cards(request: HttpRequest) -> HttpResponse:
    found = page_of(queries_cards.cards(request.shopper.customer_id), request, order=queries_cards.CARDS_ORDER)
    return shown(request, "shop/membership/cards.html", {"page": found})


@page(login=True, methods=("POST",))
def buy(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A second tap is the same card."""
    key, is_gift = request.POST.get("key", "")[:64] or uuid.uuid4().hex, bool(request.POST.get("gift"))
    card = carding.buy(  # what is wanted is part of the key: the page of a step back may be sent with another wish
        plan_id=plan_id, customer_id=request.shopper.customer_id,
        key=f"{request.shopper.identity.pk}:{key}:{plan_id}{':gift' if is_gift else ''}", is_gift=is_gift,
        actor=request.actor,
    )  # fmt: skip
    return to(request, address(request, "pay", carding.PAYABLE, card.pk))


@page(login=True)
def card(request: HttpRequest, card_id: int) -> HttpResponse:
    """Its time, what a refund would give back now; the link of a gift for who bought it."""
    found = queries_cards.card_of(request.shopper.customer_id, card_id)
    if found.state == Card.State.UNPAID:
        return to(request, address(request, "pay", carding.PAYABLE, found.pk))
    unused = queries_cards.unused(found, clock.now()) if _may_refund(request, found) else 0
    given = queries_cards.given_by(found.pk) if unused else []
    context = {
        "card": found, "benefits": described(Benefits.read(found.plan.benefits), found.currency), "unused": unused,
        "goes_back": sum(one.unused or 0 for one in given),
        "is_buyer": found.buyer_id == request.shopper.customer_id, "link": _link(request, found),
    }  # fmt: skip
    return shown(request, "shop/membership/card.html", context)


@page(login=True, methods=("POST",))
def refund(request: HttpRequest, card_id: int) -> HttpResponse:
    found = queries_cards.card_of(request.shopper.customer_id, card_id)
    if not _may_refund(request, found):
        raise NotFound
    expected = request.POST.get("expected", "")
    carding.refund(
        card_id=found.pk, key="buyer", seen=found.state, actor=request.actor,
        expected=int(expected) if expected.isascii() and expected.isdecimal() and len(expected) < 18 else 0,
    )  # fmt: skip
    return to(request, address(request, "member_card", found.pk))


@page(methods=("GET", "POST"))
def gift(request: HttpRequest, gift_code: str) -> HttpResponse:
    """Whoever has the link accepts it, once."""
    found = queries_cards.gift(gift_code)
    person = request.shopper.customer_id
    if found.state == Card.State.ACTIVE and person is not None and found.customer_id == person:
        return to(request, address(request, "membership"))
    if request.method == "POST":
        if person is None:
            return to(request, f"{address(request, 'login')}?next={address(request, 'card_gift', gift_code)}")
        carding.accept_gift(gift_code=gift_code, customer_id=person, actor=request.actor)
        return to(request, address(request, "membership"))
    context = {
        "card": found, "is_open": found.state == Card.State.GIFT,
        "benefits": described(Benefits.read(found.plan.benefits), found.currency),
    }  # fmt: skip
    return shown(request, "shop/membership/gift.html", context)


@page(login=True, methods=("POST",), is_atomic=False)
def activate(request: HttpRequest) -> HttpResponse:
    """Tries count whatever becomes of the code."""
    try:
        with tenancy.scope(request.merchant.pk):
            coding.may_try(visitor=str(request.shopper.customer_id))
        with tenancy.scope(request.merchant.pk):
            coding.activate(
                code=request.POST.get("code", ""), customer_id=request.shopper.customer_id, actor=request.actor
            )
    except DomainError as error:
        with tenancy.scope(request.merchant.pk):
            return _membership(request, error=str(error), status=error.status)
    return to(request, address(request, "membership"))


def _may_refund(request: HttpRequest, found: Card) -> bool:
    """Who paid: the holder, of a gift the buyer until somebody has accepted it."""
    if found.is_gift:
        return bool(found.state == Card.State.GIFT and found.buyer_id == request.shopper.customer_id)
    return bool(found.customer_id == request.shopper.customer_id)


def _link(request: HttpRequest, found: Card) -> str:
    if found.state != Card.State.GIFT or found.buyer_id != request.shopper.customer_id:
        return ""
    return request.build_absolute_uri(address(request, "card_gift", found.gift_code))

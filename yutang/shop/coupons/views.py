"""My coupons, the coupon centre, codes, and coupons for somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, gettext_noop

from yutang.areas.coupons import queries, services
from yutang.areas.orders import queries_cart, queries_coupons
from yutang.core import clock
from yutang.core.errors import DomainError
from yutang.shop.buying.cart import holder
from yutang.shop.coupons.showing import shown as coupon_shown
from yutang.shop.coupons.showing import template_shown
from yutang.shop.door import address, page, shown, to
from yutang.ui.paging import page_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TABS = {"": gettext_noop("Usable"), "used": gettext_noop("Used up"), "expired": gettext_noop("Expired")}
SIZE = 20


@page(login=True)
def mine(request: HttpRequest) -> HttpResponse:
    """Usable ones stand in the order of what they would save on the cart, then those that expire first."""
    tab = request.GET.get("tab", "")
    return _mine(request, tab if tab in TABS else "")


@page(login=True, methods=("POST",))
def redeem(request: HttpRequest) -> HttpResponse:
    """A wrong code is said on the page, not raised: every try counts."""
    try:
        services.redeem_code(
            text=request.POST.get("code", "")[:60], customer_id=request.shopper.customer_id, actor=request.actor
        )
    except DomainError as error:
        return _mine(request, "", refusal=str(error), status=error.status)
    return to(request, address(request, "coupons"))


@page()
def centre(request: HttpRequest) -> HttpResponse:
    customer_id = request.shopper.customer_id
    found = [(one, template_shown(one.terms, request.merchant.currency)) for one in queries.offered(customer_id)]
    return shown(request, "shop/coupons/centre.html", {"offered": found})


@page(login=True, methods=("POST",))
def claim(request: HttpRequest, coupon_template_id: int) -> HttpResponse:
    """`key` comes with the button: tapped twice, it is one coupon."""
    key = f"{request.shopper.customer_id}:{coupon_template_id}:{request.POST.get('key', '')[:20]}"
    services.claim(
        template_id=coupon_template_id, customer_id=request.shopper.customer_id, key=key, actor=request.actor
    )
    return to(request, address(request, "coupon_centre"))


@page(login=True, methods=("POST",))
def offer(request: HttpRequest, coupon_id: int) -> HttpResponse:
    """The link to send; a new one each time, the one before stops working."""
    token = services.offer_gift(coupon_id=coupon_id, customer_id=request.shopper.customer_id, actor=request.actor)
    link = request.build_absolute_uri(address(request, "coupon_gift", token))
    found = queries.coupon(coupon_id, request.shopper.customer_id)
    context = {"coupon": coupon_shown(found, request.merchant.currency), "link": link}
    return shown(request, "shop/coupons/offer.html", context)


@page()
def gift(request: HttpRequest, coupon_token: str) -> HttpResponse:
    found = queries.gift(coupon_token)
    context = {"coupon": coupon_shown(found, request.merchant.currency) if found else None, "token": coupon_token}
    return shown(request, "shop/coupons/gift.html", context, status=200 if found else 404)


@page(login=True, methods=("POST",))
def accept(request: HttpRequest, coupon_token: str) -> HttpResponse:
    services.accept_gift(token=coupon_token, customer_id=request.shopper.customer_id, actor=request.actor)
    return to(request, address(request, "coupons"))


def _mine(request: HttpRequest, tab: str, refusal: str = "", status: int = 200) -> HttpResponse:
    customer_id, currency = request.shopper.customer_id, request.merchant.currency
    order = ("valid_until", "id") if not tab else ("-valid_until", "-id")
    found = page_of(queries.of_person(customer_id, tab), request, order=order, size=SIZE)
    saves = {}
    if not tab and found.previous_cursor is None:
        chosen = queries_cart.cart(holder(request))
        lines = [(row.sku_id, row.quantity) for row in chosen.rows if row.sku_id in chosen.chosen]
        saves = queries_coupons.saving(lines, found.rows, customer_id=customer_id, currency=currency)
        found.rows.sort(key=lambda row: (-saves.get(row.pk, -1), row.valid_until, row.pk))
    context: dict[str, Any] = {
        "page": found, "tab": tab, "tabs": TABS, "refusal": refusal, "now": clock.now(),
        "coupons": [coupon_shown(row, currency, saves=saves.get(row.pk)) for row in found.rows],
        "has_centre": queries.is_offered(), "title": gettext("My coupons"),
    }  # fmt: skip
    return shown(request, "shop/coupons/mine.html", context, status=status)

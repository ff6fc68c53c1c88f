"""Who comes in, and what they carry."""

from __future__ import annotations

import json

from django.test import Client

from tests.factories.catalog import make_product
from tests.factories.merchants import make_merchant
from tests.factories.shop import buyer
from yutang.areas.customers.models import Identity
from yutang.areas.interactions.models import Interaction
from yutang.core import tenancy
from yutang.core.limits import Pace
from yutang.shop import recording, shoppers


def test_an_unknown_shop(stranger):
    answer = stranger.get("/s/nobody/")
    assert answer.status_code == 404
    assert "There is no shop at this address." in answer.content.decode()


def test_cookies_stay_below_the_shop(stranger, shop):
    cookie = stranger.get(shop).cookies[shoppers.VISITOR]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (shop, True, "Lax")
    assert len(cookie.value) == 32
    assert shoppers.VISITOR not in stranger.get(shop).cookies  # it is known now


def test_a_page_for_people_leads_to_the_login_and_back(stranger, shop):
    answer = stranger.get(f"{shop}orders?tab=to_pay")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{shop}login?next=%2Fs%2F{shop.split('/')[2]}%2Forders%3Ftab%3Dto_pay"
    fragment = stranger.get(f"{shop}orders", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"][: len(shop)]) == (204, shop)


def test_whoever_logged_in_is_known(shopper, shop):
    assert shopper.get(f"{shop}me").status_code == 200


def test_a_login_that_somebody_wrote_is_none(stranger, merchant, shop):
    other = make_merchant()
    with tenancy.scope(other.pk):
        theirs = buyer()
    for value in ("x", "W10:x:y", shoppers.signed(other.pk, theirs), shoppers.signed(merchant.pk, theirs)):
        stranger.cookies[shoppers.LOGIN] = value
        answer = stranger.get(f"{shop}me")
        assert answer.status_code == 303, value
        assert answer.cookies[shoppers.LOGIN].value == ""


def test_an_erased_person_is_logged_out(shopper, merchant, shop):
    Identity.objects.filter(pk=shopper.identity.pk).delete()
    assert shopper.get(f"{shop}me").status_code == 303


def test_whoever_logs_out_leaves_nothing_behind(shopper, shop):
    before = shopper.get(f"{shop}me").cookies[shoppers.VISITOR].value
    answer = shopper.post(f"{shop}logout")
    assert answer.cookies[shoppers.LOGIN].value == ""
    assert answer.cookies[shoppers.VISITOR].value != before
    assert shopper.get(f"{shop}me").status_code == 303


def test_what_is_looked_at_is_told_by_the_page(stranger, merchant, shop):
    product = make_product()
    stranger.get(shop)
    told = {"id": "a" * 32, "page": f"{shop}p/{product.pk}", "item": product.code, "title": product.name}
    for _ in range(2):  # a beacon that is sent again
        answer = stranger.post(f"{shop}seen", json.dumps(told), content_type="text/plain")
        assert answer.status_code == 204
    seen = Interaction.objects.get()
    assert (seen.kind, seen.item, seen.channel, seen.properties) == (
        "view",
        product.code,
        "shop",
        {"title": product.name},
    )
    assert seen.visitor_id is not None


def test_who_asks_not_to_be_tracked_is_nobody(merchant, shop):
    Client(headers={"DNT": "1"}).post(
        f"{shop}seen", json.dumps({"id": "b" * 32, "page": shop}), content_type="text/plain"
    )  # fmt: skip
    assert Interaction.objects.get().visitor_id is None


def test_what_no_page_tells_is_refused(stranger, shop):
    for body in (
        "",
        "[]",
        "{",
        json.dumps({"id": "x", "page": "/"}),
        json.dumps({"id": "c" * 32, "page": "/", "k": 1}),
        json.dumps({"id": "c" * 32, "page": "/\x00"}),
        '{"id": "%s", "page": "\\ud800"}' % ("c" * 32),
        "[" * 2048,
    ):
        assert stranger.post(f"{shop}seen", body, content_type="text/plain").status_code == 422
    assert stranger.post(f"{shop}seen", {"id": "d" * 32, "page": "/"}).status_code == 415
    assert not Interaction.objects.exists()


def test_a_character_that_cannot_be_stored(stranger, shop):
    assert stranger.get(f"{shop}search", {"q": "a\x00b"}).status_code == 400


def test_another_method_is_refused(stranger, shop):
    assert stranger.post(shop).status_code == 405
    assert stranger.get(f"{shop}logout").status_code == 405


def test_staff_is_a_shopper_like_everybody(merchant, shop, client_for):
    product = make_product()
    elsewhere = make_merchant()
    browser = client_for(elsewhere)
    assert product.name in browser.get(shop).content.decode()


def test_a_flood_of_beacons_is_cut(stranger, merchant, shop, monkeypatch):
    monkeypatch.setattr(recording, "PACE", Pace(at_once=2, a_minute=1))
    monkeypatch.setattr(recording, "PLACE_PACE", Pace(at_once=4, a_minute=1))

    def tell(browser, number):
        told = json.dumps({"id": f"{number:032x}", "page": shop})
        return browser.post(f"{shop}seen", told, content_type="text/plain").status_code

    stranger.get(shop)
    assert [tell(stranger, number) for number in range(3)] == [204, 204, 429]
    assert [tell(Client(), 10 + number) for number in range(2)] == [204, 429]  # other browsers of the same address
    assert Interaction.objects.count() == 3


def test_only_posters_may_be_kept_by_caches_and_they_carry_no_cookie(stranger, shop):
    product = make_product()
    poster = stranger.get(f"{shop}p/{product.pk}/poster.jpg")
    assert ("public" in poster.headers["Cache-Control"], dict(poster.cookies)) == (True, {})
    for address in (shop, f"{shop}p/{product.pk}", f"{shop}p/{10**12}", f"{shop}me", f"{shop}manifest.webmanifest"):
        assert stranger.get(address).headers["Cache-Control"] == "private, no-cache", address


def test_a_way_back_is_an_address_and_nothing_else(shopper, shop):
    for wanted, where in (
        ("cart\r\nSet-Cookie: a=b", "cart%0D%0ASet-Cookie:%20a=b"),
        ("search?q=糕", "search?q=%E7%B3%95"),
    ):
        answer = shopper.get(f"{shop}login", {"next": shop + wanted})
        assert (answer.status_code, answer.headers["Location"]) == (303, shop + where)


def test_who_searches_without_end_is_answered_and_not_recorded(stranger, shop, monkeypatch):
    monkeypatch.setattr(recording, "PACE", Pace(at_once=2, a_minute=1))
    for _ in range(4):
        assert stranger.get(f"{shop}search", {"q": "cake"}).status_code == 200
    assert Interaction.objects.filter(kind="search").count() == 2

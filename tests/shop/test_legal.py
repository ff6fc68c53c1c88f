"""Terms and privacy policy: shown to everybody, accepted at the log-in; the language; lost ways."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories.merchants import make_merchant
from tests.factories.shop import stocked
from yutang.areas.privacy import documents
from yutang.areas.privacy.models import Consent, ConsentText, Purpose
from yutang.core import access, tenancy

PHONE = "13800138000"


@pytest.fixture
def open_shop(transactional_db):
    return make_merchant()


def sent(browser, shop) -> str:
    page = browser.post(f"{shop}login/code", {"phone": PHONE}).content.decode()
    return re.search(r"“(\d{6}) is your code”", page)[1]


def consents(merchant) -> list[tuple[str, int, str]]:
    with tenancy.scope(merchant.pk):
        return list(Consent.objects.order_by("pk").values_list("purpose", "text__version", "evidence"))


def test_a_tick_is_needed_and_costs_no_code(open_shop):
    browser, shop = Client(headers={"Accept-Language": "en"}), f"/s/{open_shop.slug}/"
    asked = browser.get(f"{shop}login").content.decode()
    tick = re.search(r'<input type="checkbox" name="agreed"[^>]*>', asked)[0]
    assert "checked" not in tick
    for where in ("terms", "privacy"):
        assert f'href="{shop}{where}"' in asked
    code = sent(browser, shop)
    login = {"phone": PHONE, "code": code, "shown": code}
    refused = browser.post(f"{shop}login", login)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Please read and accept the terms of use" in page
    assert f"“{code} is your code”" in page
    assert consents(open_shop) == []
    assert browser.post(f"{shop}login", login | {"agreed": "1.1"}).status_code == 303
    way = f"{shop}login"
    assert consents(open_shop) == [("terms", 1, way), ("policy", 1, way)]
    with tenancy.scope(open_shop.pk):
        assert {text.created_by for text in ConsentText.objects.all()} == {"Yutang"}
        assert open_shop.name in ConsentText.objects.get(purpose="terms").text


def test_once_for_each_version(open_shop):
    browser, shop = Client(headers={"Accept-Language": "en"}), f"/s/{open_shop.slug}/"
    with tenancy.scope(open_shop.pk):
        saved = documents.save(
            purpose=Purpose.TERMS, text="<p>Ours</p><script>x</script>", text_en="", actor=access.system(open_shop.pk)
        )
        assert (saved.version, saved.text) == (2, "<p>Ours</p>")
        seen = {Purpose.TERMS: 2, Purpose.POLICY: 1}
    refused = browser.post(f"{shop}login", {"phone": PHONE, "code": "000000", "agreed": "1.1"})
    assert "The terms have changed meanwhile." in refused.content.decode()
    login = {"phone": PHONE, "code": sent(browser, shop), "agreed": "2.1"}
    assert browser.post(f"{shop}login", login).status_code == 303
    with tenancy.scope(open_shop.pk):
        person = Consent.objects.first().customer_id
        documents.agree(customer_id=person, seen=seen, evidence="again", actor=access.system(open_shop.pk))
        assert Consent.objects.count() == 2
        documents.save(purpose=Purpose.TERMS, text="New", text_en="", actor=access.system(open_shop.pk))
        newer = seen | {Purpose.TERMS: 3}
        documents.agree(customer_id=person, seen=newer, evidence="new", actor=access.system(open_shop.pk))
        assert list(Consent.objects.order_by("-pk").values_list("text__version", flat=True)[:1]) == [3]


def test_everybody_reads_them_in_their_language(stranger, merchant, shop, actor):
    assert "contract of sale" in stranger.get(f"{shop}terms").content.decode()
    chosen = stranger.post(f"{shop}language", {"language": "zh-hans", "next": f"{shop}terms"})
    assert (chosen.status_code, chosen.headers["Location"]) == (303, f"{shop}terms")
    page = stranger.get(f"{shop}privacy").content.decode()
    assert "我们不出售您的个人信息" in page
    assert "隐私政策" in page
    documents.save(purpose=Purpose.POLICY, text="<p>只有中文</p>", text_en="", actor=actor)
    stranger.post(f"{shop}language", {"language": "en"})
    assert "只有中文" in stranger.get(f"{shop}privacy").content.decode()
    assert stranger.post(f"{shop}language", {"language": "xx"}).cookies.get("django_language") is None


def test_a_lost_way_leads_home(stranger, shop):
    for method in (stranger.get, stranger.post):
        answer = method(f"{shop}no/such/page")
        page = answer.content.decode()
        assert (answer.status_code, f'href="{shop}"' in page, "shop.css" in page) == (404, True, True)
    assert "There is no shop at this address." in stranger.get("/s/nobody/at/all").content.decode()
    assert stranger.get("/s/").status_code == 404


def test_more_than_there_are_is_refused_at_once(shopper, shop, merchant):
    sku = stocked(9)
    for pieces, words in ((10, "only 9 left"), (999_999, "at most 999 pieces at a time")):
        page = shopper.get(f"{shop}checkout?buy={sku.pk}:{pieces}")
        assert (page.status_code, words in page.content.decode()) == (200, True)
        for then in ("", "checkout"):
            said = shopper.post(f"{shop}cart/put", {"sku": sku.pk, "quantity": pieces, "key": "k", "then": then})
            assert (said.status_code, words in said.content.decode()) == (409, True)
    assert "only 9 left" not in shopper.get(f"{shop}checkout?buy={sku.pk}:9").content.decode()


def test_a_mistyped_code_stays_in_sight(open_shop):
    browser, shop = Client(headers={"Accept-Language": "en"}), f"/s/{open_shop.slug}/"
    code = sent(browser, shop)
    login = {"phone": PHONE, "agreed": "1.1", "shown": code}
    for typed in (f"{(int(code) + 1) % 10**6:06}", "12"):
        page = browser.post(f"{shop}login", login | {"code": typed})
        assert (page.status_code, f"“{code} is your code”" in page.content.decode()) == (422, True)
    assert "is your code" not in browser.post(f"{shop}login", login | {"shown": "<b>", "code": "1"}).content.decode()
    assert browser.post(f"{shop}login", login | {"code": code}).status_code == 303
    gone = browser.post(f"{shop}login", login | {"code": code}, headers={"Cookie": ""}).content.decode()
    assert "is your code" not in gone

"""A page that is the same for everybody is read once a moment, however many ask for it."""

from __future__ import annotations

import re

import pytest
from django.core.cache import caches
from django.test import Client

from tests.console.conftest import text
from tests.factories.catalog import make_product
from tests.factories.membership import make_level
from tests.factories.merchants import make_merchant
from tests.factories.shop import place, stocked
from yutang.areas.catalog.models import Product
from yutang.core import tenancy
from yutang.shop import shoppers


@pytest.fixture(autouse=True)
def _long_moment(settings):
    settings.MOMENT = 3_600
    yield
    caches["moments"].clear()


@pytest.fixture
def cake(stranger, shop, merchant):
    """The address of a product that somebody has just looked at, and its SKU."""
    sku = stocked(1)
    stranger.get(f"{shop}p/{sku.product_id}")
    return f"{shop}p/{sku.product_id}", sku


def test_the_next_stranger_reads_nothing(stranger, cake, django_assert_num_queries):
    first = stranger.get(cake[0])
    with django_assert_num_queries(0):
        other = Client(headers={"Accept-Language": "en"}).get(f"{cake[0]}?from=poster")
    assert (other.status_code, other["Cache-Control"]) == (200, "private, no-cache")
    token = re.compile(r"\b\w{64}\b")
    assert token.sub("", text(other)) == token.sub("", text(first))
    assert set(token.findall(text(first))).isdisjoint(token.findall(text(other)))
    visitor = other.cookies[shoppers.VISITOR]
    assert re.fullmatch("[0-9a-f]{32}", visitor.value)
    assert visitor.value != stranger.cookies[shoppers.VISITOR].value


def test_afterwards_it_is_true_again(stranger, cake):
    place((cake[1], 1))
    assert ">Sold out<" not in text(stranger.get(cake[0]))
    caches["moments"].clear()  # the moment is over
    assert ">Sold out<" in text(stranger.get(cake[0]))


def test_what_is_off_sale_stays_gone(stranger, cake):
    Product.objects.filter(pk=cake[1].product_id).update(state=Product.State.OFF_SALE)
    caches["moments"].clear()
    assert [stranger.get(cake[0]).status_code for _ in range(2)] == [410, 410]


def test_another_language_is_another_page(stranger, cake):
    assert "加入购物车" in text(stranger.get(cake[0], headers={"Accept-Language": "zh-hans"}))
    assert "加入购物车" not in text(stranger.get(cake[0]))


def test_another_brand_is_another_page(stranger, cake):
    other = make_merchant()
    with tenancy.scope(other.pk):
        make_product()
    assert stranger.get(f"/s/{other.slug}/p/{cake[1].product_id}").status_code == 404


def test_a_log_in_that_has_ended_ends_here_too(shopper, cake):
    shopper.cookies[shoppers.LOGIN] = "forged"
    assert shopper.get(cake[0]).cookies[shoppers.LOGIN].value == ""


def test_nothing_that_depends_on_the_reader_is_shared(stranger, shopper, shop, merchant):
    make_level(0, key="basic")
    make_level(1_500, key="gold")
    sku = stocked(9, only_levels=("gold",))
    assert "growth" in text(shopper.get(f"{shop}p/{sku.product_id}"))
    assert "login?next" in text(stranger.get(f"{shop}p/{sku.product_id}"))


def test_only_looking_is_answered_so(stranger, cake):
    assert stranger.post(cake[0]).status_code == 405

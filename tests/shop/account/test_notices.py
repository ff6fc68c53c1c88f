"""Messages on the phone: counted on the own page, read by opening, each leading to where one acts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from yutang.areas.messaging import kinds, services
from yutang.areas.messaging import queries_notices as queries
from yutang.areas.messaging.models import Notice
from yutang.areas.messaging.services import News


@pytest.fixture
def tell(shopper, actor):
    """`tell(3)`: so many messages."""

    def told(count: int = 1, kind: str = "level-up", **figures) -> None:
        start = Notice.objects.count()
        for number in range(start, start + count):
            news = News(shopper.identity.customer_id, f"{kind}:{number}", figures or {"level": f"Gold {number}"})
            services.notify(kind=kind, news=[news], actor=actor)

    return told


def page(shopper, address, **headers) -> str:
    response = shopper.get(shopper.shop + address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_nothing_yet(shopper):
    assert "No messages yet" in page(shopper, "me/notices")
    assert "weui-badge" not in page(shopper, "me")


def test_the_badge_counts_what_is_new_and_opening_reads_it(shopper, tell):
    tell(2)
    assert '<b class="weui-badge">2</b>' in page(shopper, "me")
    shown = page(shopper, "me/notices")
    assert shown.count(">New</b>") == 2
    assert shown.index("Gold 1") < shown.index("Gold 0")
    assert "weui-badge" not in page(shopper, "me")
    tell(1)
    shown = page(shopper, "me/notices")
    assert shown.count(">New</b>") == 1
    assert shown.index(">New</b>") < shown.index("Gold 2 now") < shown.index("Gold 1 now")


def test_a_hundred_are_more_than_a_badge_holds(shopper, tell):
    tell(100)
    assert '<b class="weui-badge">99+</b>' in page(shopper, "me")


def test_each_leads_to_where_one_acts(shopper, merchant, tell):
    tell(1, kind="points-expiring", points=1_200, on="2026-12-31")
    tell(1, kind="booking-coming", booking=7, title="Tea", store="Hangzhou", at="2026-12-31T02:00:00+00:00")
    shown = page(shopper, "me/notices")
    assert "1,200 points can be used until 2026-12-31" in shown
    assert "Tea at Hangzhou begins on 2026-12-31 10:00." in shown
    assert f'href="{shopper.shop}points"' in shown
    assert f'href="{shopper.shop}bookings/7"' in shown


EXAMPLES = {
    "points-expiring": {"points": 1, "on": "2026-12-31"},
    "gift-expiring": {"amount": 100, "currency": "CNY", "on": "2026-12-31"},
    "balance-untouched": {"amount": 100, "currency": "CNY", "since": "2026-01-01"},
    "coupons-expiring": {"count": 1, "name": "Tea", "on": "2026-12-31"},
    "level-up": {"level": "Gold"},
    "level-falling": {"level": "Gold", "on": "2026-12-31"},
    "card-ending": {"name": "Silver", "on": "2026-12-31"},
    "booking-coming": {"booking": 1, "title": "Tea", "store": "A", "at": "2026-12-31T02:00:00+00:00"},
    "place-offered": {
        "booking": 1, "title": "Tea", "at": "2026-12-31T02:00:00+00:00", "until": "2026-12-30T02:00:00+00:00"
    },
}  # fmt: skip


def test_every_kind_has_words_and_a_page_of_the_shop():
    assert {kind.key for kind in kinds.every()} == set(EXAMPLES)
    for kind in kinds.every():
        title, text = kind.words(EXAMPLES[kind.key])
        assert title
        assert text
        name, *arguments = kind.page(EXAMPLES[kind.key])
        assert reverse(f"shop:{name}", args=["x", *arguments])


def test_the_list_is_paged_in_few_statements(shopper, tell, django_assert_num_queries):
    tell(25)
    page(shopper, "me/notices")
    with django_assert_num_queries(
        7
    ):  # merchant and scope, log-in, messages, what is read; and three of the test itself
        shown = page(shopper, "me/notices")
    assert "Gold 5 now" in shown
    assert "Gold 4 now" not in shown
    cursor = shown.split("?cursor=")[1].split('"')[0]
    more = page(shopper, f"me/notices?cursor={cursor}", **{"HX-Request": "true"})
    assert more.count("sh-notice") == 5
    assert "<!doctype" not in more.lower()


def test_what_was_not_shown_is_not_read(shopper, tell):
    """Looking ahead of a link reads nothing."""
    tell(2)
    assert shopper.head(f"{shopper.shop}me/notices").status_code == 200
    assert queries.unread(shopper.identity.customer_id) == 2


def test_a_stranger_is_led_to_the_log_in(stranger, shop):
    assert "/login" in stranger.get(f"{shop}me/notices")["Location"]

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from yutang.areas.merchants.models import User
from yutang.ui import paging
from yutang.ui.paging import page_of


@pytest.fixture
def users(db):
    """Twenty people; names repeat, every third never set a second factor up."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return User.objects.bulk_create(
        User(
            email=f"u{n}@example.com",
            name="abc"[n % 3],
            totp_confirmed_at=None if n % 3 == 0 else start + timedelta(microseconds=n // 4),
        )
        for n in range(20)
    )


def request(cursor=None):
    return RequestFactory().get("/", {"cursor": cursor} if cursor else {})


def walk(order, nullable=frozenset(), size=3):
    """All pages forwards, then back from the last one."""
    query = User.objects.filter(email__startswith="u")
    pages = [page_of(query, request(), order, size, nullable)]
    while pages[-1].next_cursor:
        pages.append(page_of(query, request(pages[-1].next_cursor), order, size, nullable))
    back = [pages[-1]]
    while back[-1].previous_cursor:
        back.append(page_of(query, request(back[-1].previous_cursor), order, size, nullable))
    return pages, back[::-1]


@pytest.mark.parametrize("order", [("-id",), ("id",), ("name", "-id"), ("-name", "id"), ("name", "email", "id")])
def test_forwards_and_back_show_every_row_once_in_order(users, order):
    forwards, back = walk(order)
    expected = list(User.objects.filter(email__startswith="u").order_by(*order).values_list("pk", flat=True))
    assert [row.pk for page in forwards for row in page.rows] == expected
    assert [[row.pk for row in page.rows] for page in back] == [[row.pk for row in page.rows] for page in forwards]


@pytest.mark.parametrize("order", [("-totp_confirmed_at", "-id"), ("totp_confirmed_at", "id")])
def test_missing_values_come_last(users, order):
    forwards, back = walk(order, {"totp_confirmed_at"})
    rows = list(itertools.chain.from_iterable(page.rows for page in forwards))
    assert len({row.pk for row in rows}) == 20
    missing = [row.totp_confirmed_at is None for row in rows]
    assert missing == sorted(missing)
    assert [[row.pk for row in page.rows] for page in back] == [[row.pk for row in page.rows] for page in forwards]


def test_a_cursor_of_another_order_or_a_forged_one_is_the_first_page(users):
    cursor = page_of(User.objects.all(), request(), ("-id",), 3).next_cursor
    first = [row.pk for row in page_of(User.objects.all(), request(), ("id",), 3)]
    assert [row.pk for row in page_of(User.objects.all(), request(cursor), ("id",), 3)] == first
    for forged in ("x", cursor[:-1] + "_", "é", "a:b:c"):
        assert [row.pk for row in page_of(User.objects.all(), request(forged), ("id",), 3)] == first


def test_rows_may_be_dictionaries(users):
    first = page_of(User.objects.values("id", "name"), request(), ("-id",), 3)
    second = page_of(User.objects.values("id", "name"), request(first.next_cursor), ("-id",), 3)
    assert {row["id"] for row in first} & {row["id"] for row in second} == set()


def test_counts_no_further_than_it_shows(users, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(paging, "COUNT_UP_TO", 10)
    page = page_of(User.objects.all(), request(), size=3)
    with django_assert_num_queries(1):
        assert (page.is_capped, page.counted_up_to) == (True, 10)
    whole = page_of(User.objects.filter(name="a"), request(), size=30)
    with django_assert_num_queries(0):
        assert (whole.is_capped, whole.total) == (False, 7)

"""Pictures for everybody: cached for ever, nothing else served, no database asked."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.console.conftest import make_member
from tests.factories.catalog import make_picture_file
from yutang.areas.catalog import images


def test_a_picture_is_served_and_kept(merchant, django_assert_num_queries):
    stored = images.store(make_picture_file(), merchant.pk)
    with django_assert_num_queries(0):
        answer = Client().get(f"/media/{merchant.pk}/{stored.digest}-400.webp")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Vary" not in answer.headers  # one copy for all
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"


def test_who_is_logged_in_gets_the_same_without_a_session(merchant, django_assert_num_queries):
    stored, client = images.store(make_picture_file(), merchant.pk), Client()
    client.force_login(make_member(merchant).user)
    with django_assert_num_queries(0):
        answer = client.get(f"/media/{merchant.pk}/{stored.digest}-1600.webp")
    assert (answer.status_code, "Vary" in answer.headers, "Set-Cookie" in answer.headers) == (200, False, False)
    assert b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    "wanted", ["{digest}-300.webp", "{other}-200.webp", "..%2f..%2fsecret.key-200.webp", "x-200.webp", ""]
)
def test_nothing_else_is(merchant, wanted):
    stored = images.store(make_picture_file(), merchant.pk)
    address = wanted.format(digest=stored.digest, other="0" * 64)
    assert Client().get(f"/media/{merchant.pk}/{address}").status_code == 404

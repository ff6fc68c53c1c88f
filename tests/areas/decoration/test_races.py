"""Two people at one draft, with real threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.factories import decoration as made
from tests.factories.merchants import make_merchant
from yutang.areas.decoration import blocks, edits, services
from yutang.areas.decoration.errors import DraftChanged
from yutang.areas.decoration.models import Page, PageVariant
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 6


@pytest.fixture
def shop():
    return make_merchant()


def at_once(shop, work) -> list[object]:
    """What each of the workers came to, all of them inside their transaction before anybody goes on."""
    barrier = Barrier(WORKERS)

    def one(number: int) -> object:
        try:
            with tenancy.scope(shop.pk):
                return work(number, barrier)
        except DraftChanged as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(WORKERS)))


def kinds(variant_id: int) -> list[str]:
    return [block["kind"] for block in PageVariant.objects.get(pk=variant_id).draft]


@pytest.fixture
def variant_id(shop) -> int:
    with tenancy.scope(shop.pk):
        return made.general(made.home()).pk


def test_without_the_lock_changes_are_lost(shop, variant_id):
    def naive(number: int, barrier: Barrier) -> None:
        variant = PageVariant.objects.get(pk=variant_id)
        assert variant.revision == 0  # everybody finds the draft as they have seen it
        barrier.wait()
        variant.draft = blocks.dumped(edits.add(blocks.fresh("notice"))(blocks.parse(variant.draft)))
        variant.revision += 1
        variant.save()

    assert at_once(shop, naive) == [None] * WORKERS  # all of them believe that they have saved
    with tenancy.scope(shop.pk):
        assert kinds(variant_id) == ["notice"]


def test_with_it_one_saves_and_the_others_are_told(shop, variant_id):
    by = access.system(shop.pk, name="Lin")

    def change(number: int, barrier: Barrier) -> object:
        edit = edits.add(blocks.fresh("notice"))
        barrier.wait()
        return services.change(variant_id=variant_id, revision=0, edit=edit, actor=by)

    results = at_once(shop, change)
    assert sum(isinstance(result, DraftChanged) for result in results) == WORKERS - 1
    with tenancy.scope(shop.pk):
        assert kinds(variant_id) == ["notice"]


def test_a_home_page_is_made_once(shop):
    def make(number: int, barrier: Barrier) -> int:
        barrier.wait()
        return services.home(actor=access.system(shop.pk)).pk

    assert len(set(at_once(shop, make))) == 1
    with tenancy.scope(shop.pk):
        assert (Page.objects.count(), PageVariant.objects.count()) == (1, 1)


def test_numbers_of_versions_are_given_once(shop, variant_id):
    with tenancy.scope(shop.pk):
        version = made.published(PageVariant.objects.get(pk=variant_id), made.block("notice", text="One"))

    def again(number: int, barrier: Barrier) -> int:
        barrier.wait()
        return services.publish_again(version_id=version.pk, actor=access.system(shop.pk)).number

    assert sorted(at_once(shop, again)) == list(range(2, WORKERS + 2))

"""Drafts, versions, periods and who sees what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
import time_machine
from pyroaring import BitMap64

from tests.factories import decoration as made
from tests.factories.catalog import make_product
from tests.factories.merchants import make_merchant, make_store
from tests.factories.shop import buyer
from yutang.areas.catalog import services as catalog
from yutang.areas.decoration import blocks, edits, queries, services
from yutang.areas.decoration.errors import (
    AddressTaken,
    BadAddress,
    BadBlock,
    BadPeriod,
    DraftChanged,
    HomeStays,
    NoSuchBlock,
    NotReady,
    TooManyBlocks,
    VariantExists,
)
from yutang.areas.decoration.models import Page, PageVersion
from yutang.areas.decoration.needs import Viewer
from yutang.areas.privacy import consents
from yutang.areas.segments import bitmaps
from yutang.areas.segments import services as segments
from yutang.areas.segments.models import SegmentSnapshot
from yutang.core import access, clock, tenancy
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.models import AuditEntry

END = datetime(9999, 12, 31, 23, 59, tzinfo=ZoneInfo("America/New_York"))  # in UTC there is no such moment
NOON = datetime(2026, 11, 10, 4, tzinfo=UTC)
_ids = count(1)


def notice(text: str) -> dict[str, object]:
    return made.block("notice", text=text)


def texts(slug: str = "", customer_id: int | None = None) -> list[str] | None:
    """What the notices of the page say to this person now."""
    found = queries.shown(slug, Viewer(clock.now(), customer_id))
    return None if found is None else [piece.data.text for piece in found.pieces]


def segment_of(*customer_ids: int, name: str = "VIP"):
    """A segment whose last count held these people."""
    found = segments.create(name=f"{name} {next(_ids)}", rule={"all": []}, actor=made.actor())
    counted(found, *customer_ids)
    return found


def counted(segment, *customer_ids: int) -> None:
    SegmentSnapshot.objects.create(
        merchant_id=segment.merchant_id, segment=segment, size=len(customer_ids), entered=0, left=0,
        members=bitmaps.pack(BitMap64(customer_ids)),
    )  # fmt: skip


# -- versions --------------------------------------------------------------------------------------------------------


def test_nothing_is_shown_before_it_is_published(merchant):
    page = made.home()
    made.draft(made.general(page), notice("Hello"))
    assert texts() is None
    version = made.published(page, notice("Hello"))
    assert (texts(), version.number) == (["Hello"], 1)
    made.draft(made.general(page), notice("Not yet"))
    assert texts() == ["Hello"]


def test_an_older_version_comes_back_as_a_new_one(merchant):
    page = made.home()
    first = made.published(page, notice("One"))
    made.published(page, notice("Two"))
    again = services.publish_again(version_id=first.pk, actor=made.actor())
    assert (texts(), again.number, again.copied_from) == (["One"], 3, 1)
    assert [block["text"] for block in made.general(page).draft] == ["Two"]  # the draft stays what it was


def test_taken_down_versions_show_what_was_before(merchant):
    page = made.home()
    made.published(page, notice("One"))
    second = made.published(page, notice("Two"))
    services.withdraw(version_id=second.pk, actor=made.actor())
    assert texts() == ["One"]
    assert services.take_down(variant_id=made.general(page).pk, actor=made.actor()) == 1
    assert texts() is None


def test_a_period_begins_and_ends_by_itself(merchant):
    page = made.home()
    with time_machine.travel(NOON, tick=False) as at:
        made.published(page, notice("Usual"))
        begins, ends = NOON + timedelta(hours=12), NOON + timedelta(hours=36)
        made.published(page, notice("Sale"), shows_from=begins, shows_until=ends)
        at.shift(timedelta(hours=1))
        made.published(page, notice("Usual, corrected"))
        assert texts() == ["Usual, corrected"]
        at.move_to(begins - timedelta(seconds=1))
        assert texts() == ["Usual, corrected"]
        at.move_to(begins)
        assert texts() == ["Sale"]
        at.move_to(ends - timedelta(seconds=1))
        assert texts() == ["Sale"]
        at.move_to(ends)
        assert texts() == ["Usual, corrected"]


def test_a_period_that_is_over_or_backwards(merchant):
    page = made.home()
    now = clock.now()
    for period in (
        {"shows_until": now - timedelta(hours=1)},
        {"shows_from": now + timedelta(hours=2), "shows_until": now + timedelta(hours=1)},
        {"shows_from": END},
        {"shows_until": END},
    ):
        with pytest.raises(BadPeriod):
            made.published(page, notice("Sale"), **period)
    assert PageVersion.objects.count() == 0


def test_what_is_unfinished_is_not_published(merchant):
    variant = made.draft(made.general(made.home()), made.block("banner"), made.block("products"))
    with pytest.raises(NotReady) as refused:
        services.publish(variant_id=variant.pk, revision=variant.revision, actor=made.actor())
    assert refused.value.params == {"problems": 2, "first": "Add a picture."}


def test_publishing_is_audited(merchant):
    version = made.published(made.home(), notice("Hello"))
    entry = AuditEntry.objects.get(action="decoration.publish")
    assert (entry.object_id, entry.detail["number"]) == (str(version.variant.page_id), 1)


# -- drafts ----------------------------------------------------------------------------------------------------------


def test_a_later_save_is_refused_and_says_who(merchant):
    variant = made.general(made.home())
    lin = access.system(merchant.pk, name="Lin")
    services.change(variant_id=variant.pk, revision=0, edit=edits.add(blocks.fresh("notice")), actor=lin)
    with pytest.raises(DraftChanged) as refused:
        services.change(variant_id=variant.pk, revision=0, edit=edits.add(blocks.fresh("spacer")), actor=made.actor())
    assert refused.value.params["name"] == "Lin"
    with pytest.raises(DraftChanged):
        services.publish(variant_id=variant.pk, revision=0, actor=made.actor())
    assert [block["kind"] for block in made.general(made.home()).draft] == ["notice"]


def test_edits(merchant):
    variant = made.draft(made.general(made.home()), *(notice(text) for text in "abc"))
    ids = [block["id"] for block in variant.draft]

    def after(edit) -> str:
        nonlocal variant
        variant = services.change(
            variant_id=variant.pk, revision=variant.revision, edit=edit, actor=made.actor()
        )  # fmt: skip
        return "".join(block.get("text") or "_" for block in variant.draft)

    assert after(edits.move(ids[0], 2)) == "bca"
    assert after(edits.move(ids[0], -5)) == "abc"
    assert after(edits.copy(ids[1], "12345678")) == "abbc"
    assert after(edits.remove(ids[1])) == "abc"
    assert after(edits.add(blocks.fresh("spacer"), 1)) == "a_bc"
    assert after(edits.put({"kind": "notice", "id": ids[0], "text": "A"})) == "A_bc"
    with pytest.raises(NoSuchBlock):
        after(edits.remove(ids[1]))
    with pytest.raises(TooManyBlocks):
        after(edits.replace([notice("x") for _ in range(blocks.MOST + 1)]))


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"kind": "notice", "text": "x" * 121}, "text"),
        ({"kind": "notice", "text": "x", "link": {"to": "address", "value": "javascript:alert(1)"}}, "link"),
        ({"kind": "notice", "text": "x", "link": {"to": "address", "value": "http://example.com"}}, "link"),
        ({"kind": "notice", "text": "x", "link": {"to": "product", "value": "1 OR 1"}}, "link"),
        ({"kind": "notice", "text": "x", "colour": "red"}, "colour"),
        ({"kind": "video", "address": "https://example.com/a;script-src *"}, "address"),
        ({"kind": "video", "address": "https://user@example.com/a.mp4"}, "address"),
        ({"kind": "banner", "slides": [{"picture": {"digest": "../../etc"}}]}, "slides-0-picture-digest"),
        ({"kind": "products", "most": 999}, "most"),
        ({"kind": "spacer", "id": "<script>"}, "id"),
        ({"kind": "unknown"}, None),
    ],
)
def test_what_cannot_be_a_block(raw, field):
    with pytest.raises(BadBlock) as refused:
        blocks.parse_one({"id": "00000000", **raw})
    assert list(refused.value.params["errors"]) == ([field] if field else [])


def test_rich_text_is_cleaned():
    block = blocks.parse_one(made.block("rich", html="<p>Good</p><script>bad()</script><img src=x onerror=bad()>"))
    assert block.html == '<p>Good</p><img src="x">'


# -- what is gone leaves the page --------------------------------------------------------------------------------------


def test_products_that_are_gone_leave_the_page(merchant):
    stays, goes = make_product(name="Stays"), make_product(name="Goes")
    made.published(
        made.home(),
        made.block("products", products=[goes.pk, stays.pk]),
        made.block("banner", slides=[{"picture": made.picture(), "link": {"to": "product", "value": str(goes.pk)}}]),
    )  # fmt: skip
    viewer = Viewer(clock.now())
    assert [piece.kind for piece in queries.shown("", viewer).pieces] == ["products", "banner"]
    catalog.set_state(product_ids=[goes.pk], state="off_sale", actor=made.actor())
    (left,) = queries.shown("", viewer).pieces
    assert [item.product.name for item in left.data] == ["Stays"]


def test_sources_of_products(merchant):
    cakes = catalog.save_category(name="Cakes", actor=made.actor())
    cake = make_product(category_id=cakes.pk)
    tagged = make_product(tags=("new",))
    newest = make_product()
    made.published(
        made.home(), made.block("products", source="category", category=cakes.pk),
        made.block("products", source="tag", tag="new"), made.block("products", source="newest", most=1),
    )  # fmt: skip
    shown = queries.shown("", Viewer(clock.now()))
    assert [[item.product for item in piece.data] for piece in shown.pieces] == [[cake], [tagged], [newest]]


def test_stores_of_the_same_city_come_first(merchant):
    far, near = make_store("A1", city="上海"), make_store("A2", city="杭州市")
    made.published(made.home(), made.block("stores"))
    (piece,) = queries.shown("", Viewer(clock.now(), city="杭州")).pieces
    assert [place.name for place in piece.data] == [near.name, far.name]


# -- segments --------------------------------------------------------------------------------------------------------


def test_the_first_segment_that_holds_a_person_wins(merchant):
    page, someone = made.home(), buyer().customer_id
    made.published(page, notice("Everybody"))
    first = services.add_variant(page_id=page.pk, segment_id=segment_of().pk, actor=made.actor())
    second = services.add_variant(page_id=page.pk, segment_id=segment_of(someone).pk, actor=made.actor())
    made.published(first, notice("First"))
    made.published(second, notice("Second"))
    assert (texts(), texts(customer_id=someone)) == (["Everybody"], ["Second"])
    counted(first.segment, someone)
    assert texts(customer_id=someone) == ["First"]
    services.move_variant(variant_id=second.pk, up=True, actor=made.actor())
    assert texts(customer_id=someone) == ["Second"]
    services.remove_variant(variant_id=second.pk, actor=made.actor())
    assert texts(customer_id=someone) == ["First"]
    segments.archive(segment_id=first.segment_id, actor=made.actor())
    assert texts(customer_id=someone) == ["Everybody"]


def test_who_refused_to_be_addressed_personally_sees_what_everybody_sees(merchant):
    page, someone = made.home(), buyer().customer_id
    made.published(page, notice("Everybody"))
    vip = services.add_variant(page_id=page.pk, segment_id=segment_of(someone).pk, actor=made.actor())
    made.published(vip, notice("VIP"))
    assert texts(customer_id=someone) == ["VIP"]
    consents.record(customer_id=someone, purpose="profiling", is_given=False, actor=made.actor())
    assert texts(customer_id=someone) == ["Everybody"]


def test_a_segment_has_one_variant(merchant):
    page, segment = made.home(), segment_of()
    made.draft(made.general(page), notice("Hello"))
    variant = services.add_variant(page_id=page.pk, segment_id=segment.pk, actor=made.actor())
    assert [block["text"] for block in variant.draft] == ["Hello"]
    with pytest.raises(VariantExists):
        services.add_variant(page_id=page.pk, segment_id=segment.pk, actor=made.actor())


# -- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", ["", "Sale", "1111", "a b", "a/b", "节日", "x" * 61])
def test_addresses_that_cannot_be(merchant, slug):
    with pytest.raises(BadAddress):
        made.services.create_topic(slug=slug, words=services.PageWords("Sale"), actor=made.actor())


def test_an_address_is_free_again_when_its_page_is_deleted(merchant):
    page = made.topic("sale")
    with pytest.raises(AddressTaken):
        made.topic("sale")
    made.published(page, notice("Sale"))
    services.archive_page(page_id=page.pk, actor=made.actor())
    assert texts("sale") is None
    made.topic("sale")
    with pytest.raises(HomeStays):
        services.archive_page(page_id=made.home().pk, actor=made.actor())


def test_previews_are_of_one_merchant_and_one_hour(merchant):
    variant = made.draft(made.general(made.home()), notice("Draft"))
    token, viewer = queries.preview_token(variant), Viewer(clock.now())
    assert queries.previewed(token, merchant_id=merchant.pk, viewer=viewer).pieces[0].data.text == "Draft"
    other = make_merchant()
    with tenancy.scope(other.pk), pytest.raises(NotFound):
        queries.previewed(token, merchant_id=other.pk, viewer=viewer)
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=5)), pytest.raises(NotFound):
        queries.previewed(token, merchant_id=merchant.pk, viewer=viewer)
    with pytest.raises(NotFound):
        queries.previewed(token + "x", merchant_id=merchant.pk, viewer=viewer)


def test_a_store_alone_may_not_change_pages(merchant):
    store = make_store("S1")
    by = access.Actor("user", 1, "m", merchant.pk, {"decoration.edit": frozenset({store.pk})})
    for call in (
        lambda: services.home(actor=by),
        lambda: services.create_topic(slug="sale", words=services.PageWords("Sale"), actor=by),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert Page.objects.count() == 0

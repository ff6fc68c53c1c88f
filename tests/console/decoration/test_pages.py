"""Designing pages of the shop: list, editor, versions, segments."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.areas.decoration.test_pages import notice, segment_of, texts
from tests.console.conftest import text
from tests.factories import bad_pictures
from tests.factories import decoration as made
from tests.factories.bad_pictures import bad_upload
from tests.factories.catalog import make_picture_file, make_product
from tests.factories.merchants import make_store
from yutang.areas.decoration.models import Page, PageVersion
from yutang.core import clock

END = "9999-12-31T23:59:00-05:00"  # in UTC there is no such moment


@pytest.fixture
def owner(client_for, merchant):
    return client_for(merchant)


def changed(client, variant, act: str, revision: int, **more):
    return client.post(f"/pages/variants/{variant.pk}/change", {"act": act, "revision": revision, **more})


def test_the_list(owner, merchant, django_assert_num_queries):
    made.published(made.home(), notice("Hello"))
    for number in range(20):
        made.topic(title=f"Topic {number}")
    page = text(owner.get("/pages"))
    assert all(words in page for words in ("Home page", "Topic 19", "Shown", "Not shown"))
    with django_assert_num_queries(9):  # session, user, membership, grants, scope; the page, whether there is a home
        owner.get("/pages")
    assert "Topic 7" in text(owner.get("/pages", {"q": "topic 7"}))
    assert "Topic 8" not in text(owner.get("/pages", {"q": "topic 7"}))


def test_a_topic_page_is_made(owner, merchant):
    picture = make_picture_file()
    picture.name = "share.jpg"
    values = {"title": "双十一", "slug": "double-eleven", "share_text": "一年一次", "picture": picture}
    answer = owner.post("/pages/new", values)
    page = Page.objects.get()
    assert (page.slug, page.share_text, len(page.share_picture)) == ("double-eleven", "一年一次", 64)
    assert answer.headers["Location"] == f"/pages/variants/{made.general(page).pk}"
    taken = owner.post("/pages/new", {"title": "Again", "slug": "double-eleven"})
    assert (taken.status_code, "Another page has the address" in taken.content.decode()) == (422, True)
    owner.post(f"/pages/{page.pk}", {"title": "双十二", "slug": "double-twelve", "no_picture": "on"})
    page.refresh_from_db()
    assert (page.title, page.slug, page.share_picture) == ("双十二", "double-twelve", "")
    owner.post(f"/pages/{page.pk}/delete")
    assert owner.get(f"/pages/{page.pk}").status_code == 404


def test_blocks_are_added_moved_copied_and_deleted(owner, merchant):
    variant = made.general(made.home())
    assert changed(owner, variant, "add:banner", 0).status_code == 200
    answer = text(changed(owner, variant, "add:notice", 1))
    assert "Add a picture." in answer  # the banner is not ready
    assert 'data-block-form="' in answer  # the form of what was added

    def kinds() -> list[str]:
        variant.refresh_from_db()
        return [block["kind"] for block in variant.draft]

    assert kinds() == ["banner", "notice"]
    banner, note = (block["id"] for block in variant.draft)
    changed(owner, variant, f"move:{note}:0", 2)
    assert kinds() == ["notice", "banner"]
    changed(owner, variant, f"copy:{note}", 3)
    assert kinds() == ["notice", "notice", "banner"]
    before = variant.draft
    changed(owner, variant, f"remove:{banner}", 4)
    assert kinds() == ["notice", "notice"]
    changed(owner, variant, "replace", 5, blocks=json.dumps(before))  # undone
    assert kinds() == ["notice", "notice", "banner"]
    for nonsense in ("add:unknown", "", "explode"):
        assert changed(owner, variant, nonsense, 6).status_code == 404
    for nonsense in (
        "[",
        "[" * 10_000,
        json.dumps([notice("a\x00b")]),
        json.dumps([made.block("countdown", until=END)]),
    ):
        assert changed(owner, variant, "replace", 6, blocks=nonsense).status_code == 422
    assert kinds() == ["notice", "notice", "banner"]


def test_the_form_of_a_block(owner, merchant):
    cake = make_product(name="草莓蛋糕")
    variant = made.draft(made.general(made.home()), made.block("banner"))
    address = f"/pages/variants/{variant.pk}/blocks/{variant.draft[0]['id']}"

    def save(**values):
        variant.refresh_from_db()
        return owner.post(address, {"revision": variant.revision, **values})

    def slide():
        variant.refresh_from_db()
        return variant.draft[0]["slides"][0]

    assert "Pictures" in text(owner.get(address))
    assert 'name="slides-0-alt"' in text(save(**{"slides-count": 0, "act": "add:slides"}))
    file = make_picture_file(900, 500)
    file.name = "banner.jpg"
    form = {"slides-count": 1, "slides-0-alt": "Cake", "slides-0-link-to": "product", "slides-0-link-was": ""}
    answer = text(save(**form, **{"slides-0-picture-file": file}))
    held = slide()
    assert (held["picture"]["width"], held["alt"], held["link"]["to"]) == (900, "Cake", "product")
    assert f'value="{held["picture"]["digest"]}"' in answer
    assert "草莓蛋糕" in text(owner.get("/pages/products", {"find": "cmdg", "name": "slides-0-link-value"}))
    form |= {f"slides-0-picture-{part}": held["picture"][part] for part in ("digest", "width", "height")}
    form |= {"slides-0-link-was": "product", "slides-0-link-value": ""}
    assert "草莓蛋糕" in text(save(**form, act=f"pick:slides-0-link-value:{cake.pk}"))
    assert slide()["link"] == {"to": "product", "value": str(cake.pk)}
    saved = save(**(form | {"slides-0-link-value": str(cake.pk), "slides-0-alt": "Two cakes"}))
    assert (saved.headers["HX-Reswap"], slide()["alt"]) == ("none", "Two cakes")
    refused = save(**(form | {"slides-0-link-to": "address", "slides-0-link-was": "address",
                              "slides-0-link-value": "javascript:alert(1)"}))  # fmt: skip
    assert (refused.status_code, "Pictures 1: Write an address" in refused.content.decode()) == (422, True)
    assert slide()["link"]["to"] == "product"


def test_products_are_picked_and_ordered(owner, merchant):
    first, second = make_product(name="First"), make_product(name="Second", is_on_sale=False)
    variant = made.draft(made.general(made.home()), made.block("products", products=[first.pk]))
    address = f"/pages/variants/{variant.pk}/blocks/{variant.draft[0]['id']}"
    form = {"source": "hand", "products": [str(first.pk)], "products-asked": "1", "most": "6", "layout": "two"}
    page = text(owner.post(address, {"revision": 1, **form, "act": f"pick:products:{second.pk}"}))
    assert "Second (not on sale)" in page
    form["products"].append(str(second.pk))
    owner.post(address, {"revision": 2, **form, "act": "up:products:1"})
    variant.refresh_from_db()
    assert variant.draft[0]["products"] == [second.pk, first.pk]
    page = text(owner.post(address, {"revision": 3, **form, "source": "tag", "redraw": "1"}))
    assert 'name="tag"' in page
    assert 'name="products-asked"' not in page
    variant.refresh_from_db()
    assert variant.draft[0]["products"] == [first.pk, second.pk]  # kept for who comes back to it


def test_a_countdown_is_in_the_merchants_time(owner, merchant):
    variant = made.draft(made.general(made.home()), made.block("countdown"))
    address = f"/pages/variants/{variant.pk}/blocks/{variant.draft[0]['id']}"
    owner.post(address, {"revision": 1, "title": "Sale", "until": "2030-11-11T00:00"})
    variant.refresh_from_db()
    assert variant.draft[0]["until"] in ("2030-11-11T00:00:00+08:00", "2030-11-10T16:00:00Z")
    assert 'value="2030-11-11T00:00"' in text(owner.get(address))
    assert owner.post(address, {"revision": 2, "title": "Sale", "until": "soon"}).status_code == 422


@bad_pictures.EACH
def test_a_picture_of_a_block_that_is_none(owner, merchant, bad, said):
    variant = made.draft(made.general(made.home()), made.block("video"))
    address = f"/pages/variants/{variant.pk}/blocks/{variant.draft[0]['id']}"
    answer = owner.post(address, {"revision": 1, "poster-file": bad_upload(bad)})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    variant.refresh_from_db()
    assert variant.revision == 1


@bad_pictures.EACH
def test_a_picture_to_share_that_is_none(owner, merchant, bad, said):
    answer = owner.post("/pages/new", {"title": "双十一", "slug": "double-eleven", "picture": bad_upload(bad)})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Page.objects.exists()


def test_an_empty_file_is_no_picture(owner, merchant):
    variant = made.draft(made.general(made.home()), made.block("video"))
    address = f"/pages/variants/{variant.pk}/blocks/{variant.draft[0]['id']}"
    answer = owner.post(address, {"revision": 1, "poster-file": SimpleUploadedFile("a.png", b"")})
    assert (answer.status_code, "Only JPEG, PNG, WebP and GIF" in answer.content.decode()) == (422, True)
    variant.refresh_from_db()
    assert variant.revision == 1


def test_who_saves_later_is_told(owner, merchant):
    variant = made.draft(made.general(made.home()), notice("Mine"))
    answer = changed(owner, variant, "add:spacer", 0)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#conflict")
    assert "tester changed this page" in answer.content.decode()
    block = variant.draft[0]["id"]
    late = owner.post(f"/pages/variants/{variant.pk}/blocks/{block}", {"revision": 0, "text": "Lost?"})
    assert late.status_code == 409
    variant.refresh_from_db()
    assert [each["text"] for each in variant.draft] == ["Mine"]


def test_publish_and_go_back(owner, merchant):
    page = made.home()
    variant = made.draft(made.general(page), notice("One"))
    answer = owner.post(f"/pages/variants/{variant.pk}/publish", {"revision": 1})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/pages/variants/{variant.pk}")
    made.draft(variant, notice("Two"))
    later = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    owner.post(f"/pages/variants/{variant.pk}/publish", {"revision": 2, "from": later})
    listed = text(owner.get(f"/pages/variants/{variant.pk}/versions"))
    assert all(words in listed for words in ("Shown", "Waits"))
    first, waiting = PageVersion.objects.order_by("pk")
    owner.post(f"/pages/versions/{waiting.pk}/withdraw")
    owner.post(f"/pages/versions/{first.pk}/again")
    owner.post(f"/pages/versions/{first.pk}/draft")
    variant.refresh_from_db()
    assert (texts(), variant.draft[0]["text"]) == (["One"], "One")
    owner.post(f"/pages/variants/{variant.pk}/down")
    assert texts() is None


def test_what_is_unfinished_is_refused(owner, merchant):
    variant = made.draft(made.general(made.home()), made.block("banner"))
    answer = owner.post(f"/pages/variants/{variant.pk}/publish", {"revision": 1}, headers={"HX-Request": "true"})
    assert (answer.status_code, "Add a picture." in answer.content.decode()) == (409, True)
    assert PageVersion.objects.count() == 0


def test_a_page_for_a_segment(owner, merchant):
    page, segment = made.home(), segment_of()
    made.draft(made.general(page), notice("Hello"))
    answer = owner.post(f"/pages/{page.pk}/segments", {"segment": segment.pk})
    assert segment.name in text(owner.get(answer.headers["Location"]))
    variant = page.variants.get(segment=segment)
    owner.post(f"/pages/variants/{variant.pk}/remove")
    assert segment.name not in text(owner.get(f"/pages/{page.pk}")).split("<select")[0]


def test_the_editor_in_few_statements(owner, merchant, django_assert_num_queries):
    variant = made.draft(made.general(made.home()), *(notice(str(number)) for number in range(30)))
    owner.get(f"/pages/variants/{variant.pk}")
    with django_assert_num_queries(10):
        assert f"/s/{merchant.slug}/preview/" in text(owner.get(f"/pages/variants/{variant.pk}"))


def test_who_may(client_for, merchant):
    page = made.home()
    variant = made.draft(made.general(page), notice("Hello"))
    manager = client_for(merchant, "store_manager", make_store("S1"))
    for address in ("/pages", f"/pages/variants/{variant.pk}", f"/pages/{page.pk}"):
        assert manager.get(address).status_code == 403
    assert changed(manager, variant, "add:spacer", 1).status_code == 403
    assert manager.post(f"/pages/variants/{variant.pk}/publish", {"revision": 1}).status_code == 403
    assert client_for(merchant, "operations").get("/pages").status_code == 200

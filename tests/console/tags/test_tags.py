"""Tags on screen: the vocabulary, one person's tags, runs; who may and who may not."""

from __future__ import annotations

import json

import pytest

from tests.console.conftest import text
from tests.factories.customers import make_customer
from tests.factories.tags import carry_out, give, make_group, make_tag, names
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as merchant_services
from yutang.areas.tags.models import Tag, Tagging, TaggingRun, TagGroup

HANGZHOU = {"attr": "customers.city", "op": "=", "value": "Hangzhou"}


@pytest.fixture
def store(actor):
    return merchant_services.add_node(
        parent=merchants.root_node(), kind="store", code="S1", name="Store 1", actor=actor
    )  # fmt: skip


def test_a_group_and_a_tag_are_made(client_for, merchant):
    browser = client_for(merchant)
    assert "No tag group yet" in text(browser.get("/tags"))
    made = browser.post("/tags/groups/new", {"name": "Taste", "kind": "wecom", "colour": "red", "is_exclusive": "on"})
    assert (made.status_code, made.headers["Location"]) == (302, "/tags/groups")
    group = TagGroup.objects.get()
    assert (group.name, group.kind, group.colour, group.is_exclusive) == ("Taste", "wecom", "red", True)
    browser.post("/tags/new", {"name": "Sweet", "group": group.pk, "description": "Likes it sweet", "keep_days": "90"})
    tag = Tag.objects.get()
    assert (tag.name, tag.keep_days, tag.rule) == ("Sweet", 90, None)
    for page in (text(browser.get("/tags")), text(browser.get("/tags?kind=wecom&how=hand"))):
        assert "Sweet" in page
        assert "90 days" in page
    assert "Sweet" not in text(browser.get("/tags?kind=local"))
    assert "Sweet" in text(browser.get("/tags/groups"))


def test_what_is_wrong_stands_beside_the_field(client_for, merchant):
    browser, group = client_for(merchant), make_group()
    make_tag(group, name="Sweet")
    refused = browser.post("/tags/new", {"name": "Sweet", "group": group.pk})
    assert refused.status_code == 422
    assert "Sweet exists already." in refused.content.decode()
    broken = browser.post("/tags/new?rule=1", {"name": "New", "group": group.pk, "rule": json.dumps({"attr": "no"})})
    assert broken.status_code == 422
    assert "no is not known" in broken.content.decode()
    assert Tag.objects.count() == 1


def test_a_rule_is_previewed_and_saved(client_for, merchant):
    browser, group = client_for(merchant), make_group()
    assert "segmentBuilder" in text(browser.get("/tags/new?rule=1"))
    shown = text(browser.post("/tags/preview", {"rule": json.dumps(HANGZHOU)}))
    assert "get it" in shown
    assert "City is Hangzhou" in shown
    browser.post("/tags/new?rule=1", {"name": "Local", "group": group.pk, "rule": json.dumps(HANGZHOU)})
    tag = Tag.objects.get()
    assert tag.rule == HANGZHOU
    assert "being computed" in text(browser.get("/tags"))
    browser.post(f"/tags/{tag.pk}?rule=0", {"name": "Local", "group": group.pk})
    tag.refresh_from_db()
    assert tag.rule is None


def test_one_tap_gives_and_takes_on_the_persons_page(client_for, merchant):
    browser, person, tag = client_for(merchant), make_customer(), make_tag(name="Sweet")
    other = make_tag(name="Sour", rule=HANGZHOU)
    offered = text(browser.get(f"/customers/{person.pk}/tags", headers={"HX-Request": "true"}))
    assert f'value="{tag.pk}"' in offered
    assert "Sweet" in offered
    tapped = browser.post(
        f"/customers/{person.pk}/tags", {"tag": tag.pk, "evidence": "from a chat"}, headers={"HX-Request": "true"}
    )
    assert "from a chat" in text(tapped)
    assert "<html" not in text(tapped)
    assert names(person) == ["Sweet"]
    give(person, other)
    page = text(browser.get(f"/customers/{person.pk}"))
    assert "Tagged by hand" in page
    taken = browser.post(f"/customers/{person.pk}/tags/{tag.pk}/take")
    assert taken.headers["Location"] == f"/customers/{person.pk}"
    assert names(person) == ["Sour"]
    assert "Taken away" in text(browser.get(f"/customers/{person.pk}"))


def test_the_card_costs_the_same_for_many_tags(client_for, merchant, django_assert_num_queries):
    browser, person = client_for(merchant), make_customer()
    for _ in range(12):
        give(person, make_tag())
    browser.get(f"/customers/{person.pk}")
    with django_assert_num_queries(19):
        browser.get(f"/customers/{person.pk}")


def test_the_customer_list_is_filtered_by_tag(client_for, merchant):
    browser, tag = client_for(merchant), make_tag(name="Sweet")
    has, has_not = make_customer(name="Ada"), make_customer(name="Bartholomew")
    give(has, tag)
    page = text(browser.get(f"/customers?tag={tag.pk}"))
    assert "Ada" in page
    assert "Bartholomew" not in page
    assert has_not.name in text(browser.get("/customers?tag=x"))


def test_many_are_tagged_watched_and_undone(client_for, merchant):
    browser, tag = client_for(merchant), make_tag(name="Sweet")
    people = [make_customer() for _ in range(3)]
    ids = [str(person.pk) for person in people[:2]]
    chosen = text(browser.post("/tags/runs/new", {"ids": ids}))
    assert "2 chosen people" in chosen
    started = browser.post("/tags/runs/new", {"ids": ids, "tag": tag.pk, "action": "give", "reason": "Fair"})
    run = TaggingRun.objects.get()
    assert started.headers["Location"] == f"/tags/runs/{run.pk}"
    assert "hx-get" in text(browser.get(f"/tags/runs/{run.pk}", headers={"HX-Target": "run"}))
    carry_out(run)
    assert "hx-get" not in text(browser.get(f"/tags/runs/{run.pk}", headers={"HX-Target": "run"}))
    assert [names(person) for person in people] == [["Sweet"], ["Sweet"], []]
    assert "Sweet" in text(browser.get("/tags/runs"))
    browser.post(f"/tags/runs/{run.pk}/undo")
    carry_out(run)
    assert "Undone" in text(browser.get(f"/tags/runs/{run.pk}"))
    assert not Tagging.objects.filter(ended_at__isnull=True).exists()


def test_a_run_needs_people(client_for, merchant):
    refused = client_for(merchant).post("/tags/runs/new", {"tag": make_tag().pk, "action": "give"})
    assert refused.status_code == 422
    assert "Choose a segment or some people first." in refused.content.decode()


def test_a_store_tags_its_own_people_and_defines_nothing(client_for, merchant, store):
    browser = client_for(merchant, "store_manager", store)
    own, foreign, tag = make_customer(node_id=store.pk), make_customer(), make_tag(name="Sweet")
    browser.post(f"/customers/{own.pk}/tags", {"tag": tag.pk})
    assert names(own) == ["Sweet"]
    assert browser.post(f"/customers/{foreign.pk}/tags", {"tag": tag.pk}).status_code == 404
    assert names(foreign) == []
    for address in ("/tags/new", "/tags/groups/new", f"/tags/{tag.pk}", "/tags/runs/new"):
        assert browser.get(address).status_code == 403
    assert "New tag" not in text(browser.get("/tags"))
    boss_of_the_store = client_for(merchant, "owner", store)
    assert boss_of_the_store.get("/tags/new").status_code == 403


def test_the_list_costs_a_fixed_number_of_queries(client_for, merchant, django_assert_num_queries):
    browser, group = client_for(merchant), make_group()
    make_tag(group)
    browser.get("/tags")
    with django_assert_num_queries(12):
        browser.get("/tags")
    for _ in range(5):
        make_tag(group)
    with django_assert_num_queries(12):
        browser.get("/tags")

"""Rule tags follow their rules; a hand's tagging is never theirs to take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories.customers import make_customer
from tests.factories.tags import give, make_group, make_tag, names
from yutang.areas.customers.models import Customer
from yutang.areas.segments import queries as segments
from yutang.areas.segments import services as segment_services
from yutang.areas.segments.errors import RuleInvalid
from yutang.areas.tags import queries, services
from yutang.areas.tags.errors import RuleOfItself, TagInUse
from yutang.areas.tags.models import Tagging
from yutang.lake import writer

pytestmark = pytest.mark.filterwarnings("ignore:Delete operation did not match")

HANGZHOU = {"attr": "customers.city", "op": "=", "value": "Hangzhou"}
NOW = datetime(2026, 5, 1, 4, tzinfo=UTC)


def lives(person, city) -> None:
    Customer.objects.filter(pk=person.pk).update(city=city)
    writer.mark_people_changed(person.merchant_id)
    writer.run()


def follow(tag) -> None:
    services.recompute(merchant_id=tag.merchant_id, tag_id=tag.pk, chunk=2)


def test_people_get_it_and_lose_it(merchant, actor):
    people = [make_customer() for _ in range(5)]
    for person in people[:4]:
        lives(person, "Hangzhou")
    tag = make_tag(name="Local", rule=HANGZHOU)
    give(people[0], tag)
    give(people[4], tag)
    follow(tag)
    assert [names(p) for p in people] == [["Local"]] * 5
    assert sorted(Tagging.objects.values_list("source", flat=True)) == ["manual", "manual", "rule", "rule", "rule"]
    lives(people[0], "Shanghai")
    lives(people[1], "Shanghai")
    effect = services.preview(rule=HANGZHOU, tag=tag, actor=actor)
    assert (list(effect.gained), list(effect.lost), effect.kept, effect.by_hand) == ([], [people[1].pk], 4, 2)
    follow(tag)
    assert [names(p) for p in people] == [["Local"], [], ["Local"], ["Local"], ["Local"]]
    assert Tagging.objects.get(customer=people[1]).end_reason == "rule"
    follow(tag)
    assert Tagging.objects.count() == 5


def test_a_preview_writes_nothing_and_knows_new_tags(merchant, actor):
    person = make_customer()
    lives(person, "Hangzhou")
    effect = services.preview(rule=HANGZHOU, tag=None, actor=actor)
    assert (list(effect.gained), list(effect.lost), effect.kept) == ([person.pk], [], 0)
    assert not Tagging.objects.exists()


def test_with_days_it_is_kept_after_the_rule_last_held(merchant):
    person, tag = make_customer(), make_tag(name="T", rule=HANGZHOU, keep_days=10)
    lives(person, "Hangzhou")
    with time_machine.travel(NOW, tick=False) as clock:
        follow(tag)
        clock.move_to(NOW + timedelta(days=4))
        follow(tag)
        assert Tagging.objects.get().expires_at == NOW + timedelta(days=14)
        lives(person, "Shanghai")
        follow(tag)
        assert names(person) == ["T"]
        clock.move_to(NOW + timedelta(days=14))
        assert names(person) == []


def test_a_rule_without_its_segment_says_so_and_changes_nothing(merchant, actor):
    person = make_customer()
    lives(person, "Hangzhou")
    segment = segment_services.create(name="S", rule=HANGZHOU, actor=actor)
    tag = make_tag(name="T", rule={"segment": segment.pk})
    follow(tag)
    segment_services.archive(segment_id=segment.pk, actor=actor)
    follow(tag)
    tag.refresh_from_db()
    assert tag.rule_error.startswith("segment: There is no segment")
    assert names(person) == ["T"]


def test_without_its_rule_the_tag_stays_with_those_who_had_it(merchant, actor):
    person = make_customer()
    lives(person, "Hangzhou")
    tag = make_tag(name="T", rule=HANGZHOU)
    follow(tag)
    services.update(tag_id=tag.pk, group_id=tag.group_id, name="T", rule=None, actor=actor)
    lives(person, "Shanghai")
    follow(tag)
    assert names(person) == ["T"]


def test_rules_that_cannot_be_are_refused(merchant, actor):
    tag = make_tag()
    itself = {"attr": "tags.ids", "op": "in", "value": [tag.pk]}
    with pytest.raises(RuleOfItself):
        services.update(tag_id=tag.pk, group_id=tag.group_id, name="T", rule=itself, actor=actor)
    with pytest.raises(RuleInvalid):
        make_tag(rule={"attr": "nothing", "op": "=", "value": 1})


# -- segments over tags ----------------------------------------------------------------------------------------------


def people_with(op, *tags, actor) -> set[int]:
    value = {"value": [tag.pk for tag in tags]} if tags else {}
    return set(segments.bitmap({"attr": "tags.ids", "op": op, **value}, actor=actor))


def test_segments_ask_for_any_all_or_none_of_the_tags(merchant, actor):
    a, b, both, none = (make_customer() for _ in range(4))
    one, other = make_tag(), make_tag()
    for person, tag in [(a, one), (b, other), (both, one), (both, other)]:
        give(person, tag)
    expired = make_tag(keep_days=1)
    with time_machine.travel(datetime(2020, 1, 1, tzinfo=UTC)):
        give(none, expired)
    writer.run()
    assert people_with("in", one, actor=actor) == {a.pk, both.pk}
    assert people_with("in", one, other, actor=actor) == {a.pk, b.pk, both.pk}
    assert people_with("has all", one, other, actor=actor) == {both.pk}
    assert people_with("not in", one, actor=actor) == {b.pk, none.pk}
    assert people_with("is empty", actor=actor) == {none.pk}
    assert people_with("is not empty", actor=actor) == {a.pk, b.pk, both.pk}
    for rule, found in [
        ({"attr": "tags.ids", "op": "has all", "value": [one.pk, other.pk]}, {a.pk, b.pk, none.pk}),
        ({"attr": "tags.ids", "op": "in", "value": [one.pk]}, {b.pk, none.pk}),
        ({"attr": "tags.ids", "op": "not in", "value": [one.pk]}, {a.pk, both.pk}),
    ]:
        assert set(segments.bitmap({"not": rule}, actor=actor)) == found
    assert queries.counts(actor=actor) == {one.pk: 2, other.pk: 2}


def test_a_tag_in_use_is_not_deleted_and_a_deleted_one_leaves_everybody(merchant, actor):
    person, group = make_customer(), make_group()
    tag = make_tag(group, name="T")
    give(person, tag)
    rule = {"not": {"any": [{"attr": "tags.ids", "op": "in", "value": [tag.pk]}]}}
    segment = segment_services.create(name="Without", rule=rule, actor=actor)
    with pytest.raises(TagInUse) as refused:
        services.archive(tag_id=tag.pk, actor=actor)
    assert refused.value.params == {"names": "Without"}
    segment_services.archive(segment_id=segment.pk, actor=actor)
    services.archive(tag_id=tag.pk, actor=actor)
    assert names(person) == []
    services.end_archived(merchant_id=merchant.pk, tag_id=tag.pk, chunk=1)
    assert Tagging.objects.get().end_reason == "archived"

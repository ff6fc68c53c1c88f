"""One person's tags: given, taken, renewed, expired, exclusive; and what merging does to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from tests.factories.tags import give, make_group, make_tag, names, run_now
from yutang.areas.customers import services as customers
from yutang.areas.customers.errors import AlreadyMerged, PersonErased
from yutang.areas.customers.models import Customer
from yutang.areas.tags import queries, services
from yutang.areas.tags.errors import NameTaken
from yutang.areas.tags.models import LifeFact, Tagging
from yutang.core import access, clock, tenancy
from yutang.core.errors import Invalid, NotAllowed, NotFound
from yutang.core.models import AuditEntry

NOW = datetime(2026, 5, 1, 4, tzinfo=UTC)


def test_a_tag_stands_with_who_when_and_why(merchant, actor):
    person, tag = make_customer(), make_tag(name="Sweet tooth")
    with time_machine.travel(NOW, tick=False):
        services.give(customer=person, tag_id=tag.pk, evidence=" from a  chat ", actor=actor)
    row = Tagging.objects.get()
    assert (row.customer_id, row.home_customer_id, row.source) == (person.pk, person.pk, "manual")
    assert (row.given_at, row.given_by, row.evidence, row.expires_at) == (NOW, "test", "from a chat", None)
    assert names(person) == ["Sweet tooth"]
    assert AuditEntry.objects.get(action="tags.give").detail == {"tag": tag.pk}


def test_giving_twice_changes_nothing(merchant):
    person, tag = make_customer(), make_tag()
    first = give(person, tag, evidence="a")
    assert give(person, tag, evidence="b").pk == first.pk
    assert Tagging.objects.get().evidence == "a"
    assert AuditEntry.objects.filter(action="tags.give").count() == 1


def test_taking_keeps_the_history(merchant, actor):
    person, tag = make_customer(), make_tag()
    give(person, tag)
    assert services.take(customer=person, tag_id=tag.pk, actor=actor) == 1
    assert services.take(customer=person, tag_id=tag.pk, actor=actor) == 0
    assert names(person) == []
    assert [(row.end_reason, row.ended_by) for row in queries.of_person_and_before(person)[1]] == [("removed", "test")]


def test_it_expires_after_the_tags_days_and_can_be_given_again(merchant):
    person, tag = make_customer(), make_tag(name="Visited", keep_days=30)
    with time_machine.travel(NOW, tick=False) as clock:
        give(person, tag)
        clock.move_to(NOW + timedelta(days=30, seconds=-1))
        assert names(person) == ["Visited"]
        clock.move_to(NOW + timedelta(days=30))
        assert names(person) == []  # before any job has ended it
        assert services.expire() == 1
        assert services.expire() == 0
        give(person, tag)
        assert names(person) == ["Visited"]
    ended = Tagging.objects.get(ended_at__isnull=False)
    assert (ended.end_reason, ended.ended_at) == ("expired", NOW + timedelta(days=30))


def test_an_expiry_in_the_past_is_refused(merchant):
    with pytest.raises(Invalid) as refused:
        give(make_customer(), make_tag(), expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert refused.value.field == "expires_at"
    assert not Tagging.objects.exists()


def test_of_an_exclusive_group_there_is_one(merchant):
    person, group = make_customer(), make_group(is_exclusive=True)
    small, big = make_tag(group, name="Small"), make_tag(group, name="Big")
    other = make_tag(name="Other")
    for tag in (small, other, big):
        give(person, tag)
    assert sorted(names(person)) == ["Big", "Other"]
    assert Tagging.objects.get(tag=small).end_reason == "replaced"


def test_a_hand_takes_over_what_a_run_gave(merchant):
    person, tag = make_customer(), make_tag()
    run_now(tag, [person])
    give(person, tag, evidence="said so")
    assert [(r.source, r.end_reason) for r in Tagging.objects.order_by("id")] == [("bulk", "renewed"), ("manual", "")]


def test_after_a_merge_both_and_after_its_undoing_each_its_own(merchant, actor):
    one, other = make_customer(), make_customer()
    both, left, right, late = (make_tag(name=name) for name in ("Both", "Left", "Right", "Late"))
    for person, tag in [(one, both), (one, left), (other, both), (other, right)]:
        give(person, tag)
    merge = customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert sorted(names(one)) == ["Both", "Left", "Right"]
    give(one, late)
    give(one, right)  # has it already, through the other
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert (sorted(names(one)), sorted(names(other))) == (["Both", "Late", "Left"], ["Both", "Right"])


def test_taking_from_a_merged_person_takes_it_from_every_home(merchant, actor):
    one, other, tag = make_customer(), make_customer(), make_tag()
    give(one, tag)
    give(other, tag)
    customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert services.take(customer=one, tag_id=tag.pk, actor=actor) == 2
    assert names(one) == []


def test_names_are_free_once(merchant, actor):
    group = make_group(name="Taste")
    make_tag(group, name="Sweet")
    with pytest.raises(NameTaken):
        make_tag(group, name=" Sweet ")
    with pytest.raises(NameTaken):
        make_group(name="Taste")
    make_tag(make_group(), name="Sweet")


def test_who_may_not_is_refused(merchant):
    person, tag = make_customer(), make_tag()
    nobody = access.Actor(kind="user", id=1, name="x", merchant_id=merchant.pk, grants={"tags.view": None})
    local = access.Actor(kind="user", id=1, name="x", merchant_id=merchant.pk, grants={"tags.edit": frozenset({1})})
    with pytest.raises(NotAllowed):
        services.give(customer=person, tag_id=tag.pk, actor=nobody)
    with pytest.raises(NotAllowed):
        services.create_group(name="Mine", actor=local)


def test_another_merchants_tag_does_not_exist(merchant):
    other = make_merchant()
    with tenancy.scope(other.pk):
        tag = make_tag()
    with pytest.raises(NotFound):
        give(make_customer(), tag)


@pytest.mark.parametrize("write", ["tag", "life"])
def test_who_was_merged_or_erased_meanwhile_gets_nothing(merchant, actor, write):
    """A request has read the person; then somebody else's merge or erasure commits. A tag that the absorbed home has
    already was tried for ever."""
    survivor, absorbed, erased = make_customer(), make_customer(), make_customer()
    tag = make_tag(name="T")
    give(absorbed, tag)
    customers.merge(survivor_id=survivor.pk, absorbed_id=absorbed.pk, evidence=[], actor=actor)
    Customer.objects.filter(pk=erased.pk).update(erased_at=clock.now())

    def told(person):
        if write == "tag":
            return give(person, tag)
        values = services.LifeValues(name="Mimi")
        return services.record_life(customer=person, kind="child", values=values, actor=actor)

    with pytest.raises(AlreadyMerged):
        told(absorbed)
    with pytest.raises(PersonErased):
        told(erased)
    assert (Tagging.objects.count(), LifeFact.objects.count()) == (1, 0)

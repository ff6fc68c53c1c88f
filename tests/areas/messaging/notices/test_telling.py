"""Telling people something: once each, whoever they are today, switched off, read, forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from yutang.areas.customers import erasing
from yutang.areas.customers import services as customers
from yutang.areas.messaging import queries_notices as queries
from yutang.areas.messaging import services
from yutang.areas.messaging.models import Notice
from yutang.areas.messaging.services import News
from yutang.areas.privacy import holders, registry, retention
from yutang.core import access, clock, tenancy

KIND = "level-up"


def tell(actor, *people: int, key: str = "level-up:1", level: str = "Gold") -> int:
    news = [News(person, key, {"level": level}) for person in people]
    return services.notify(kind=KIND, news=news, actor=actor)


def keys() -> list[tuple[int, str]]:
    return list(Notice.objects.order_by("customer_id", "key").values_list("customer_id", "key"))


def test_one_and_many_are_told_once(actor):
    people = [make_customer().pk for _ in range(3)]
    assert tell(actor, people[0]) == 1
    assert tell(actor, *people, people[1]) == 2
    assert tell(actor, *people) == 0
    assert tell(actor, people[0], key="level-up:2") == 1
    assert keys() == [(people[0], "level-up:1"), (people[0], "level-up:2"), (people[1], "level-up:1"),
                      (people[2], "level-up:1")]  # fmt: skip


def test_as_many_statements_for_one_as_for_many(actor, django_assert_num_queries):
    people = [make_customer().pk for _ in range(30)]
    with django_assert_num_queries(5):  # savepoint, rule, who they are today, all notices, savepoint
        tell(actor, people[0])
    with django_assert_num_queries(5):
        assert tell(actor, *people) == 29


def test_words_are_made_when_they_are_read(actor):
    person = make_customer().pk
    tell(actor, person, level="金卡")
    row = queries.of_person(person).get()
    said = queries.told(row)
    assert (said.title, said.text) == ("A higher level", "You are 金卡 now. See what it gives you.")
    assert (said.page, said.icon, said.read_at) == (("membership",), "crown", None)


def test_a_kind_that_is_not_known_any_more_is_still_shown(actor):
    person = make_customer().pk
    Notice.objects.create(
        merchant_id=actor.merchant_id, customer_id=person, home_customer_id=person, kind="gone", key="x"
    )
    said = queries.told(queries.of_person(person).get())
    assert (said.title, said.text, said.page) == ("Notice", "", ())


def test_no_kind_that_nobody_registered(actor):
    with pytest.raises(ValueError, match="no such kind"):
        services.notify(kind="gone", news=[News(make_customer().pk, "x")], actor=actor)


def test_nobody_is_told_of_a_kind_that_is_off(actor):
    person = make_customer().pk
    services.save_reminders(hour=10, rules={KIND: (False, None)}, actor=actor)
    assert tell(actor, person) == 0
    services.save_reminders(hour=10, rules={KIND: (True, None)}, actor=actor)
    assert tell(actor, person) == 1


# -- people who are merged, separated, erased --------------------------------------------------------------------------


def test_merged_people_have_the_notices_of_both_and_are_told_nothing_again(actor):
    one, two = make_customer().pk, make_customer().pk
    tell(actor, one)
    tell(actor, two, key="level-up:2")
    merged = customers.merge(survivor_id=two, absorbed_id=one, evidence=[], actor=actor)
    assert keys() == [(two, "level-up:1"), (two, "level-up:2")]
    assert tell(actor, two) == tell(actor, one) == 0  # told as the one, before
    assert tell(actor, one, key="level-up:3") == 1
    assert keys()[-1] == (two, "level-up:3")
    customers.unmerge(merge_id=merged.pk, actor=actor)
    assert keys() == [(one, "level-up:1"), (two, "level-up:2"), (two, "level-up:3")]


def test_who_was_erased_is_told_nothing_and_keeps_nothing(actor):
    person, other = make_customer(), make_customer()
    tell(actor, person.pk, other.pk)
    holder = next(one for one in registry.holders() if one.area == "messaging")
    assert holder.tables == ("messaging_onetimecode", "messaging_notice")
    known = erasing.person(person)
    copied = holders.copy_messages(known)["Notices"]
    assert [(row["title"], row["text"], row["read_at"]) for row in copied] == [
        ("A higher level", "You are Gold now. See what it gives you.", None)
    ]
    holders.forget_messages(known, actor)
    assert keys() == [(other.pk, "level-up:1")]
    person.erased_at = clock.now()
    person.save()
    assert tell(actor, person.pk) == 0


def test_old_notices_go_by_themselves(actor):
    person = make_customer().pk
    tell(actor, person)
    tell(actor, person, key="level-up:2")
    Notice.objects.filter(key="level-up:1").update(at=clock.now() - timedelta(days=366))
    line = next(line for line in retention.overview(actor=actor) if line.timer.kind == "notices")
    assert (line.days, line.due) == (365, 1)
    assert retention.sweep(actor=actor)["notices"] == 1
    assert keys() == [(person, "level-up:2")]


# -- reading -----------------------------------------------------------------------------------------------------------


def test_reading_is_counted_and_what_came_meanwhile_stays_new(actor, django_assert_num_queries):
    person, other = make_customer().pk, make_customer().pk
    for number in range(3):
        tell(actor, person, other, key=f"level-up:{number}")
    last = queries.of_person(person).order_by("-id")[0].pk
    tell(actor, person, key="level-up:9")
    with django_assert_num_queries(1):
        assert queries.unread(person) == 4
    assert services.read_all(customer_id=person, up_to=last, actor=actor) == 3
    assert services.read_all(customer_id=person, up_to=last, actor=actor) == 0
    assert (queries.unread(person), queries.unread(other)) == (1, 3)


def test_another_merchant_is_told_and_sees_nothing(actor):
    person = make_customer().pk
    tell(actor, person)
    row = Notice.objects.get().pk
    other = make_merchant()
    with tenancy.scope(other.pk):
        assert tell(access.system(other.pk, "test"), person) == 0
        assert services.read_all(customer_id=person, up_to=row, actor=access.system(other.pk, "test")) == 0
        assert (Notice.objects.count(), queries.unread(person)) == (0, 0)
    assert queries.unread(person) == 1

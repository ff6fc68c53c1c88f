"""Life facts: what is said, changed, taken back; health notes; merging; and what segments may ask."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from tests.factories.customers import make_customer
from yutang.areas.customers import services as customers
from yutang.areas.segments import queries as segments
from yutang.areas.tags import queries, services
from yutang.areas.tags.errors import ConsentMissing
from yutang.areas.tags.lunar import YearlyDay
from yutang.areas.tags.models import LifeFact
from yutang.areas.tags.services import LifeValues
from yutang.core import access
from yutang.core.errors import Invalid, NotAllowed, NotFound
from yutang.core.models import AuditEntry
from yutang.lake import engine, writer

pytestmark = pytest.mark.filterwarnings("ignore:Delete operation did not match")
TODAY = datetime(2026, 5, 1, 4, tzinfo=UTC)


def born(*numbers, calendar="solar", is_leap=False) -> YearlyDay:
    return YearlyDay(calendar, *numbers, is_leap=is_leap)


def say(person, kind, *, actor, **values):
    return services.record_life(customer=person, kind=kind, values=LifeValues(**values), actor=actor)


def test_a_fact_stands_with_its_source_and_is_changed_with_its_history(merchant, actor):
    person = make_customer()
    first = services.record_life(
        customer=person, kind="child", values=LifeValues(name="Mimi", detail="girl", on=born(2021, 6, 1)),
        source="chat", evidence="from a chat on 1 May", actor=actor,
    )  # fmt: skip
    assert (first.born_on, first.recorded_by, first.evidence) == (date(2021, 6, 1), "test", "from a chat on 1 May")
    second = services.change_life(
        fact_id=first.pk, customer=person, values=LifeValues(name="Mimi", detail="girl", on=born(2021, 6, 2)),
        actor=actor,
    )  # fmt: skip
    assert (second.thread, second.born_on) == (first.pk, date(2021, 6, 2))
    assert queries.life_of(person, actor=actor) == [second]
    assert [fact.pk for fact in queries.life_and_before(person, actor=actor)[1]] == [first.pk]
    services.retire_life(fact_id=second.pk, customer=person, evidence="mistake", actor=actor)
    assert queries.life_of(person, actor=actor) == []
    assert [fact.reversed_by.evidence for fact in queries.life_and_before(person, actor=actor)[1]] == ["mistake", ""]
    with pytest.raises(NotFound):
        services.retire_life(fact_id=second.pk, customer=person, actor=actor)
    actions = AuditEntry.objects.filter(action__contains="_life").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["tags.record_life", "tags.change_life", "tags.retire_life"]


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("child", {"detail": "dog"}, "detail"), ("ghost", {"name": "x"}, "kind"), ("pet", {}, "name"),
        ("child", {"on": born(2023, 2, 29)}, "day"), ("travel", {"name": "x" * 201}, "name"),
        ("birthday", {"on": born(2024, 2, 1, calendar="lunar", is_leap=True)}, "is_leap"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_refused(merchant, actor, kind, values, field):
    with pytest.raises(Invalid) as refused:
        say(make_customer(), kind, actor=actor, **values)
    assert refused.value.field == field
    assert not LifeFact.objects.exists()


def test_health_needs_consent_and_its_own_permission_and_stays_in_the_pool(merchant, actor):
    person = make_customer()
    staff = access.Actor(kind="user", id=1, name="x", merchant_id=merchant.pk, grants={"life.edit": None})
    with pytest.raises(ConsentMissing):
        say(person, "health", name="Diabetes", actor=actor)
    with pytest.raises(NotAllowed):
        say(person, "health", name="Diabetes", has_consent=True, actor=staff)
    say(person, "health", name="Diabetes", has_consent=True, actor=actor)
    assert [fact.name for fact in queries.life_of(person, actor=actor)] == ["Diabetes"]
    assert queries.life_of(person, actor=staff) == []
    writer.run()
    row = engine.query("SELECT kind, detail, born_on FROM tags.life").to_pylist()
    assert row == [{"kind": None, "detail": None, "born_on": None}]


def test_it_ends_after_its_last_day(merchant, actor):
    person = make_customer()
    with time_machine.travel(TODAY, tick=False) as clock:
        say(person, "travel", name="Kyoto", valid_until=date(2026, 5, 3), actor=actor)
        clock.move_to(datetime(2026, 5, 3, 4, tzinfo=UTC))
        assert services.end_life() == 0
        clock.move_to(datetime(2026, 5, 4, 4, tzinfo=UTC))
        assert services.end_life() == 1
        assert services.end_life() == 0
    assert queries.life_of(person, actor=actor) == []


def test_after_a_merge_both_and_after_its_undoing_each_its_own(merchant, actor):
    one, other = make_customer(), make_customer()
    say(one, "pet", name="Rex", detail="dog", actor=actor)
    cat = say(other, "pet", name="Tom", detail="cat", actor=actor)
    merge = customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert [fact.name for fact in queries.life_of(one, actor=actor)] == ["Rex", "Tom"]
    services.change_life(
        fact_id=cat.pk, customer=one, values=LifeValues(name="Tommy", detail="cat"), actor=actor
    )  # fmt: skip
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert [fact.name for fact in queries.life_of(one, actor=actor)] == ["Rex"]
    assert [fact.name for fact in queries.life_of(other, actor=actor)] == ["Tommy"]


# -- segments ----------------------------------------------------------------------------------------------------------


def who(actor, *conditions) -> set[int]:
    where = {"all": [{"attr": attr, "op": op, "value": value} for attr, op, value in conditions]}
    return set(segments.bitmap({"did": "tags.life", "where": where}, actor=actor))


def test_segments_ask_for_children_pets_and_days(merchant, actor):
    young, grown, dog, moon = (make_customer() for _ in range(4))
    with time_machine.travel(TODAY, tick=False):
        say(young, "child", name="A", on=born(2022, 5, 11), actor=actor)  # 3, in ten days 4
        say(grown, "child", name="B", on=born(2008, 5, 1), actor=actor)  # 18 today
        say(grown, "child", name="C", on=born(2014, 12, 1), actor=actor)  # 11
        wrong = say(dog, "child", name="D", on=born(2022, 1, 1), actor=actor)
        services.retire_life(fact_id=wrong.pk, customer=dog, actor=actor)
        say(dog, "pet", detail="dog", actor=actor)
        # The 23rd of the third lunar month is 9 May 2026.
        say(moon, "birthday", on=born(None, 3, 23, calendar="lunar"), actor=actor)
        writer.run()
        child = ("kind", "=", "child")
        assert who(actor, child, ("age", "between", [3, 6])) == {young.pk}
        assert who(actor, child, ("age", "=", 18)) == {grown.pk}
        assert who(actor, child, ("age", "between", [12, 17])) == set()  # never two children taken for one
        assert who(actor, child, ("days_until", "<=", 30)) == {young.pk, grown.pk}
        assert who(actor, child, ("days_until", "=", 0)) == {grown.pk}
        assert who(actor, ("detail", "=", "dog")) == {dog.pk}
        lunar = ("calendar", "=", "lunar")
        assert who(actor, ("kind", "=", "birthday"), lunar, ("days_until", "<=", 8)) == {moon.pk}
        assert who(actor, lunar, ("days_until", "<=", 7)) == set()
        assert who(actor, child) == {young.pk, grown.pk}

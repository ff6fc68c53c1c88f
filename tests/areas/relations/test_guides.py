"""Guide of whom: one at a time, by hand, for many, by a guide's code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories.codes import make_code
from tests.factories.customers import make_customer
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from tests.factories.relations import assign, bringer_of, guide_of, make_guide, relations
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.interactions import arrivals
from yutang.areas.interactions import services as interactions
from yutang.areas.relations import queries, services
from yutang.areas.relations.errors import NobodyChosen
from yutang.areas.relations.models import GuideAssignment
from yutang.core import clock, tenancy
from yutang.core.errors import Invalid
from yutang.core.models import AuditEntry

PHONE = {"kind": "phone", "value": "13800138000"}


def test_one_guide_at_a_time_with_history(merchant, actor):
    person, lin, wu = make_customer(), make_guide("Lin"), make_guide("Wu")
    assign(person, lin)
    assert assign(person, lin).pk == assign(person, lin).pk
    assign(person, wu, reason="moved away")
    assert guide_of(person) == "Wu"
    assert [(one.name, one.end_reason) for one in relations(person).said] == [("Wu", ""), ("Lin", "moved away")]
    assert services.release(customer=person, actor=actor) == 1
    assert guide_of(person) is None


def test_a_guide_is_a_colleague_of_this_merchant(merchant):
    with tenancy.scope(make_merchant().pk):
        stranger = make_guide("Stranger")
    with pytest.raises(Invalid) as refused:
        assign(make_customer(), stranger)
    assert refused.value.field == "guide"
    assert not GuideAssignment.objects.exists()


def test_of_merged_homes_the_newest_counts_and_each_keeps_its_own(merchant, actor):
    one, other, lin, wu, gu = make_customer(), make_customer(), *(make_guide(name) for name in ("Lin", "Wu", "Gu"))
    assign(one, lin)
    assign(other, wu)
    merge = customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert guide_of(one) == "Wu"
    one.refresh_from_db()
    assign(one, gu)
    assert guide_of(one) == "Gu"
    assert list(queries.people_of_guide(wu.pk)) == []
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert (guide_of(one), guide_of(other)) == ("Gu", "Wu")


def test_many_at_once(merchant, actor, django_assert_num_queries):
    everybody, lin, wu = [make_customer() for _ in range(4)], make_guide("Lin"), make_guide("Wu")
    assign(everybody[0], lin)
    assign(everybody[1], wu)
    ids = [person.pk for person in everybody[:3]]
    with django_assert_num_queries(10):
        assert services.assign_many(customer_ids=ids, guide_id=wu.pk, reason="new shop", actor=actor) == 2
    assert [guide_of(person) for person in everybody] == ["Wu", "Wu", "Wu", None]
    assert services.assign_many(customer_ids=ids, guide_id=wu.pk, actor=actor) == 0
    assert AuditEntry.objects.filter(action="relations.assign_guide").count() == 4
    with pytest.raises(NobodyChosen):
        services.assign_many(customer_ids=[10**9], guide_id=wu.pk, actor=actor)


def come_by(code, *, visitor="browser-1", identity=PHONE):
    source = arrivals.source(code.slug)
    record(event(kind="scan", visitor=visitor, source=source, properties={"code": code.slug}))
    record(event(kind="identify", visitor=visitor, identity=identity))
    link()
    return Customer.objects.get(pk=Identity.objects.get(kind=identity["kind"]).customer_id)


def test_who_comes_first_by_a_guides_code_becomes_theirs(merchant, actor):
    lin = make_guide("Lin")
    person = come_by(make_code(kind="guide", name="Lin's card", guide_id=lin.pk))
    said = relations(person).guide
    assert (said.name, said.source, said.reason) == ("Lin", "code", "Lin's card")


def test_a_later_code_changes_nothing(merchant, actor):
    lin, wu = make_guide("Lin"), make_guide("Wu")
    person = come_by(make_code(kind="guide", guide_id=lin.pk))
    second = make_code(kind="guide", guide_id=wu.pk)
    record(
        event(kind="scan", visitor="browser-1", source=arrivals.source(second.slug), properties={"code": second.slug})
    )
    assert not ProcrastinateJob.objects.filter(task_name="interactions.credit").exists()
    interactions.credit(customer_ids=[person.pk], actor=actor)
    assert guide_of(person) == "Lin"
    services.release(customer=person, actor=actor)
    interactions.credit(customer_ids=[person.pk], actor=actor)
    assert guide_of(person) is None  # a hand said so


def test_known_people_get_a_guide_but_no_bringer_by_their_first_code(merchant, actor):
    lin, owner = make_guide("Lin"), make_customer()
    record(event(visitor="browser-1", identity=PHONE, occurred_at=(clock.now() - timedelta(hours=1)).isoformat()))
    link()
    person = come_by(make_code(kind="guide", guide_id=lin.pk, customer_id=owner.pk))
    assert ProcrastinateJob.objects.get(task_name="interactions.credit").args["customer_ids"] == [person.pk]
    interactions.credit(customer_ids=[person.pk], actor=actor)
    assert (guide_of(person), bringer_of(person)) == ("Lin", None)


def test_a_persons_code_brings(merchant, actor):
    owner = make_customer(name="Owner")
    person = come_by(make_code(name="From Owner", customer_id=owner.pk))
    said = relations(person).bringer
    assert (said.value, said.source, said.reason) == (owner.pk, "code", "From Owner")


def test_only_a_guides_code_has_a_guide(merchant):
    with pytest.raises(Invalid) as refused:
        make_code(kind="poster", guide_id=make_guide().pk)
    assert refused.value.field == "guide"

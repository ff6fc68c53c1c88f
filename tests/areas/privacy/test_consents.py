"""Statements are kept, the stricter of merged people counts, and audiences obey."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyroaring import BitMap64

from tests.factories.customers import make_customer
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer
from yutang.areas.privacy import consents, reach
from yutang.areas.privacy.models import Channel, Consent, Purpose
from yutang.areas.privacy.reach import Use
from yutang.areas.segments.audience import audience
from yutang.core import clock
from yutang.core.errors import Invalid, NotFound

MARKETING, PROFILING = Purpose.MARKETING, Purpose.PROFILING


def say(person, given, actor, purpose=MARKETING, **more):
    return consents.record(customer_id=person.pk, purpose=purpose, is_given=given, actor=actor, **more)


def given(person, purpose=MARKETING, channel=Channel.ANY):
    return consents.state(Customer.objects.get(pk=person.pk), purpose, channel).is_given


def test_the_newest_statement_counts_and_all_stay(actor):
    person = make_customer()
    assert given(person) is None
    first = consents.add_text(purpose="marketing", text="One", actor=actor)
    second = consents.add_text(purpose="marketing", text="Two", actor=actor)
    assert (first.version, second.version) == (1, 2)
    assert say(person, True, actor).text == second
    assert given(person) is True
    assert say(person, False, actor).text is None
    assert given(person) is False
    long_ago = clock.now() - timedelta(days=400)
    assert say(person, True, actor, version=1, at=long_ago).text == first
    assert given(person) is False
    assert [row.is_given for row in consents.history(person)] == [False, True, True]


def test_a_channel_follows_the_newest_that_names_it_or_all(actor):
    person = make_customer()
    say(person, True, actor)
    say(person, False, actor, channel="sms")
    assert (given(person), given(person, channel=Channel.SMS), given(person, channel=Channel.EMAIL)) == (
        True, False, True,
    )  # fmt: skip
    say(person, False, actor)
    say(person, True, actor, channel="sms")
    assert (given(person), given(person, channel=Channel.SMS), given(person, channel=Channel.EMAIL)) == (
        False, True, False,
    )  # fmt: skip


def test_of_merged_people_the_stricter_counts_and_undoing_restores(actor):
    one, other = make_customer(), make_customer()
    say(one, True, actor)
    say(other, False, actor, at=clock.now() - timedelta(days=9))
    merge = customers.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=[], actor=actor)
    assert given(one) is False
    assert reach.statements(MARKETING) == (BitMap64(), BitMap64([one.pk]))
    customers.unmerge(merge_id=merge.pk, actor=actor)
    assert (given(one), given(other)) == (True, False)
    assert reach.statements(MARKETING) == (BitMap64([one.pk]), BitMap64([other.pk]))


def test_what_a_file_said_is_a_statement_until_there_is_another(actor):
    yes, no = make_customer(accepts_marketing=True), make_customer(accepts_marketing=False)
    assert (given(yes), given(no)) == (True, False)
    assert consents.state(yes, MARKETING).from_file
    assert reach.statements(MARKETING) == (BitMap64([yes.pk]), BitMap64([no.pk]))
    say(yes, False, actor)
    say(no, True, actor)
    assert (given(yes), given(no)) == (False, True)
    assert reach.statements(MARKETING) == (BitMap64([no.pk]), BitMap64([yes.pk]))
    third = make_customer(accepts_marketing=False)
    customers.merge(survivor_id=no.pk, absorbed_id=third.pk, evidence=[], actor=actor)
    assert given(no) is False
    assert reach.statements(MARKETING) == (BitMap64(), BitMap64([yes.pk, no.pk]))


def test_uses_reach_whom_they_may(actor):
    silent, fan, private, texter = (make_customer() for _ in range(4))
    say(fan, True, actor)
    say(private, True, actor)
    say(private, False, actor, purpose=PROFILING)
    say(texter, True, actor, channel="sms")
    gone = make_customer()
    Customer.objects.filter(pk=gone.pk).update(erased_at=clock.now())
    everybody = BitMap64([silent.pk, fan.pk, private.pk, texter.pk, gone.pk])

    def names(**asked) -> set[str]:
        found = reach.reachable(everybody, **asked)
        known = {"silent": silent, "fan": fan, "private": private, "texter": texter, "gone": gone}
        return {name for name, person in known.items() if person.pk in found}

    assert names() == {"silent", "fan", "texter"}
    assert names(use=Use.MESSAGE) == {"fan"}
    assert names(use=Use.MESSAGE, channel=Channel.SMS) == {"fan", "texter"}
    assert names(use=Use.SERVICE) == names(use=Use.ANALYSIS) == {"silent", "fan", "private", "texter"}


def test_bad_statements_change_nothing(actor):
    person = make_customer()
    for bad in ({"purpose": "spam"}, {"channel": "pigeon"}, {"at": clock.now() + timedelta(hours=1)}):
        with pytest.raises(Invalid):
            consents.record(
                **{"customer_id": person.pk, "purpose": "marketing", "is_given": True, "actor": actor} | bad
            )
    with pytest.raises(NotFound):
        say(person, True, actor, version=7)
    assert Consent.objects.count() == 0


def test_an_empty_lake_has_an_empty_audience(actor):
    found = audience({"all": []}, actor=actor)
    assert (found.people, found.size) == (BitMap64(), 0)

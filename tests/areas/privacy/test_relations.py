"""Relations of an erased person: handed out before, gone after, and what they hid of others stands again."""

from __future__ import annotations

import json
import zipfile

import pytest

from tests.areas.privacy import world as w
from tests.areas.privacy.test_copying import copied
from tests.areas.privacy.test_erasing import erased, known, search_for
from tests.factories.codes import make_code
from tests.factories.customers import make_customer
from tests.factories.interactions import event, link, record
from tests.factories.relations import Role, assign, bring, bringer_of, give_role, make_guide
from yutang.areas.customers.models import Customer
from yutang.areas.interactions import arrivals
from yutang.areas.interactions.models import Code, Visitor
from yutang.areas.privacy import queries
from yutang.areas.relations.models import GuideAssignment, PersonRole, Referral
from yutang.core import tenancy
from yutang.lake import engine, writer

pytestmark = pytest.mark.django_db(transaction=True)


def test_relations_are_handed_out_and_erased():
    world = w.make_world()
    with tenancy.scope(world.merchant.pk):
        person, friend = Customer.objects.get(pk=world.customer.pk), make_customer()
        give_role(person, Role.EXPERT, reason=f"asked at {w.EMAIL}")
        assign(person, make_guide("Lin"), reason=f"calls {w.PHONE}")
        bring(person, friend, reason=w.ADDRESS)
        bring(world.other, person, reason=f"{w.NAME} said so")
        give_role(world.other, Role.STAFF, reason="stays")
        make_code(name=f"{w.NAME} 的码", holder=w.PHONE, customer_id=person.pk)
    writer.run()
    request = copied(world)
    with tenancy.scope(world.merchant.pk):
        path = queries.copy_of(world.actor, request.pk)
        with zipfile.ZipFile(path) as archive:
            data = json.loads(archive.read("data.json"))
    told = {"roles": "role", "who_brought_whom": "brought_by", "guides": "guide", "own_codes": "name"}
    assert {key: [row[name] for row in data[key]] for key, name in told.items()} == {
        "roles": ["Expert"], "who_brought_whom": [friend.pk, person.pk], "guides": ["Lin"],
        "own_codes": [f"{w.NAME} 的码"],
    }  # fmt: skip

    dossier = known(world)
    assert any("relations" in place for place in search_for(dossier).places)
    done = erased(world)
    assert (done.state, done.proof["places"]) == ("done", {})
    with tenancy.scope(world.merchant.pk):
        assert [row.reason for row in PersonRole.objects.all()] == ["stays"]
        assert not Referral.objects.exists()
        assert not GuideAssignment.objects.exists()
        assert bringer_of(world.other) is None
        code = Code.objects.get()
        assert (code.customer_id, code.name, code.holder) == (None, code.slug, "")
        row = engine.query(
            "SELECT roles, guide, brought_by, brought FROM customers.person WHERE purchases = 3"
        ).to_pylist()
    assert row == [{"roles": None, "guide": None, "brought_by": None, "brought": 0}]


def test_the_name_of_an_erased_persons_code_goes_from_those_who_came_by_it():
    world = w.make_world()
    with tenancy.scope(world.merchant.pk):
        code = make_code(
            kind="guide", name=f"{w.NAME} 的码", guide_id=make_guide("Lin").pk, customer_id=world.customer.pk
        )
        came = arrivals.source(code.slug)
        record(event(visitor="browser-1", source=came, identity={"kind": "phone", "value": "13600002222"}))
        link()
        newcomer = Visitor.objects.get(key="browser-1").customer_id
        arrivals.credit([newcomer], actor=world.actor)
        assert GuideAssignment.objects.get(customer=newcomer).reason == code.name
        Code.objects.filter(pk=code.pk).update(name="Renamed since")
    writer.run()
    done = erased(world)
    assert (done.state, done.proof["places"]) == ("done", {})
    with tenancy.scope(world.merchant.pk):
        [kept] = GuideAssignment.objects.filter(customer=newcomer)
        assert (kept.reason, kept.ended_at) == ("[erased]", None)

"""Anonymous visitors join a person when known, their history included, and nobody inherits another's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories.customers import make_customer
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.interactions import queries
from yutang.areas.interactions.models import Claim, Interaction, Visitor
from yutang.core import access, clock, tenancy
from yutang.lake import engine, writer

PHONE = {"kind": "phone", "value": "138 0013 8000"}
OPENID = {"kind": "openid", "value": "o-2", "namespace": "wx1"}


def at(minutes: int) -> str:
    return (clock.now() - timedelta(hours=2) + timedelta(minutes=minutes)).isoformat()


def did(customer_id: int) -> list[str]:
    return sorted(queries.of_visitors([v.pk for v in queries.visitors(customer_id)]).values_list("key", flat=True))


def person(kind: str) -> int:
    return Identity.objects.get(kind=kind).customer_id


def in_lake() -> dict[str, int | None]:
    sql = "SELECT i.id, i.customer_id FROM interactions.event i"
    keys = dict(Interaction.objects.values_list("id", "key"))
    return {keys[row["id"]]: row["customer_id"] for row in engine.query(sql).to_pylist()}


def test_history_joins_the_person(merchant):
    record(event(id="before", visitor="browser-1", occurred_at=at(0)))
    record(event(id="login", kind="identify", visitor="browser-1", identity=PHONE, occurred_at=at(1)))
    record(event(id="between", visitor="browser-1", occurred_at=at(2)))
    assert not Identity.objects.exists()
    assert link() == 1
    assert not Claim.objects.exists()
    known = person("phone")
    assert Identity.objects.get().customer.home_node_id is not None
    record(event(id="after", visitor="browser-1", occurred_at=at(3)))
    assert did(known) == ["after", "before", "between", "login"]
    after = Interaction.objects.get(key="after")
    assert (after.home_customer_id, after.identity_id) == (known, Identity.objects.get().pk)


def test_an_account_without_a_browser_is_a_visitor_too(merchant):
    record(event(id="a", kind="follow", identity=OPENID), event(id="b", kind="menu", identity=OPENID,
                 properties={"key": "shop"}))  # fmt: skip
    assert Claim.objects.count() == 1
    link()
    assert did(person("openid")) == ["a", "b"]


def test_a_known_person_is_found(merchant):
    known = make_customer(phone="+8613800138000")
    record(event(id="a", visitor="browser-1", identity=PHONE))
    link()
    assert Customer.objects.count() == 1
    assert did(known.pk) == ["a"]


def test_the_second_person_on_a_device_inherits_nothing(merchant):
    record(event(id="1", visitor="tablet-01", occurred_at=at(0)))
    record(event(id="2", visitor="tablet-01", identity=PHONE, occurred_at=at(1)))
    record(event(id="3", visitor="tablet-01", occurred_at=at(2)))
    link()
    record(event(id="4", visitor="tablet-01", identity=OPENID, occurred_at=at(10)))
    record(event(id="5", visitor="tablet-01", occurred_at=at(11)))
    # Sent late, from the time of the first person.
    record(event(id="6", visitor="tablet-01", occurred_at=at(3)))
    link()
    assert did(person("phone")) == ["1", "2", "3", "6"]
    assert did(person("openid")) == ["4", "5"]
    record(event(id="7", visitor="tablet-01", identity=PHONE, occurred_at=at(20)))
    link()
    assert did(person("phone")) == ["1", "2", "3", "6", "7"]


def test_two_people_in_one_batch(merchant):
    record(
        event(id="b", visitor="tablet-01", identity=OPENID, occurred_at=at(5)),
        event(id="a", visitor="tablet-01", identity=PHONE, occurred_at=at(1)),
        event(id="c", visitor="tablet-01", occurred_at=at(6)),
    )
    link()
    assert did(person("phone")) == ["a"]
    assert did(person("openid")) == ["b", "c"]


def test_another_account_of_the_same_person_begins_nothing(merchant):
    customer = make_customer(phone="+8613800138000", unionid="u-1")
    record(event(visitor="browser-1", identity=PHONE))
    link()
    record(event(visitor="browser-1", identity={"kind": "unionid", "value": "u-1"}))
    assert Visitor.objects.get().customer_id == customer.pk
    assert not Claim.objects.exists()


def test_merging_and_undoing_carry_visitors(merchant, actor):
    one, other = make_customer(phone="+8613800138000"), make_customer(unionid="u-1")
    record(event(id="a", visitor="browser-1", identity=PHONE))
    record(event(id="b", visitor="browser-2", identity={"kind": "unionid", "value": "u-1"}))
    link()
    merged = customers.merge(survivor_id=other.pk, absorbed_id=one.pk, evidence=[], actor=actor)
    assert did(other.pk) == ["a", "b"]
    customers.unmerge(merge_id=merged.pk, actor=actor)
    assert (did(one.pk), did(other.pk)) == (["a"], ["b"])


def test_split_accounts_take_their_visitors_along(merchant, actor):
    whole = make_customer(phone="+8613800138000", unionid="u-1")
    record(event(id="a", visitor="browser-1", identity=PHONE))
    record(event(id="b", visitor="browser-2", identity={"kind": "unionid", "value": "u-1"}))
    link()
    phone = Identity.objects.get(kind="phone")
    made = customers.split(identity_ids=[phone.pk], reason="test", actor=actor)
    assert (did(made.pk), did(whole.pk)) == (["a"], ["b"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:Delete operation did not match any records")
def test_the_lake_leads_visitors_to_people():
    shop = make_merchant()
    with tenancy.scope(shop.pk):
        actor = access.system(shop.pk)
        record(event(id="before", visitor="browser-1"), event(id="stranger", visitor="browser-2"), event(id="nobody"))
    writer.run()
    with tenancy.scope(shop.pk):
        stranger = Visitor.objects.get(key="browser-2").pk
        first = Visitor.objects.get(key="browser-1").pk
        assert in_lake() == {"before": first, "stranger": stranger, "nobody": None}
        record(event(id="login", visitor="browser-1", identity=PHONE))
        link()
        record(event(id="after", visitor="browser-1"))
    writer.run()
    with tenancy.scope(shop.pk):
        known = person("phone")
        expected = {"before": known, "login": known, "after": known, "stranger": stranger, "nobody": None}
        assert in_lake() == expected
        other = make_customer(unionid="u-1")
        customers.merge(survivor_id=other.pk, absorbed_id=known, evidence=[], actor=actor)
        assert in_lake() == {key: other.pk if whose == known else whose for key, whose in expected.items()}

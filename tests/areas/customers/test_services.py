from __future__ import annotations

import pytest

from tests.factories.customers import make_customer, resolve
from yutang.areas.customers import forest, queries, services
from yutang.areas.customers.errors import AlreadyMerged, AlreadyUnmerged, CaseDecided, NothingToSplit
from yutang.areas.customers.models import Customer, Identity, Merge, ReviewCase
from yutang.areas.merchants import queries as merchants
from yutang.core.access import Actor
from yutang.core.errors import NotAllowed, NotFound

HAND = [{"kind": "by_hand", "by": "Lin"}]


def test_identify_finds_what_an_import_made(merchant, actor, django_assert_num_queries):
    person = make_customer(phone="+8613812345678")
    with django_assert_num_queries(3):  # a savepoint around one statement
        found = services.identify(
            kind="phone", value="+8613812345678", node_id=person.home_node_id, source="api", actor=actor
        )
    assert found.customer == person


def test_identify_makes_what_an_import_finds(merchant, actor):
    node = merchants.root_node().pk
    made = services.identify(
        kind="buyer", namespace="taobao", value="b1", node_id=node, source="api", name="王小明", actor=actor
    )
    assert resolve({"buyer_id": "b1"}, namespace="taobao").identity.tolist() == [made.pk]
    assert (made.customer.name_initials, made.customer.source) == ("wxm", "taobao")


def test_undoing_one_merge_leaves_what_the_others_brought(merchant, actor):
    nobody = make_customer(buyer_id="a")
    first, second = make_customer(buyer_id="b", name="Ada"), make_customer(buyer_id="c", name="Bea")
    one, _ = (
        services.merge(survivor_id=nobody.pk, absorbed_id=other.pk, evidence=HAND, actor=actor)
        for other in (first, second)
    )
    assert Customer.objects.get(pk=nobody.pk).name == "Ada"
    services.unmerge(merge_id=one.pk, actor=actor)
    assert Customer.objects.get(pk=nobody.pk).name == "Bea"


def test_an_address_is_taken_whole_or_not_at_all(merchant, actor):
    one = make_customer(province="浙江省")
    other = make_customer(province="上海市", city="上海市")
    services.merge(survivor_id=one.pk, absorbed_id=other.pk, evidence=HAND, actor=actor)
    one.refresh_from_db()
    assert (one.province, one.city) == ("浙江省", "")


def test_merging_refuses(merchant, actor):
    a, b, c = make_customer(), make_customer(), make_customer()
    merge = services.merge(survivor_id=a.pk, absorbed_id=b.pk, evidence=HAND, actor=actor)
    with pytest.raises(AlreadyMerged):
        services.merge(survivor_id=c.pk, absorbed_id=b.pk, evidence=HAND, actor=actor)
    with pytest.raises(NotFound):
        services.merge(survivor_id=a.pk, absorbed_id=10**9, evidence=HAND, actor=actor)
    services.unmerge(merge_id=merge.pk, actor=actor)
    with pytest.raises(AlreadyUnmerged):
        services.unmerge(merge_id=merge.pk, actor=actor)
    with pytest.raises(NotFound):
        services.unmerge(merge_id=10**9, actor=actor)


def test_who_may_not_reach_a_person_may_not_merge_it(merchant, actor):
    a, b = make_customer(), make_customer()
    nobody = Actor(kind="user", id=1, name="x", merchant_id=merchant.pk)
    elsewhere = Actor(
        kind="user", id=1, name="x", merchant_id=merchant.pk, grants={"customers.merge": frozenset({10**6})}
    )
    for actor_, error in ((nobody, NotAllowed), (elsewhere, NotFound)):
        with pytest.raises(error):
            services.merge(survivor_id=a.pk, absorbed_id=b.pk, evidence=HAND, actor=actor_)
        with pytest.raises(error):
            services.split(identity_ids=[Identity.objects.get(customer=a).pk], reason="", actor=actor_)
    assert Merge.objects.count() == 0


def test_splitting_all_accounts_is_no_split(merchant, actor):
    person = make_customer(buyer_id="a", phone="+8613812345678")
    ids = list(Identity.objects.values_list("pk", flat=True))
    for chosen in (ids, []):
        with pytest.raises(NothingToSplit):
            services.split(identity_ids=chosen, reason="", actor=actor)
    assert forest.below(person.pk) == [person.pk]


def test_a_case_about_somebody_merged_since_unites_the_people_of_today(merchant, actor):
    found = resolve({"unionid": "u1", "phone": "+8613812345678"}, {"unionid": "u2", "phone": "+8613812345678"})
    case = ReviewCase.objects.get()
    third = make_customer()
    services.merge(survivor_id=third.pk, absorbed_id=int(found.customer[1]), evidence=HAND, actor=actor)
    services.decide_case(case_id=case.pk, merge_people=True, actor=actor)
    assert set(Identity.objects.values_list("customer_id", flat=True)) == {int(found.customer[0])}
    with pytest.raises(CaseDecided):
        services.decide_case(case_id=case.pk, merge_people=False, actor=actor)


def test_evidence_says_why_each_account_belongs_to_the_person(merchant, actor):
    person = make_customer(buyer_id="a", phone="+8613812345678")
    other = make_customer(email="ada@example.com", name="Ada")
    merge = services.merge(survivor_id=person.pk, absorbed_id=other.pk, evidence=HAND, actor=actor)
    buyer, phone, email = queries.evidence(person)
    assert (buyer.via, buyer.merge) == (None, None)
    assert (phone.via, phone.shown, phone.identity.source) == (buyer.identity, "138****5678", "import:1")
    assert (email.merge, email.shown) == (merge, "a***@example.com")

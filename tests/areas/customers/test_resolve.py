"""Which records are one person: every rule of docs/algorithms/identity.md."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.customers import START, resolve
from tests.factories.orders import make_order
from yutang.areas.customers import services
from yutang.areas.customers.models import Customer, Identity, Merge, ReviewCase
from yutang.core.models import Event

pytestmark = pytest.mark.usefixtures("merchant")


def people(resolution) -> list[int]:
    """Person per record, numbered by first appearance; −1 for records without one."""
    numbers: dict[int, int] = {}
    return [numbers.setdefault(c, len(numbers)) if c >= 0 else -1 for c in resolution.customer.tolist()]


def phone(n: int) -> str:
    return f"+86138{n:08d}"


def test_strong_keys_unite_inside_a_batch():
    found = resolve(
        {"buyer_id": "a", "phone": phone(1)}, {"phone": phone(1), "email": "x@y.cn"}, {"email": "x@y.cn"},
        {"buyer_id": "b"},
    )  # fmt: skip
    assert people(found) == [0, 0, 0, 1]
    assert (found.created, found.merged, found.cases) == (2, 0, 0)
    assert Customer.objects.count() == 2
    assert sorted(Identity.objects.values_list("kind", flat=True)) == ["buyer", "buyer", "email", "phone"]


def test_a_record_is_filed_under_its_strongest_key():
    found = resolve({"phone": phone(1), "buyer_id": "a", "unionid": "u"})
    assert Identity.objects.get(pk=found.identity[0]).kind == "unionid"


def test_strong_keys_unite_with_the_pool():
    first = resolve({"buyer_id": "a", "phone": phone(1)})
    second = resolve({"phone": phone(1), "member_card": "M1"}, {"member_card": "M1"})
    assert set(second.customer) == set(first.customer)
    assert (second.created, second.known.tolist()) == (0, first.customer.tolist())


def test_buyer_ids_of_two_platforms_stay_apart():
    one = resolve({"buyer_id": "same"}, namespace="taobao")
    other = resolve({"buyer_id": "same"}, namespace="jd")
    assert one.customer[0] != other.customer[0]
    cards = [resolve({"member_card": "M"}, namespace=name).customer[0] for name in ("pos", "youzan")]
    assert cards[0] == cards[1]


def test_records_without_keys_are_nobody():
    found = resolve({"name": "Somebody"}, {"phone": phone(1)}, {})
    assert people(found) == [-1, 0, -1]
    assert found.identity.tolist()[0] == found.home.tolist()[0] == -1
    assert resolve({"name": "Nobody"}).customer.tolist() == [-1]
    assert Customer.objects.count() == 1


def test_a_second_run_creates_nothing():
    rows = [{"buyer_id": f"b{n % 7}", "phone": phone(n % 5), "unionid": f"u{n}" if n < 2 else None} for n in range(20)]
    rows += [{"buyer_id": f"h{n}", "phone": phone(99)} for n in range(5)] + [{"phone": phone(99)}, {}]
    first = resolve(*rows)
    before = _everything()
    second = resolve(*rows)
    assert second.customer.tolist() == first.customer.tolist()
    assert second.identity.tolist() == first.identity.tolist()
    assert (second.created, second.merged, second.cases) == (0, 0, 0)
    assert _everything() == before


def _everything():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Customer, Identity, Merge, ReviewCase, Event)
    ]  # fmt: skip


# -- known people ----------------------------------------------------------------------------------------------------


def test_known_people_whose_keys_are_shown_together_become_one_with_evidence():
    first, second = resolve({"buyer_id": "a"}), resolve({"phone": phone(1), "name": "王小明"})
    found = resolve({"buyer_id": "a", "phone": phone(1)}, source="import:9")
    assert found.merged == 1
    merge = Merge.objects.get()
    assert (merge.survivor_id, merge.absorbed_id) == (first.customer[0], second.customer[0])
    assert merge.evidence == [
        {"kind": "buyer", "identity": int(first.identity[0]), "source": "import:9"},
        {"kind": "phone", "identity": int(second.identity[0]), "source": "import:9"},
    ]
    assert found.customer.tolist() == first.customer.tolist()
    assert Customer.objects.get(pk=merge.survivor_id).name == "王小明"


def test_a_new_key_belongs_to_the_home_of_the_key_it_came_with():
    first, second = resolve({"buyer_id": "a"}), resolve({"phone": phone(1)})
    resolve({"buyer_id": "a", "phone": phone(1)})
    found = resolve({"phone": phone(1), "email": "x@y.cn"})
    email = Identity.objects.get(kind="email")
    assert email.home_customer_id == second.customer[0]
    assert email.customer_id == first.customer[0] == found.customer[0]
    assert email.via_id == second.identity[0]


def test_what_somebody_took_apart_stays_apart_when_the_same_records_come_again(actor):
    one, other = resolve({"buyer_id": "a"}), resolve({"phone": phone(1)})
    resolve({"buyer_id": "a", "phone": phone(1)})
    services.unmerge(merge_id=Merge.objects.get().pk, actor=actor)
    found = resolve({"buyer_id": "a", "phone": phone(1), "email": "x@y.cn"}, {"phone": phone(1)})
    assert found.merged == 0
    assert found.customer.tolist() == [one.customer[0], other.customer[0]]
    for identity in Identity.objects.all():
        assert identity.customer_id == identity.home_customer_id


def test_keys_shown_after_a_merge_by_hand_hold_when_it_is_undone(actor):
    one, other, third = (int(resolve({"buyer_id": name}).customer[0]) for name in "abc")
    merge = services.merge(survivor_id=other, absorbed_id=one, evidence=[{"by": "hand"}], actor=actor)
    found = resolve({"buyer_id": "a", "phone": phone(1)}, {"buyer_id": "c", "phone": phone(1)})
    assert found.customer.tolist() == [other, other]
    services.unmerge(merge_id=merge.pk, actor=actor)
    owners = dict(Identity.objects.values_list("value", "customer_id"))
    assert (owners["a"], owners["c"], owners["b"], owners[""]) == (one, one, other, one)
    assert Customer.objects.get(pk=third).merged_into_id == one


def test_a_unionid_of_somebody_united_by_keys_contradicts_too():
    resolve({"unionid": "u1", "buyer_id": "a"})
    resolve({"phone": phone(1)})
    resolve({"buyer_id": "a", "phone": phone(1)})
    found = resolve({"unionid": "u2", "phone": phone(1)})
    assert (found.created, found.cases) == (1, 1)


def test_an_older_file_moves_the_first_sight_back():
    found = resolve({"phone": phone(1)})
    resolve({"phone": phone(1), "seen_at": START - timedelta(days=9)}, {"phone": phone(1)})
    assert Customer.objects.get(pk=found.customer[0]).first_seen_at == START - timedelta(days=9)
    assert Identity.objects.get().first_seen_at == START - timedelta(days=9)


# -- contradictions --------------------------------------------------------------------------------------------------


def test_two_unionids_of_one_batch_make_a_case_and_no_merge():
    found = resolve(
        {"unionid": "u1", "phone": phone(1)}, {"unionid": "u2", "phone": phone(1)}, {"phone": phone(1)},
        {"unionid": "u2", "email": "e@x.cn"},
    )  # fmt: skip
    assert people(found) == [0, 1, 0, 1]
    assert found.cases == 1
    case = ReviewCase.objects.get()
    assert case.kind == "contradiction"
    assert case.customers == sorted(set(found.customer.tolist()))
    assert case.evidence == [{"kind": "phone", "identity": Identity.objects.get(kind="phone").pk, "source": "import:1"}]
    assert Merge.objects.count() == 0


def test_known_people_with_two_unionids_are_not_merged_and_asked_about_once():
    one, other = resolve({"unionid": "u1", "phone": phone(1)}), resolve({"unionid": "u2", "email": "e@x.cn"})
    for _ in range(2):
        found = resolve({"phone": phone(1), "email": "e@x.cn", "member_card": "M"})
    assert Merge.objects.count() == 0
    case = ReviewCase.objects.get()
    assert case.customers == [one.customer[0], other.customer[0]]
    assert found.cases == 0
    assert found.customer.tolist() == one.customer.tolist()  # the card is filed with the stronger key's person


def test_a_new_unionid_with_the_phone_of_somebody_who_has_another():
    one = resolve({"unionid": "u1", "phone": phone(1)})
    found = resolve({"unionid": "u2", "phone": phone(1)})
    assert found.customer[0] != one.customer[0]
    assert ReviewCase.objects.get().customers == [one.customer[0], found.customer[0]]


def test_contradictory_cluster_loses_only_what_contradicts():
    found = resolve(
        {"unionid": "u1", "phone": phone(1)}, {"unionid": "u2", "phone": phone(1)},
        {"unionid": "u2", "phone": phone(2)}, {"phone": phone(2), "email": "e@x.cn"}, {"email": "e@x.cn"},
    )  # fmt: skip
    assert people(found) == [0, 1, 1, 1, 1]


# -- shared phones ---------------------------------------------------------------------------------------------------


def test_a_phone_of_many_buyers_unites_nobody():
    found = resolve(*({"buyer_id": f"b{n}", "phone": phone(1)} for n in range(4)))
    assert people(found) == [0, 1, 2, 3]
    assert Identity.objects.get(kind="phone").is_shared
    assert Customer.objects.count() == 4  # no household is made up while nothing is filed under the phone


def test_a_phone_of_three_buyers_is_one_person():
    assert people(resolve(*({"buyer_id": f"b{n}", "phone": phone(1)} for n in range(3)))) == [0, 0, 0]


def test_the_pool_remembers_a_shared_phone():
    resolve(*({"buyer_id": f"b{n}", "phone": phone(1)} for n in range(4)))
    found = resolve({"buyer_id": "b9", "phone": phone(1)}, {"buyer_id": "b0", "phone": phone(1)})
    assert people(found) == [0, 1]
    assert found.created == 1


def test_an_order_that_shows_only_a_shared_phone_belongs_to_the_household():
    found = resolve(*({"buyer_id": f"b{n}", "phone": phone(1)} for n in range(4)), {"phone": phone(1)})
    assert people(found) == [0, 1, 2, 3, 4]
    again = resolve({"phone": phone(1)}, {"phone": phone(1)})
    assert again.customer.tolist() == [found.customer[4]] * 2
    assert again.created == 0


def test_a_household_is_made_when_the_first_such_order_comes_later():
    members = resolve(*({"buyer_id": f"b{n}", "phone": phone(1)} for n in range(4)))
    found = resolve({"phone": phone(1)}, {"phone": phone(1)})
    assert found.created == 1
    assert len(set(found.customer.tolist())) == 1
    assert found.customer[0] not in members.customer
    assert Identity.objects.get(kind="phone").customer_id == found.customer[0]


def test_a_phone_that_turns_out_shared_lets_its_people_go():
    together = resolve(
        {"buyer_id": "b0", "phone": phone(1)}, {"buyer_id": "b1", "phone": phone(1)}, {"phone": phone(1)}
    )
    assert people(together) == [0, 0, 0]
    orders = {}
    for n in range(2):
        orders[n] = make_order(identity=Identity.objects.get(pk=together.identity[n]))
    alone = make_order(identity=Identity.objects.get(pk=together.identity[2]))
    found = resolve(*({"buyer_id": f"b{n}", "phone": phone(1)} for n in range(1, 4)))
    owners = {key.value: key.customer_id for key in Identity.objects.filter(kind="buyer")}
    assert len(set(owners.values())) == 4
    assert found.customer.tolist() == [owners["b1"], owners["b2"], owners["b3"]]
    for n, order in orders.items():
        order.refresh_from_db()
        assert order.customer_id == owners[f"b{n}"]
    alone.refresh_from_db()
    assert alone.customer_id not in owners.values()
    assert ReviewCase.objects.get().kind == "shared_phone"


def test_merges_made_by_a_phone_are_undone_when_it_turns_out_shared():
    apart = [resolve({"buyer_id": f"b{n}"}).customer[0] for n in range(4)]
    for n in range(4):
        resolve({"buyer_id": f"b{n}", "phone": phone(1)})
    owners = list(Identity.objects.filter(kind="buyer").order_by("value").values_list("customer_id", flat=True))
    assert owners == apart
    assert not Merge.objects.filter(unmerged_at__isnull=True).exists()


def test_people_merged_by_hand_do_not_make_a_phone_shared(actor):
    one = resolve(*({"buyer_id": f"a{n}", "phone": phone(1)} for n in range(2)))
    other = resolve(*({"buyer_id": f"b{n}", "phone": phone(2)} for n in range(2)))
    services.merge(
        survivor_id=int(one.customer[0]), absorbed_id=int(other.customer[0]), evidence=[{"by": "hand"}], actor=actor
    )
    resolve({"buyer_id": "a0", "phone": phone(1)})
    assert not Identity.objects.filter(is_shared=True).exists()
    assert Identity.objects.values("customer").distinct().count() == 1


# -- cost ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["new", "known", "merged"])
def test_the_number_of_statements_does_not_depend_on_the_batch(kind):
    def batch(start: int, size: int) -> list[dict]:
        return [{"buyer_id": f"{kind}{start + n}", "phone": phone(start + n)} for n in range(size)]

    def cost(start: int, size: int) -> int:
        rows = batch(start, size)
        if kind == "known":
            resolve(*rows)
        if kind == "merged":
            resolve(*({"buyer_id": row["buyer_id"]} for row in rows))
            resolve(*({"phone": row["phone"]} for row in rows))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = resolve(*rows)
        assert (found.created, found.merged) == {"new": (size, 0), "known": (0, 0), "merged": (0, size)}[kind]
        return len(queries)

    cost(0, 3)
    assert cost(1000, 3) == cost(2000, 60)

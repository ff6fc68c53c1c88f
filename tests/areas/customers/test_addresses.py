"""The address book: what may stand in it, which one is the default, and whose it is after a merge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from yutang.areas.customers import erasing, merging, queries, services
from yutang.areas.customers.addresses import Recipient, book
from yutang.areas.customers.errors import AddressBookFull, BadAddress, PersonErased
from yutang.areas.customers.models import Address, Customer
from yutang.areas.privacy import holders
from yutang.core import clock, tenancy
from yutang.core.errors import NotFound

HOME = Recipient("王小明", "138 0013 8000", "浙江省", "杭州市", "西湖区", " 文三路  1 号 ")
OFFICE = Recipient("王小明", "0571-88888888", "上海市", "上海市", "浦东新区", "张江路 2 号")


@pytest.fixture
def me(merchant):
    return make_customer(phone="+8613800138000").identities.get()


@pytest.fixture
def other(merchant):
    return make_customer(phone="+8613900139000").identities.get()


@pytest.fixture
def save(actor):
    def save(identity, recipient=HOME, **more):
        return services.save_address(identity=identity, recipient=recipient, actor=actor, **more)

    return save


def shown(identity) -> list[tuple[str, bool]]:
    identity.refresh_from_db()
    return [(entry.recipient.street, entry.is_default) for entry in queries.addresses(identity.customer_id)]


def test_saved_in_its_normal_form_and_encrypted(merchant, me, save, django_assert_num_queries):
    address = save(me)
    with django_assert_num_queries(1):
        entry = queries.addresses(me.customer_id)[0]
    assert entry.recipient == Recipient("王小明", "+8613800138000", "浙江省", "杭州市", "西湖区", "文三路 1 号")
    assert (entry.id, entry.is_default) == (address.pk, True)
    row = Address.objects.get()
    assert (row.province, row.city, row.customer_id) == ("浙江省", "杭州市", me.customer_id)
    for secret in ("王小明", "13800138000", "文三路"):
        assert secret.encode() not in bytes(row.recipient)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 41}, "name"), ({"phone": "12345"}, "phone"), ({"phone": ""}, "phone"),
        ({"phone": "call me"}, "phone"), ({"phone": "+86 12800138000"}, "phone"), ({"province": "浙江"}, "province"),
        ({"province": "Mars"}, "province"), ({"city": "上海市"}, "city"), ({"district": "浦东新区"}, "district"),
        ({"district": ""}, "district"), ({"street": "1"}, "street"), ({"street": "x" * 121}, "street"),
    ],
)  # fmt: skip
def test_what_is_no_address(me, save, change, field):
    with pytest.raises(BadAddress) as error:
        save(me, replace(HOME, **change))
    assert (error.value.field, list(error.value.params["errors"])) == (field, [field])
    assert not Address.objects.exists()


def test_everything_that_is_wrong_is_said_at_once(me, save):
    with pytest.raises(BadAddress) as error:
        save(me, Recipient())
    assert list(error.value.params["errors"]) == ["name", "phone", "province", "street"]
    assert str(error.value) == "Recipient: Write 1 to 40 characters."


def test_phones_are_read_as_in_the_merchants_country(merchant, me, save):
    merchant.phone_region = "GB"
    merchant.save()
    save(me, replace(HOME, phone="020 7946 0018"))
    assert queries.addresses(me.customer_id)[0].recipient.phone == "+442079460018"


def test_used_last_comes_first(me, save, actor):
    home, office = save(me), save(me, OFFICE)
    assert shown(me) == [("张江路 2 号", False), ("文三路 1 号", True)]
    to = services.use_address(identity=me, address_id=home.pk, actor=actor)
    assert (to.street, shown(me)[0]) == ("文三路 1 号", ("文三路 1 号", True))
    save(me, replace(OFFICE, street="张江路 3 号"), address_id=office.pk)
    assert shown(me) == [("张江路 3 号", False), ("文三路 1 号", True)]


def test_one_default(me, save, actor):
    home, office = save(me), save(me, OFFICE, is_default=True)
    assert dict(shown(me)) == {"文三路 1 号": False, "张江路 2 号": True}
    services.make_default(identity=me, address_id=home.pk, actor=actor)
    assert dict(shown(me)) == {"文三路 1 号": True, "张江路 2 号": False}
    services.delete_address(identity=me, address_id=home.pk, actor=actor)
    assert shown(me) == [("张江路 2 号", True)]  # as before
    services.delete_address(identity=me, address_id=office.pk, actor=actor)
    assert shown(me) == []


def test_at_most_fifty(me, save, monkeypatch):
    monkeypatch.setattr(book, "MOST", 2)
    home = save(me)
    save(me, OFFICE)
    with pytest.raises(AddressBookFull):
        save(me, OFFICE)
    save(me, OFFICE, address_id=home.pk)
    assert Address.objects.count() == 2


def test_an_address_of_somebody_else_does_not_exist(me, other, save, actor):
    theirs = save(other)
    for act in (services.delete_address, services.make_default, services.use_address):
        with pytest.raises(NotFound):
            act(identity=me, address_id=theirs.pk, actor=actor)
    with pytest.raises(NotFound):
        save(me, OFFICE, address_id=theirs.pk)
    assert (shown(me), shown(other)) == ([], [("文三路 1 号", True)])


def test_merged_people_share_a_book_and_get_their_own_back(me, other, save, actor):
    save(me)
    with time_machine.travel(clock.now() + timedelta(days=1)):
        save(other, OFFICE)
    merged = services.merge(survivor_id=me.customer_id, absorbed_id=other.customer_id, evidence=[], actor=actor)
    both = [("张江路 2 号", True), ("文三路 1 号", False)]
    assert shown(me) == shown(other) == both
    with time_machine.travel(clock.now() + timedelta(days=2)):
        save(other, replace(HOME, street="西溪路 5 号"))  # by the account of whoever was absorbed
    services.unmerge(merge_id=merged.pk, actor=actor)
    assert shown(me) == [("文三路 1 号", True)]
    assert shown(other) == [("西溪路 5 号", False), ("张江路 2 号", True)]


def test_addresses_follow_a_split_account(me, other, save, actor):
    save(me)
    save(other, OFFICE)
    services.merge(survivor_id=me.customer_id, absorbed_id=other.customer_id, evidence=[], actor=actor)
    merging.split(identity_ids=[other.pk], reason="not theirs", actor=actor)
    assert (shown(me), shown(other)) == ([("文三路 1 号", True)], [("张江路 2 号", True)])


def test_copied_and_erased_with_the_person(me, other, save, actor):
    save(me)
    save(other, OFFICE)
    person = erasing.person(Customer.objects.get(pk=me.customer_id))
    told = holders.copy_profile(person)["Address book"]
    assert [(row["name"], row["phone"], row["address"]) for row in told] == [
        ("王小明", "+8613800138000", "文三路 1 号")
    ]  # fmt: skip
    services.erase(someone=person, actor=actor)
    assert holders.copy_profile(person)["Address book"] == []
    assert (shown(me), shown(other)) == ([], [("张江路 2 号", True)])
    with pytest.raises(PersonErased):
        save(me)


def test_another_merchant_sees_none_of_it(me, save):
    save(me)
    with tenancy.scope(make_merchant().pk):
        assert queries.addresses(me.customer_id) == []

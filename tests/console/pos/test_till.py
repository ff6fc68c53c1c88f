"""The till on the screen: scan, price, buyer, pay, receipt; wrong person, wrong input; query counts."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_store
from tests.console.conftest import text
from tests.factories import shop as own
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.orders.models import Order, TillBasket
from yutang.areas.payments.models import CashMove, Shift, Tender
from yutang.areas.privacy import consents
from yutang.areas.privacy.models import Consent
from yutang.core import tenancy


def goods(merchant, store, pieces=5, price=19_800, **overrides):
    with tenancy.scope(merchant.pk):
        return own.stocked(pieces, price=price, node_id=store.pk, **overrides)


def key_of(till) -> str:
    return re.search(r'name="key" value="([0-9a-f]{32})"', text(till.get("/pos")))[1]


def scan(till, key: str, typed: str):
    return till.post("/pos/scan", {"key": key, "q": typed}, headers={"HX-Request": "true"})


def test_scan_and_pay_in_cash(merchant, store, till):
    cake = goods(merchant, store, name="Cake")
    with tenancy.scope(merchant.pk):
        cake.barcode = "6901234567892"
        cake.save()
    key = key_of(till)
    answer = scan(till, key, "2*6901234567892")
    assert answer.headers["HX-Trigger"] == "pos-added"
    assert "CN¥396.00" in text(answer)
    paid = {"key": key, "total": 39_600, "given": "400", "way": "cash", "store": store.pk}
    first = till.post("/pos/pay", paid)
    again = till.post("/pos/pay", paid)
    assert first.headers["Location"] == again.headers["Location"]
    receipt = text(till.get(first.headers["Location"]))
    assert "CN¥4.00" in receipt
    assert "Cake" in receipt
    with tenancy.scope(merchant.pk):
        assert Order.objects.get().status == "completed"
        assert (CashMove.objects.get().amount, CashMove.objects.get().given) == (39_600, 40_000)
        assert not TillBasket.objects.exclude(lines=[]).exists()


def test_what_no_number_is_called_is_looked_for(merchant, store, till):
    goods(merchant, store, name="草莓奶油蛋糕")
    key = key_of(till)
    found = scan(till, key, "cmny")
    assert found.headers["HX-Retarget"] == "#found"
    assert "草莓奶油蛋糕" in text(found)
    assert "草莓奶油蛋糕" in text(till.get("/pos/find", {"q": "草莓", "key": key}))
    assert "Nothing on sale" in text(till.get("/pos/find", {"q": "zzzzqq", "key": key}))


def test_pay_by_code_with_play_money(merchant, store, till, settings):
    settings.SANDBOX = True
    cake = goods(merchant, store)
    key = key_of(till)
    scan(till, key, cake.code)
    sale = till.post("/pos/pay", {"key": key, "total": 19_800, "way": "code"}).headers["Location"]
    assert "CN¥198.00" in text(till.get(sale))
    assert text(till.get(f"{sale}/state"))
    assert till.post(f"{sale}/play").headers["Location"] == sale
    assert till.get(f"{sale}/state").headers["HX-Redirect"] == sale
    assert "Payment complete" in text(till.get(sale))
    assert till.post(f"{sale}/play").status_code == 404
    with tenancy.scope(merchant.pk):
        assert [tender.state for tender in Tender.objects.all()] == ["paid"]
        assert not CashMove.objects.exists()


def test_no_code_where_nobody_shows_one(merchant, store, till, settings):
    settings.SANDBOX = False
    cake = goods(merchant, store)
    key = key_of(till)
    scan(till, key, cake.code)
    refused = till.post("/pos/pay", {"key": key, "total": 19_800, "way": "code"})
    assert refused.status_code == 404
    with tenancy.scope(merchant.pk):
        assert TillBasket.objects.get(key=key).lines == [[cake.pk, 1]]
        assert not Order.objects.exists()


def test_lower_a_price(merchant, store, till, client_for):
    cake = goods(merchant, store)
    key = key_of(till)
    scan(till, key, cake.code)
    change = {"key": key, "sku": cake.pk, "amount": "180", "reason": "Dented"}
    assert "CN¥180.00" in text(till.post("/pos/price", change, headers={"HX-Request": "true"}))
    shown = text(till.post("/pos/price", change | {"amount": "100"}, headers={"HX-Request": "true"}))
    assert "At most 20% may be taken off at the till." in shown
    assert "This is not an amount." in text(till.post("/pos/price", change | {"amount": "x"}), 422)
    guide = client_for(merchant, "guide", store)
    assert guide.post("/pos/price", change).status_code == 403


def test_a_member_by_tail_and_name(merchant, store, till):
    with tenancy.scope(merchant.pk):
        identity = own.buyer("+8613812348000")
        Customer.objects.filter(pk=identity.customer_id).update(name="王小明", home_node=store)
    key = key_of(till)
    found = text(till.get("/pos/members", {"member": "8000 王", "key": key}))
    assert "王小明" in found
    assert "Nobody found" in text(till.get("/pos/members", {"member": "8000 李", "key": key}))
    chosen = {"key": key, "customer": identity.customer_id, "member": "8000 王"}
    assert "王小明" in text(till.post("/pos/member", chosen, headers={"HX-Request": "true"}))
    assert till.post("/pos/member", chosen | {"member": "nobody"}).status_code == 404
    text(till.post("/pos/member", {"key": key}, headers={"HX-Request": "true"}))
    with tenancy.scope(merchant.pk):
        assert TillBasket.objects.get(key=key).identity_id is None


def test_a_member_of_another_store_by_the_whole_phone(merchant, store, till):
    """Whoever says the whole number is served; the till does not say who they are."""
    with tenancy.scope(merchant.pk):
        identity = own.buyer("+8613812348000")
        Customer.objects.filter(pk=identity.customer_id).update(name="王小明")
    key = key_of(till)
    assert "Nobody found" in text(till.get("/pos/members", {"member": "8000", "key": key}))
    found = text(till.get("/pos/members", {"member": "138 1234 8000", "key": key}))
    assert "王**" in found
    assert "王小明" not in found


def test_a_new_person_agrees_once(merchant, store, till):
    with tenancy.scope(merchant.pk):
        consents.add_text(purpose="marketing", text="We may write to you.", actor=own.actor())
    key = key_of(till)
    assert "We may write to you." in text(till.get("/pos/members", {"member": "13900001111", "key": key}))
    new = {"key": key, "phone": "13900001111", "name": "Li", "agrees": "on"}
    for _ in range(2):
        assert "Li" in text(till.post("/pos/members/new", new, headers={"HX-Request": "true"}))
    bad = till.post("/pos/members/new", new | {"phone": "12"}, headers={"HX-Request": "true"})
    assert "This is not a phone number." in text(bad)
    with tenancy.scope(merchant.pk):
        person = Identity.objects.get().customer
        assert (person.home_node_id, person.source) == (store.pk, "pos")
        assert [given.is_given for given in Consent.objects.all()] == [True]


def test_parked_and_taken_up(merchant, store, till):
    cake = goods(merchant, store, name="Cake")
    key = key_of(till)
    scan(till, key, cake.code)
    assert till.post("/pos/park", {"key": key, "label": "Red coat"}).status_code == 302
    assert "Red coat" in text(till.get("/pos"))
    assert key_of(till) != key
    assert till.post("/pos/take-up", {"key": key, "store": store.pk}).status_code == 302
    assert key_of(till) == key
    assert till.post("/pos/empty", {"key": key}).status_code == 302
    gone = till.post("/pos/take-up", {"key": key, "store": store.pk})
    assert "no longer here" in text(gone, 409)


def test_a_shift_counted_blind(merchant, store, till):
    form = {"key": "a" * 32, "kind": "out", "amount": "50", "reason": "Bank"}
    for _ in range(2):
        assert till.post("/pos/shift/move", form).status_code == 302
    page = text(till.get("/pos/shift"))
    assert "Bank" in page
    assert "Should be there" not in page
    closed = till.post("/pos/shift/close", {"counted": "149"}).headers["Location"]
    page = text(till.get(closed))
    assert "Should be there" in page
    assert "-CN¥1.00" in page or "CN¥-1.00" in page
    assert "149.00" in text(till.get("/pos/shifts"))
    with tenancy.scope(merchant.pk):
        assert Shift.objects.get().difference == -100


def test_who_may_not(client_for, merchant, store, till):
    cake = goods(merchant, store)
    key = key_of(till)
    scan(till, key, cake.code)
    assert client_for(merchant, "finance").get("/pos").status_code == 403
    other = client_for(merchant, "store_manager", make_store(merchant, code="S2"))
    assert "no longer here" in text(scan(other, key, cake.code))
    sale = till.post("/pos/pay", {"key": key, "total": 19_800, "way": "cash"}).headers["Location"]
    assert other.get(sale).status_code == 404
    assert till.get("/pos/settings").status_code == 403
    owner = client_for(merchant)
    assert owner.post("/pos/settings", {"largest_discount": "30", "tax_rate": "13"}).status_code == 302
    assert "CN¥175.22" in text(till.get(sale))  # without tax


@pytest.mark.parametrize("given", ["x", "-5", "0", "9" * 30])
def test_odd_amounts_are_refused(merchant, store, till, given):
    cake = goods(merchant, store)
    key = key_of(till)
    scan(till, key, cake.code)
    assert till.post("/pos/pay", {"key": key, "total": 19_800, "given": given, "way": "cash"}).status_code == 422
    assert till.post("/pos/pay", {"key": key, "total": "x", "way": "cash"}).status_code == 422


def test_queries_do_not_grow_with_lines(merchant, store, till):
    key = key_of(till)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(till.get("/pos"))
        return len(queries)

    counts = []
    for _ in range(2):
        for _ in range(3):
            scan(till, key, goods(merchant, store).code)
        counts.append(asked())
    assert counts == [20, 20]

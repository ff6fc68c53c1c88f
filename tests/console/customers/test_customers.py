from __future__ import annotations

import io
import re

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.console.conftest import text
from tests.factories.customers import make_customer, resolve
from tests.factories.merchants import make_merchant
from tests.factories.orders import make_order
from yutang.areas.customers import services
from yutang.areas.customers.models import Customer, Identity, Merge, Note, ReviewCase
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as merchant_services
from yutang.core import tenancy
from yutang.core.models import AuditEntry

PHONE = "+8613812345678"


@pytest.fixture
def people(merchant):
    """Wang with two orders, Ada with none."""
    wang = make_customer(buyer_id="tb-1", phone=PHONE, name="王小明", province="浙江省", accepts_marketing=True)
    ada = make_customer(email="ada@example.com", name="Ada", province="上海市")
    identity = Identity.objects.get(kind="buyer")
    make_order("A-1", identity=identity, amount=2000)
    make_order("A-2", identity=identity, amount=3000)
    return wang, ada


@pytest.fixture
def store(actor):
    root = merchants.root_node()
    return merchant_services.add_node(parent=root, kind="store", code="S1", name="Store 1", actor=actor)


# -- list ------------------------------------------------------------------------------------------------------------


def test_the_list_shows_masked_phones_and_figures(client_for, merchant, people):
    page = text(client_for(merchant).get("/customers"))
    assert "王小明" in page
    assert "138****5678" in page
    assert "12345678" not in page
    assert "50.00" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("王", "王小明"), ("wxm", "王小明"), ("ada", "Ada"), ("13812345678", "王小明"), ("+86 138 1234 5678", "王小明"),
        ("5678", "王小明"), ("ADA@example.com", "Ada"), ("tb-1", "王小明"), ("A-2", "王小明"),
    ],
)  # fmt: skip
def test_search_finds_by_everything_staff_know(client_for, merchant, people, query, found):
    page = text(
        client_for(merchant).get("/customers", {"q": query}, headers={"HX-Request": "true", "HX-Target": "results"})
    )
    assert re.findall(r'yt-name">([^<]+)<', page) == [found]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"purchased": "yes"}, ["王小明"]), ({"purchased": "no"}, ["Ada"]), ({"province": "上海市"}, ["Ada"]),
        ({"marketing": "yes"}, ["王小明"]), ({"marketing": "unknown"}, ["Ada"]),
        ({"source": "taobao"}, ["Ada", "王小明"]),
        ({"source": "jd"}, []), ({"sort": "net"}, ["王小明"]), ({"sort": "last"}, ["王小明"]), ({}, ["Ada", "王小明"]),
    ],
)  # fmt: skip
def test_filters(client_for, merchant, people, parameters, found):
    page = text(
        client_for(merchant).get("/customers", parameters, headers={"HX-Request": "true", "HX-Target": "results"})
    )
    assert re.findall(r'yt-name">([^<]+)<', page) == found


@pytest.mark.parametrize("sort", ["", "net", "last"])
def test_pages_by_key(client_for, merchant, sort):
    for n in range(55):
        person = make_customer(name=f"P{n:02d}")
        make_order(identity=Identity.objects.get(customer=person), amount=100 + n)
    client, seen, address = client_for(merchant), [], f"/customers?sort={sort}"
    while address:
        page = text(client.get(address, headers={"HX-Request": "true", "HX-Target": "results"}))
        seen += re.findall(r'yt-name">([^<]+)<', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/customers" + following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 55


def test_the_empty_pool_leads_to_the_imports(client_for, merchant):
    assert "Your pool is still empty" in text(client_for(merchant).get("/customers"))


def test_the_list_costs_a_fixed_number_of_queries(client_for, merchant, people, django_assert_num_queries):
    client = client_for(merchant)
    for n in range(5):
        make_customer(phone=f"+86139000000{n:02d}")
    with django_assert_num_queries(15):
        client.get("/customers")


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "node=99999999999999999999", "node=-1", "sort=evil", "q=%23999999999999999999", "q=%25", "page=-1",
     "q=" + "9" * 300, "purchased=maybe&marketing=x", "source='--", "q=+", "q=%2B86", "node=²", "q=%F0%9F%8E%82"],
)  # fmt: skip
def test_garbage_is_no_error(client_for, merchant, people, query):
    assert client_for(merchant).get(f"/customers?{query}").status_code == 200


# -- who may see what ------------------------------------------------------------------------------------------------


def addresses(pk: int) -> list[str]:
    names = ["customer", "customer_orders", "customer_merge"]
    return [reverse(f"console:{name}", args=[pk]) for name in names]


def test_another_merchants_people_do_not_exist(client_for, merchant, people):
    stranger = client_for(make_merchant())
    for address in [*addresses(people[0].pk), f"/customers/{people[0].pk}/merge/{people[1].pk}"]:
        assert stranger.get(address).status_code == 404, address
    for name in ("notes", "reveal", "split"):
        assert stranger.post(f"/customers/{people[0].pk}/{name}").status_code == 404
    assert "王小明" not in text(stranger.get("/customers", {"q": "王"}))


def test_impossible_ids_do_not_exist(client_for, merchant, people):
    client = client_for(merchant)
    for pk in (0, 10**9, 10**30):
        for address in addresses(pk):
            assert client.get(address).status_code == 404
        assert client.get(f"/reviews/{pk}").status_code == 404
        assert client.post(f"/customers/merges/{pk}/undo").status_code == 404


def test_store_staff_see_the_people_of_their_store(client_for, merchant, people, store):
    mine = make_customer(node_id=store.pk, name="Mine")
    client = client_for(merchant, "store_manager", store)
    page = text(client.get("/customers"))
    assert "Mine" in page
    assert "王小明" not in page
    assert client.get(f"/customers/{mine.pk}").status_code == 200
    assert client.get(f"/customers/{people[0].pk}").status_code == 404
    assert client.post(f"/customers/{people[0].pk}/notes", {"text": "x"}).status_code == 404


def test_staff_without_permission_are_refused(client_for, merchant, people):
    client = client_for(merchant, "service")
    wang = people[0].pk
    assert client.post(f"/customers/{wang}/reveal").status_code == 403
    assert client.post("/customers/export").status_code == 403
    assert client.get(f"/customers/{wang}/merge").status_code == 403
    assert client.get("/reviews").status_code == 403


# -- one person ------------------------------------------------------------------------------------------------------


def test_the_page_of_a_person(client_for, merchant, people, django_assert_num_queries):
    client = client_for(merchant)
    page = text(client.get(f"/customers/{people[0].pk}"))
    for shown in ("A-1", "A-2", "138****5678", "Seen together with Platform buyer tb-1 in import 1", "Cake", "50.00"):
        assert shown in page, shown
    with django_assert_num_queries(19):
        client.get(f"/customers/{people[0].pk}")


def test_a_merged_id_leads_to_the_person_of_today(client_for, merchant, people, actor):
    services.merge(survivor_id=people[0].pk, absorbed_id=people[1].pk, evidence=[{"kind": "by_hand"}], actor=actor)
    response = client_for(merchant).get(f"/customers/{people[1].pk}")
    assert response["Location"] == f"/customers/{people[0].pk}"


def test_notes(client_for, merchant, people):
    client = client_for(merchant, name="Lin")
    client.post(f"/customers/{people[0].pk}/notes", {"text": "likes <b>mango</b>"})
    page = text(client.get(f"/customers/{people[0].pk}"))
    assert "likes &lt;b&gt;mango&lt;/b&gt;" in page
    assert Note.objects.get().author == "Lin"
    assert client.post(f"/customers/{people[0].pk}/notes", {"text": "  "}).status_code == 422


def test_every_look_at_a_full_phone_is_written_down(client_for, merchant, people):
    client = client_for(merchant)
    identity = Identity.objects.get(kind="phone")
    page = text(client.post(f"/customers/{people[0].pk}/reveal", {"identity": identity.pk}))
    assert PHONE in page
    entry = AuditEntry.objects.get(action="customers.unmask")
    assert entry.detail == {"identity": identity.pk}
    assert client.post(f"/customers/{people[1].pk}/reveal", {"identity": identity.pk}).status_code == 404
    assert client.get(f"/customers/{people[0].pk}/reveal").status_code == 405


@pytest.mark.parametrize("number", ["", "x", "-1", "²", "1" * 19, "0"])
def test_an_account_that_does_not_exist_reveals_nothing(client_for, merchant, people, number):
    assert client_for(merchant).post(f"/customers/{people[0].pk}/reveal", {"identity": number}).status_code == 404
    assert not AuditEntry.objects.filter(action="customers.unmask").exists()


# -- merging ---------------------------------------------------------------------------------------------------------


def test_merge_by_hand_and_undo(client_for, merchant, people):
    wang, ada = people
    client = client_for(merchant, name="Lin")
    assert "Ada" in text(client.get(f"/customers/{wang.pk}/merge", {"q": "ada"}))
    assert "ada" in text(client.get(f"/customers/{wang.pk}/merge/{ada.pk}")).lower()
    client.post(f"/customers/{wang.pk}/merge/{ada.pk}", {"why": "said so"})
    merge = Merge.objects.get()
    assert merge.evidence == [{"kind": "by_hand", "by": "Lin", "why": "said so"}]
    assert "said so" in text(client.get("/customers/merges"))
    assert client.post(f"/customers/{wang.pk}/merge/{wang.pk}").status_code == 409
    assert client.post(f"/customers/merges/{merge.pk}/undo").status_code == 302
    assert Identity.objects.get(kind="email").customer_id == ada.pk
    assert client.post(f"/customers/merges/{merge.pk}/undo").status_code == 409


def test_accounts_are_taken_off(client_for, merchant, people):
    wang = people[0]
    client = client_for(merchant)
    phone = Identity.objects.get(kind="phone")
    assert client.post(f"/customers/{wang.pk}/split", {"identity": phone.pk}).status_code == 302
    phone.refresh_from_db()
    assert phone.customer_id != wang.pk
    assert client.post(f"/customers/{wang.pk}/split", {"identity": ["x", "99"]}).status_code == 409


# -- export ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)"])
def test_no_cell_of_an_export_is_a_formula(client_for, merchant, name):
    make_customer(name=name, phone=PHONE)
    client = client_for(merchant)
    plain = client.post("/customers/export", {"format": "csv"}).content.decode("utf-8-sig")
    assert f"'{name}" in plain
    assert PHONE[3:] not in plain
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.post("/customers/export", {"format": "xlsx"}).content))
    assert book.get_sheet_by_index(0).to_python()[1][1] == name
    assert AuditEntry.objects.filter(action="customers.export").count() == 2


def test_export_of_chosen_rows_and_filters(client_for, merchant, people):
    client = client_for(merchant)
    chosen = client.post("/customers/export", {"format": "csv", "ids": [people[1].pk, "x"]}).content.decode("utf-8-sig")
    assert "Ada" in chosen
    assert "王小明" not in chosen
    nobody = client.post("/customers/export", {"format": "csv", "ids": ["x", "9" * 30]}).content.decode("utf-8-sig")
    assert "Ada" not in nobody
    filtered = client.post("/customers/export?purchased=yes", {"format": "csv"}).content.decode("utf-8-sig")
    assert "王小明" in filtered
    assert "Ada" not in filtered


# -- review ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def case(merchant):
    resolve({"unionid": "u1", "phone": PHONE}, {"unionid": "u2", "phone": PHONE})
    return ReviewCase.objects.get()


@pytest.mark.parametrize(("decision", "state", "people_left"), [("merge", "merged", 1), ("apart", "kept_apart", 2)])
def test_a_case_is_decided(client_for, merchant, case, decision, state, people_left):
    client = client_for(merchant)
    assert "Keys contradict each other" in text(client.get("/reviews"))
    assert "138****5678" in text(client.get(f"/reviews/{case.pk}"))
    assert client.post(f"/reviews/{case.pk}/decide", {"decision": decision})["Location"] == "/reviews"
    case.refresh_from_db()
    assert case.state == state
    assert Customer.objects.filter(merged_into=None).count() == people_left
    assert client.post(f"/reviews/{case.pk}/decide", {"decision": decision}).status_code == 409
    assert "Keys contradict" in text(client.get("/reviews?state=decided"))
    assert "Nothing to decide" in text(client.get("/reviews"))


def test_cases_of_others_do_not_exist(client_for, merchant, case, store):
    assert client_for(make_merchant()).get(f"/reviews/{case.pk}").status_code == 404
    regional = client_for(merchant, "operations", store)
    assert regional.get(f"/reviews/{case.pk}").status_code == 404
    assert "Nothing to decide" in text(regional.get("/reviews"))
    with tenancy.scope(merchant.pk):
        assert ReviewCase.objects.get().state == "open"

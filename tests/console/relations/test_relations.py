"""Relations on a person's page and on the list."""

from __future__ import annotations

import re

import pytest

from tests.console.conftest import text
from tests.factories.codes import make_code
from tests.factories.customers import make_customer
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from tests.factories.orders import make_order
from tests.factories.relations import Role, assign, bring, bringer_of, give_role, guide_of, make_guide, roles_of
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Identity
from yutang.areas.grades import services as grades
from yutang.areas.interactions import arrivals
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as merchant_services
from yutang.areas.privacy import consents
from yutang.core import clock
from yutang.core.models import AuditEntry


def names(page: str) -> list[str]:
    return re.findall(r'yt-name">([^<]+)<', page)


def bought(person, **more):
    make_order(
        identity=Identity.objects.filter(customer=person).first(), ordered_at=clock.now(), paid_at=clock.now(), **more
    )


@pytest.fixture
def pair(merchant):
    return make_customer(name="Wang"), make_customer(name="Ada")


def test_roles_are_set_and_ended_from_the_page(client_for, merchant, pair):
    wang, _ = pair
    client = client_for(merchant, name="Lin")
    client.post(f"/customers/{wang.pk}/roles", {"role": "3", "reason": "sells for us"})
    page = text(client.get(f"/customers/{wang.pk}"))
    assert re.search(r'badge bg-orange-lt">.*?Distributor', page)
    assert "sells for us" in page
    assert "Role “Distributor” set by Lin" in page
    client.post(f"/customers/{wang.pk}/roles/take", {"role": "3"})
    page = text(client.get(f"/customers/{wang.pk}", {"show": "relations"}))
    assert "Role “Distributor” ended by Lin" in page
    assert "Platform buyer first seen" not in page  # the timeline shows relations only
    assert roles_of(wang) == []
    for garbage in ("", "x", "9", "²"):
        assert client.post(f"/customers/{wang.pk}/roles", {"role": garbage}).status_code == 422


def test_who_bought_is_a_customer(client_for, merchant, pair):
    wang, ada = pair
    bought(wang)
    client = client_for(merchant)
    assert "</svg> Customer</span>" in text(client.get(f"/customers/{wang.pk}"))
    assert "</svg> Customer</span>" not in text(client.get(f"/customers/{ada.pk}"))


def test_the_bringer_is_set_by_number_and_forgotten(client_for, merchant, pair):
    wang, ada = pair
    client = client_for(merchant)
    client.post(f"/customers/{wang.pk}/bringer", {"bringer": f" #{ada.pk} "})
    assert bringer_of(wang) == ada.pk
    assert f'href="/customers/{ada.pk}">Ada' in text(client.get(f"/customers/{wang.pk}"))
    assert f'href="/customers?brought_by={ada.pk}">1 person</a>' in text(client.get(f"/customers/{ada.pk}"))
    assert names(text(client.get("/customers", {"brought_by": ada.pk}))) == ["Wang"]
    assert client.post(f"/customers/{ada.pk}/bringer", {"bringer": wang.pk}).status_code == 409
    assert client.post(f"/customers/{wang.pk}/bringer", {"bringer": "x"}).status_code == 422
    assert client.post(f"/customers/{wang.pk}/bringer", {"bringer": "999999"}).status_code == 404
    client.post(f"/customers/{wang.pk}/bringer/forget")
    assert bringer_of(wang) is None


def test_the_guide_is_set_for_one_and_for_many(client_for, merchant, pair):
    wang, ada = pair
    lin = make_guide("Lin")
    client = client_for(merchant)
    form = text(client.get(f"/customers/{wang.pk}/guide", headers={"HX-Request": "true"}))
    assert ">Lin</option>" in form
    assert "<html" not in form
    assert "<html" in text(client.get(f"/customers/{wang.pk}/guide"))
    client.post(f"/customers/{wang.pk}/guide", {"guide": lin.pk})
    assert guide_of(wang) == "Lin"
    assert names(text(client.get("/customers", {"guide": lin.pk}))) == ["Wang"]
    assert client.post("/customers/guide", {"ids": [wang.pk, ada.pk], "guide": lin.pk}).status_code == 302
    assert names(text(client.get("/customers", {"guide": lin.pk}))) == ["Ada", "Wang"]
    assert client.post("/customers/guide", {"ids": ["x"], "guide": lin.pk}).status_code == 422
    assert client.post("/customers/guide", {"ids": [wang.pk], "guide": "x"}).status_code == 422
    client.post(f"/customers/{wang.pk}/guide/release")
    assert guide_of(wang) is None


def test_the_list_filters_by_role(client_for, merchant, pair):
    give_role(pair[1], Role.EXPERT)
    client = client_for(merchant)
    assert names(text(client.get("/customers", {"role": Role.EXPERT}))) == ["Ada"]
    assert names(text(client.get("/customers", {"role": "x"}))) == ["Ada", "Wang"]


def test_self_dealing_by_a_merged_account_is_pointed_out(client_for, merchant, actor, pair):
    wang, ada = pair
    bring(ada, wang)
    customers.merge(survivor_id=wang.pk, absorbed_id=ada.pk, evidence=[], actor=actor)
    client = client_for(merchant)
    assert "Looks like self-dealing" not in text(client.get(f"/customers/{wang.pk}"))
    wang.refresh_from_db()
    give_role(wang, Role.DISTRIBUTOR)
    page = text(client.get(f"/customers/{wang.pk}"))
    assert f"#{ada.pk} was recorded as brought by #{wang.pk}: both are this person." in page


def test_self_dealing_by_the_own_code_is_pointed_out(client_for, merchant, actor):
    wang = make_customer(name="Wang", phone="+8613800138000")
    give_role(wang, Role.GUIDE)
    code = make_code(name="Wang's code", customer_id=wang.pk)
    record(event(visitor="browser-1", source=arrivals.source(code.slug)))
    record(event(visitor="browser-1", identity={"kind": "phone", "value": "13800138000"}))
    link()
    client = client_for(merchant)
    assert "Looks like self-dealing" not in text(client.get(f"/customers/{wang.pk}"))
    bought(wang)
    page = text(client.get(f"/customers/{wang.pk}"))
    assert "Came by their own code “Wang&#x27;s code” and bought afterwards." in page
    assert bringer_of(wang) is None


def test_strength_with_its_rows(client_for, merchant, pair):
    wang, _ = pair
    bought(wang, title="Tea", product_code="P-1")
    page = text(client_for(merchant).get(f"/customers/{wang.pk}"))
    card = page.split('id="strength-card"')[1]
    assert "The brand" in card
    assert ">Tea<" in card
    assert 'aria-label="Tea: 39 / 100"' in card


def test_consent_and_audit_stand_on_the_page_for_who_may_see_them(client_for, merchant, actor, pair):
    wang, _ = pair
    consents.record(customer_id=wang.pk, purpose="marketing", is_given=True, evidence="call", actor=actor)
    give_role(wang)
    owner = client_for(merchant)
    assert f'hx-get="/customers/{wang.pk}/records"' in text(owner.get(f"/customers/{wang.pk}"))
    cards = text(owner.get(f"/customers/{wang.pk}/records"))
    for shown in ("Agreed", "call", "Role of a customer given", "Consent recorded"):
        assert shown in cards, shown
    service = text(client_for(merchant, "service").get(f"/customers/{wang.pk}/records"))
    assert "Agreed" in service
    assert "Role of a customer given" not in service
    guide = text(client_for(merchant, "guide").get(f"/customers/{wang.pk}/records"))
    assert "Agreed" not in guide
    said = {"purpose": "marketing", "channel": "", "is_given": "no", "evidence": "", "next": f"/customers/{wang.pk}"}
    answer = owner.post(f"/customers/{wang.pk}/privacy/consent", said)
    assert answer["Location"] == f"/customers/{wang.pk}"


def everything_known(wang, ada, actor):
    """Grades, tags, interactions by codes, relations, a merge."""
    customers.merge(survivor_id=wang.pk, absorbed_id=ada.pk, evidence=[{"kind": "by_hand"}], actor=actor)
    wang.refresh_from_db()
    other = make_customer()
    bring(wang, other)
    give_role(wang)
    assign(wang, make_guide())
    customers.add_note(customer=wang, text="likes tea", actor=actor)
    code = make_code()
    record(event(visitor="browser-1", source=arrivals.source(code.slug)))
    record(event(visitor="browser-1", identity={"kind": "phone", "value": "13800138000"}))
    link()
    for n in range(3):
        bought(wang, title=f"Tea {n}")
    grades.refresh()
    grades.set_ladder(measure="net", window_days=None, middle_from=500, big_from=900, actor=actor)


def test_the_page_of_whom_everything_is_known_asks_twenty(client_for, merchant, actor, django_assert_num_queries):
    wang, ada = make_customer(name="Wang", phone="+8613800138000"), make_customer(name="Ada")
    everything_known(wang, ada, actor)
    client = client_for(merchant)
    text(client.get(f"/customers/{wang.pk}"))
    with django_assert_num_queries(20):
        text(client.get(f"/customers/{wang.pk}"))
    with django_assert_num_queries(13):
        text(client.get(f"/customers/{wang.pk}/records"))


ADDRESSES = ["roles", "roles/take", "bringer", "bringer/forget", "guide", "guide/release"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_others_and_those_who_may_not_change_nothing(client_for, merchant, pair, address):
    wang, ada = pair
    said = {"role": "2", "bringer": ada.pk, "guide": "1"}
    assert client_for(make_merchant()).post(f"/customers/{wang.pk}/{address}", said).status_code == 404
    assert client_for(merchant, "finance").post(f"/customers/{wang.pk}/{address}", said).status_code == 403
    assert AuditEntry.objects.filter(action__startswith="relations.").count() == 0


def test_a_store_sees_no_names_of_bringers_elsewhere(client_for, merchant, actor):
    root = merchants.root_node()
    store = merchant_services.add_node(parent=root, kind="store", code="S1", name="Store 1", actor=actor)
    mine, far = make_customer(name="Mine", node_id=store.pk), make_customer(name="Faraway")
    bring(mine, far)
    client = client_for(merchant, "store_manager", store)
    page = text(client.get(f"/customers/{mine.pk}"))
    assert "Faraway" not in page
    assert f"#{far.pk}" in page
    assert client.post(f"/customers/{mine.pk}/bringer", {"bringer": far.pk, "reason": "x"}).status_code == 404
    assert client.post("/customers/guide", {"ids": [far.pk], "guide": make_guide().pk}).status_code == 422

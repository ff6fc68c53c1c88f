"""A second merchant sees and changes nothing of the first, by any address, any query, any file (and the same for a
store and its neighbour)."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.api.pool import make_order, make_person, make_store
from tests.architecture import bookings_world, coupons_world, membership_world, points_world, trade, walk, wallet_world
from tests.architecture.rich import EMAIL, MARK, PHONE, SECRETS, everything, make_rich, privacy_of, tenant_models
from tests.areas.imports.runs import run as run_import
from tests.areas.imports.runs import text
from tests.console.conftest import make_member
from tests.factories import catalog, decoration
from tests.factories.api import make_key
from tests.factories.codes import make_code
from tests.factories.interactions import event, record
from tests.factories.merchants import make_merchant
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer, Identity, ReviewCase
from yutang.areas.interactions import codes
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import Member
from yutang.areas.segments import services as segments
from yutang.areas.tags import services as tags
from yutang.console.middleware import SESSION_KEY
from yutang.core import access, tenancy
from yutang.core.models import AuditEntry
from yutang.lake import engine, writer
from yutang.lake.tables import PERSON, REGISTRY
from yutang.shop import shoppers

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match any records"),
]
SEARCH = (MARK, PHONE, PHONE[-4:], EMAIL, f"{MARK}-1")


@pytest.fixture
def world():
    """The first merchant, in the lake too, and the second with a person, an order and a key."""
    first = make_rich()
    second = make_merchant()
    stranger = make_person(second, node=make_store(second))
    make_order(second, stranger)
    with tenancy.scope(second.pk):
        record(event())
        values = tags.LifeValues(name="Mimi")
        tags.record_life(customer=stranger, kind="child", values=values, actor=access.system(second.pk))
    writer.run()
    with tenancy.scope(first.merchant.pk):
        writer.mark_people_changed(first.merchant.pk)
    first.stranger = second
    first.ids["shop"] = second.slug  # a shop is everybody's: what is asked is whether it shows another brand's
    first.stranger_token = make_key(second, requests_per_minute=10**6).token
    return first


def browser_of(merchant, user=None):
    """A browser logged in as the owner (or as `user`), and at the shop as the first person the merchant got to know."""

    def make() -> Client:
        with tenancy.scope(merchant.pk):
            client = Client()
            client.force_login(user or Member.objects.order_by("id").first().user)
            known = Identity.objects.filter(kind__in=["phone", "buyer", "member_card"]).order_by("id").first()
            client.cookies[shoppers.LOGIN] = shoppers.signed(merchant.pk, known)
        session = client.session
        session[SESSION_KEY] = merchant.pk
        session.save()
        return client

    return make


def walked(world, routes=None) -> list[str]:
    return walk.findings(
        browser=browser_of(world.stranger), token=world.stranger_token, ids=world.ids, secrets=SECRETS, search=SEARCH,
        routes=routes,
    )  # fmt: skip


def test_the_first_merchant_has_something_everywhere(world):
    with tenancy.scope(world.merchant.pk):
        assert [model.__name__ for model in tenant_models() if not model.objects.exists()] == []


def test_every_address_has_arguments(world):
    for route in walk.addresses():
        walk.filled(route, world.ids)
    unknown = {name for route in walk.addresses() for name in walk.parameters(route)} - set(world.ids)
    assert unknown == set()


def test_the_walker_would_see_what_its_owner_sees(world):
    """The same walk by the first merchant's own key finds the marker: the walk looks where data is."""
    routes = [
        "/api/v1/customers",
        "/customers",
        "/imports",
        "/segments",
        "/audit",
        "/staff",
        "/customers/<int:customer_id>",
    ]
    found = walk.findings(
        browser=browser_of(world.merchant), token=make_key(world.merchant, requests_per_minute=10**6).token,
        ids=world.ids, secrets=(MARK,), search=SEARCH, routes=routes,
    )  # fmt: skip
    for route in routes:
        assert any(line.startswith(f"GET {walk.filled(route, world.ids)}") and "shows" in line for line in found), route


def test_no_address_shows_or_changes_anything_of_another_merchant(world):
    before = everything(world.merchant)
    assert walked(world) == []
    after = everything(world.merchant)
    assert [name for name in before if before[name] != after[name]] == []


def orm_findings(world) -> list[str]:
    """Models whose rows of the first merchant the second can count, change or delete."""
    found = []
    first, second = world.merchant.pk, world.stranger.pk
    for model in tenant_models():
        table = model._meta.db_table
        with tenancy.scope(first):
            keys = list(model.objects.values_list("pk", flat=True))
        with tenancy.scope(second), transaction.atomic(), connection.cursor() as cursor:
            rows = model.objects.filter(pk__in=keys)
            if set(model.objects.values_list("merchant_id", flat=True)) - {second} or rows.count():
                found.append(f"{table}: seen")
            if rows.update(merchant_id=second) or rows._raw_delete("default"):
                found.append(f"{table}: changed")
            for sql in ("SELECT * FROM {}", "UPDATE {} SET merchant_id = merchant_id", "DELETE FROM {}"):
                cursor.execute(f"{sql.format(table)} WHERE merchant_id = %s", [first])
                if cursor.rowcount:
                    found.append(f"{table}: {sql}")
            transaction.set_rollback(True)
        if model.objects.count():
            found.append(f"{table}: seen without a scope")
    return found


def test_no_query_sees_or_changes_anything_of_another_merchant(world):
    before = everything(world.merchant)
    assert orm_findings(world) == []
    assert everything(world.merchant) == before


NUMBERS_ONLY = ("tags.life", "coupons.issued", "coupons.used")  # and codes


def test_the_lake_shows_one_merchant(world):
    for name in (PERSON, *REGISTRY.facts):
        with tenancy.scope(world.merchant.pk):
            own = engine.query(f"SELECT * FROM {name}")
        with tenancy.scope(world.stranger.pk):
            seen = engine.query(f"SELECT * FROM {name}")
        assert set(own.column("merchant_id").to_pylist()) == {world.merchant.pk}
        assert not seen.num_rows or set(seen.column("merchant_id").to_pylist()) == {world.stranger.pk}
        assert MARK in str(own.to_pylist()) or name in NUMBERS_ONLY
        assert MARK not in str(seen.to_pylist())


@contextmanager
def without_policy(table: str):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def test_the_checks_notice_a_table_without_policy(world):
    with without_policy("segments_segment"):
        seen = walked(world, ["/api/v1/segments", "/segments/new"])
        assert any("shows" in line for line in seen), seen
        assert any("answers 200" in line for line in walked(world, ["/api/v1/segments/<segment_id>"]))
        assert {line.partition(":")[0] for line in orm_findings(world)} == {"segments_segment"}
        assert tenancy.unprotected_tables() == ["segments_segment"]


# -- stores -------------------------------------------------------------------------------------------------------

NORTH, SOUTH = "Qznorth", "Qzsouth"
# These belong to the whole merchant.
SHARED = walk.NOT_OWNED | {
    "role_id", "tag_id", "group_id", "product_id", "product_code", "category_id", "template_id", "review_id",
    "page_slug", "supplier_id", "ledger_entry_id", "invitation_id",
    "level_id", "plan_id", "code_batch_id",
    "gift_code", "coupon_token", "coupon_template_id",
}  # fmt: skip
PUBLIC_LISTS = {"/s/<slug:shop>/stores"}  # shoppers see all stores of the brand


@pytest.fixture
def stores():
    """Two stores of one merchant, each with everything a store has, and somebody who may do everything in the north."""
    shop = make_merchant()
    nodes = {mark: make_store(shop, mark) for mark in (NORTH, SOUTH)}
    ids = {mark: _furnish(shop, node, mark) for mark, node in nodes.items()}
    # Somebody at home in the north who bought in the south as well: the order there is the south's.
    both = make_person(shop, name=f"Both {NORTH}", node=nodes[NORTH])
    make_order(shop, both, node=nodes[SOUTH], order_no=f"{SOUTH}-both", title=f"Cake {SOUTH}")
    make_order(shop, both, node=nodes[SOUTH], order_no=f"{SOUTH}-again", title=f"Cake {SOUTH}")
    # And one of the south who bought in the north: the order is seen, the person is not.
    guest = make_person(shop, name=f"Guest {SOUTH}", node=nodes[SOUTH])
    make_order(shop, guest, node=nodes[NORTH], order_no=f"{NORTH}-guest")
    writer.run()
    for named in ids.values():
        named["shop"] = shop.slug
    shop.ids, shop.both = ids, both
    shop.manager = make_member(shop, "owner", nodes[NORTH], name=f"Boss {NORTH}").user
    shop.token = make_key(shop, node=nodes[NORTH], requests_per_minute=10**6).token
    return shop


def _furnish(shop, node, mark) -> dict:
    """People, orders, merges, a case, a segment, staff, a key and an import of one store."""
    system = access.system(shop.pk, name=f"By {mark}")
    member = make_member(shop, "store_manager", node, name=f"Manager {mark}", email=f"{mark.lower()}@example.com")
    people = [make_person(shop, name=f"Person {mark} {n}", node=node, member_card=f"{mark}-card-{n}") for n in range(5)]
    orders = [make_order(shop, p, node=node, order_no=f"{mark}-{p.pk}", title=f"Cake {mark}") for p in people]
    key = make_key(shop, name=f"Till {mark}", node=node)
    with tenancy.scope(shop.pk):
        Customer.objects.filter(home_node=node).update(source=mark, province=f"P {mark}", city=f"C {mark}")
        actor = merchants.actor_for(member.user, shop.pk)
        customers.add_note(customer=people[0], text=f"Note {mark}", actor=actor)
        merge = customers.merge(survivor_id=people[0].pk, absorbed_id=people[1].pk, evidence=[], actor=system)
        undone = customers.merge(survivor_id=people[2].pk, absorbed_id=people[3].pk, evidence=[], actor=system)
        customers.unmerge(merge_id=undone.pk, actor=system)
        case = ReviewCase.objects.create(
            merchant=shop, kind="suggestion", fingerprint=mark, customers=[people[2].pk, people[4].pk],
            evidence=[{"kind": "phone", "source": mark}],
        )  # fmt: skip
        segment = segments.create(name=f"Segment {mark}", rule={"all": []}, node=node, actor=system)
        group = tags.create_group(name=f"Group of {node.pk}", actor=system)
        tag = tags.create(group_id=group.pk, name="Sweet", actor=system)
        tags.give(customer=people[0], tag_id=tag.pk, evidence=mark, actor=system)
        life = tags.record_life(
            customer=people[0], kind="child", values=tags.LifeValues(name=f"Child {mark}"), actor=system
        )
        tagging_run = tags.start(tag_id=tag.pk, customer_ids=[p.pk for p in people], reason=mark, actor=system)
        code, closed = make_code(node=node, name=f"Code {mark}"), make_code(node=node, name=f"Closed {mark}")
        codes.archive(code_id=closed.pk, actor=system)
        content = text(f"{mark}-i,1,2026-03-01 10:00:00,,12.50,1,,Cake,,{mark}-i,{node.code},open", f"{mark}-bad,1,x")
        run, _counts = run_import(content, system, name=f"{mark}.csv")
        entry = AuditEntry.objects.filter(actor_id=member.user_id).first()
        asked = privacy_of(people[4].pk, mark, system) | catalog.furnish(f"of {node.pk}", people[0])
        asked |= trade.furnish(mark, people[4], node)
        asked |= bookings_world.furnish(f"of {node.pk}", people[4], node)
        asked |= coupons_world.furnish(f"of {node.pk}", people[4], node)
        asked |= wallet_world.furnish(mark, people[4], node)
        asked |= points_world.furnish(f"of {node.pk}", people[4], node)  # every shopper sees what is offered
        asked |= decoration.furnish(f"of {node.pk}", segment.pk, asked["product_id"])
        asked |= membership_world.furnish(f"of {node.pk}", people[4], node)
    return {
        "key_id": key.key.pk, "entry_id": entry.pk, "customer_id": people[0].pk, "other_id": people[2].pk,
        "merge_id": merge.pk, "run_id": run.pk, "import_id": run.pk, "case_id": case.pk, "segment_id": segment.pk,
        "node_id": node.pk, "tag_id": tag.pk, "group_id": group.pk, "tagging_run_id": tagging_run.pk,
        "fact_id": life.pk, "member_id": member.pk, "role_id": 1, "order_id": orders[0].pk, "user_id": member.user_id,
        "token": "x", "key": "customers.total", "code_id": code.pk, "slug": closed.slug, "kind": "svg",
        "provider": "wechatpay", **asked,
    }  # fmt: skip


OF_STORES = (
    "customers_", "privacy_consent", "privacy_request", "privacy_hold", "orders_", "aftersale_ca", "aftersale_dispute",
    "segments_", "imports_",
    "merchants_", "openplatform_apikey", "tags_tagging", "tags_lifefact", "interactions_code",
)  # fmt: skip


def test_a_store_sees_and_changes_nothing_of_its_neighbour(stores):
    before = everything(stores)
    seen = walk.findings(
        browser=browser_of(stores, stores.manager), token=stores.token, ids=stores.ids[SOUTH], secrets=(SOUTH,),
        search=(SOUTH, f"{SOUTH}-both", f"{SOUTH}-card-1"), shared=SHARED,
        routes=[route for route in walk.addresses() if route not in PUBLIC_LISTS],
    )  # fmt: skip
    assert seen == []
    after = everything(stores)
    for table, rows in before.items():
        if table.startswith(OF_STORES) and table != "merchants_user":
            assert [row for row in rows if SOUTH in str(row) and row not in after[table]] == [], table


def test_a_store_sees_its_own(stores):
    routes = [
        "/customers", "/segments", "/staff", "/audit", "/reviews", "/customers/merges", "/figures/<str:key>/rows",
        "/customers/<int:customer_id>", "/api/v1/customers", "/api/v1/orders", "/api/v1/segments",
        "/orders", "/orders/<int:order_id>", "/stock", "/pickup", "/aftersale",
        "/aftersale/<int:aftersale_id>", "/aftersale/disputes",
    ]  # fmt: skip
    found = walk.findings(
        browser=browser_of(stores, stores.manager), token=stores.token, ids=stores.ids[NORTH], secrets=(NORTH,),
        search=(NORTH,), routes=routes, shared=SHARED,
    )  # fmt: skip
    for route in routes:
        address = walk.filled(route, stores.ids[NORTH])
        assert any(line.startswith(f"GET {address}") and "shows" in line for line in found), route


def test_what_a_customer_bought_elsewhere_stays_there(stores):
    browser = browser_of(stores, stores.manager)()
    page = browser.get(f"/customers/{stores.both.pk}")
    assert page.status_code == 200
    assert NORTH in page.content.decode()
    assert SOUTH not in page.content.decode()


def test_metric_rows_name_nobody_of_another_store(stores):
    browser = browser_of(stores, stores.manager)()
    rows = browser.get("/figures/orders.count/rows?range=all").content.decode()
    assert f"{NORTH}-guest" in rows
    assert SOUTH not in rows

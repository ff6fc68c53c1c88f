"""After an erasure nothing leads to the person any more; figures and everybody else are as they were."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.areas.privacy import world as w
from yutang.areas.customers import erasing as people
from yutang.areas.customers import queries as customers
from yutang.areas.customers import services as customer_services
from yutang.areas.customers.errors import AccountErased, PersonErased
from yutang.areas.customers.models import Customer, Identity, Merge, Note, ReviewCase
from yutang.areas.imports.models import ImportRun
from yutang.areas.orders.models import Order, SaleLine
from yutang.areas.privacy import erasing, proving, search, services
from yutang.areas.privacy.models import Request
from yutang.core import access, tenancy
from yutang.core.errors import NotFound
from yutang.lake import engine

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timedelta(0)


def erased(world: w.World) -> Request:
    with tenancy.scope(world.merchant.pk):
        request = services.request_erasure(
            customer_id=world.customer.pk, typed=str(world.customer.pk), reason=f"{w.NAME} asks", actor=world.actor
        )
    return erasing.run(request_id=request.pk, merchant_id=world.merchant.pk, grace=NOW)


def known(world: w.World) -> erasing.Dossier:
    with tenancy.scope(world.merchant.pk):
        person = people.person(world.customer)
        return erasing.Dossier(person, people.traces(person))


def search_for(dossier: erasing.Dossier) -> proving.Proof:
    return proving.prove(person=dossier.person, traces=dossier.traces, keys=dossier.person.keys)


def test_no_byte_is_left_and_the_totals_stay():
    world = w.make_world()
    stranger = w.make_merchant()
    w.load(w.csv(), stranger)
    dossier, before, theirs = known(world), w.totals(world), w.everything(stranger)
    assert {(trace.kind, trace.value) for trace in dossier.traces} == {
        ("name", w.NAME), ("name", w.OLD_NAME), ("address", w.ADDRESS), ("phone", "+86" + w.PHONE),
        ("email", w.EMAIL), ("email", w.OLD_EMAIL), ("account", w.CARD),
    }  # fmt: skip

    # The same search finds everything while it is there: in rows, encrypted fields and files.
    found = search_for(dossier)
    kinds = {kind for places in found.places.values() for kind in places}
    assert kinds == {"name", "phone", "email", "address", "account", "key"}
    assert {place.partition(" ")[0] for place in found.places} == {"table", "encrypted", "file"}
    assert {Path(place).suffix for place in found.places if place.startswith("file")} == {".csv", ".xlsx", ".rows"}
    assert found.places["encrypted fields of customers_customer"] == {"address": 2}

    request = erased(world)
    assert (request.state, request.dossier) == ("done", None)
    assert request.proof["places"] == {}
    assert request.proof["namesakes"] == 0
    after = search_for(dossier)
    assert after.places == {}
    assert after.lake_files > 0
    assert after.tables > 20
    assert w.totals(world) == before
    assert [row for row in theirs if row not in w.everything(stranger)] == []


def test_earlier_states_of_the_lake_go_too():
    """The lake knows no names, but regions: in rows, as bounds of columns in manifests, as values of the index."""
    world = w.make_world()
    region = [people.Trace("name", w.REGION)]

    def lies_in() -> set[str]:
        found = proving.prove(person=known(world).person, traces=region).places
        return {Path(place).suffix for place in found if place.startswith("lake")}

    assert lies_in() == {".parquet", ".avro", ".arrow"}
    erased(world)
    assert lies_in() == set()


def test_what_stays_is_what_the_law_wants_kept():
    world = w.make_world()
    with tenancy.scope(world.merchant.pk):
        orders = list(Order.objects.order_by("pk").values_list("order_no", "sold_amount", "customer_id"))
        lines = list(SaleLine.objects.order_by("pk").values_list("pk", "amount", "customer_id", "identity_id"))
    erased(world)
    with tenancy.scope(world.merchant.pk):
        assert list(Order.objects.order_by("pk").values_list("order_no", "sold_amount", "customer_id")) == orders
        assert list(SaleLine.objects.order_by("pk").values_list("pk", "amount", "customer_id", "identity_id")) == lines
        assert list(Order.objects.order_by("pk").values_list("note", flat=True)) == ["", "", "少糖", ""]
        homes = Customer.objects.filter(erased_at__isnull=False)
        blank = {"name": "", "name_initials": "", "birthday": None, "province": "", "address": None}
        assert [dict(row) for row in homes.values(*blank)] == [blank, blank]
        assert not Identity.objects.filter(home_customer__in=homes).exclude(value="").exists()
        assert list(Merge.objects.values_list("evidence", "filled")) == [([], {})]
        assert list(Note.objects.values_list("text", flat=True)) == ["朋友的电话 [erased], [erased]"]
        assert list(ReviewCase.objects.values_list("state", "evidence")) == [("kept_apart", [])]
        other = Customer.objects.get(pk=world.other.pk)
        assert (other.name, other.erased_at) == (w.OTHER_NAME, None)
        assert customers.people(world.actor).filter(pk=world.customer.pk).count() == 0
        assert [run.files for run in ImportRun.objects.order_by("pk")] == [[], [], []]
        row = engine.query("SELECT gender, birthday, province FROM customers.person WHERE purchases = 3").to_pylist()
    assert row == [{"gender": "", "birthday": None, "province": ""}]


def test_it_cannot_be_undone():
    world = w.make_world()
    with tenancy.scope(world.merchant.pk):
        merge = Merge.objects.get()
    erased(world)
    with tenancy.scope(world.merchant.pk):
        with pytest.raises(PersonErased):
            customer_services.unmerge(merge_id=merge.pk, actor=world.actor)
        with pytest.raises(PersonErased):
            customer_services.merge(
                survivor_id=world.other.pk, absorbed_id=world.customer.pk, evidence=[], actor=world.actor
            )
        with pytest.raises(PersonErased):
            customer_services.split(
                identity_ids=[Identity.objects.filter(customer=world.customer)[0].pk], reason="", actor=world.actor
            )
        customer = customers.customer(world.actor, world.customer.pk)
        with pytest.raises(PersonErased):
            customer_services.add_note(customer=customer, text="back", actor=world.actor)


def test_an_old_file_does_not_bring_the_person_back():
    world = w.make_world()
    erased(world)
    before = w.everything(world.merchant)
    counts = w.load(w.csv(), world.merchant)
    assert (counts.customers_new, counts.orders_new, counts.facts) == (0, 0, 0)
    after = [row for row in w.everything(world.merchant) if not row.startswith(("imports_", "core_", "privacy_"))]
    assert [row for row in after if row not in before] == []
    # Nor does a file that tells more of the past than was known.
    row = ["A-9", "1", "2026-02-01 10:00:00", "5.00", "Bun", w.PHONE, "", w.NAME, w.ADDRESS, "", "", w.NAME, w.NAME, ""]
    counts = w.load(w.csv([row]), world.merchant, "more.csv")
    assert (counts.customers_new, counts.orders_new, counts.anonymous_lines) == (0, 1, 1)
    with tenancy.scope(world.merchant.pk):
        order = Order.objects.get(order_no="A-9")
        assert (order.customer_id, order.note, order.sold_amount) == (None, "", 500)
        with pytest.raises(AccountErased):
            customer_services.identify(
                kind="phone", value="+86" + w.PHONE, node_id=world.other.home_node_id, source="test",
                seen_at=world.customer.first_seen_at, actor=world.actor,
            )  # fmt: skip


def test_who_comes_back_is_somebody_new():
    world = w.make_world()
    erased(world)
    new = ["A-10", "1", "2031-01-01 10:00:00", "5.00", "Bun", w.PHONE, "", w.NAME, "", "", "", "", "", ""]
    counts = w.load(w.csv([*w.ROWS, new]), world.merchant, "both.csv")
    assert (counts.customers_new, counts.orders_new) == (1, 1)
    with tenancy.scope(world.merchant.pk):
        person = w.owner_of("phone", "+86" + w.PHONE)
        assert person.pk not in (world.customer.pk, world.other.pk)
        assert [order.order_no for order in Order.objects.filter(customer=person)] == ["A-10"]


def test_only_once_and_by_whoever_may():
    world = w.make_world()
    erased(world)
    with tenancy.scope(world.merchant.pk), pytest.raises(PersonErased):
        services.request_erasure(customer_id=world.customer.pk, typed=str(world.customer.pk), actor=world.actor)
    stranger = w.make_merchant()
    with tenancy.scope(stranger.pk), pytest.raises(NotFound):
        services.request_erasure(
            customer_id=world.other.pk, typed=str(world.other.pk), actor=access.system(stranger.pk)
        )


def test_a_crash_after_every_step_changes_nothing(monkeypatch):
    """The job dies behind each step in turn and is started again."""
    world = w.make_world()
    dossier, before = known(world), w.totals(world)
    with tenancy.scope(world.merchant.pk):
        request = services.request_erasure(
            customer_id=world.customer.pk, typed=str(world.customer.pk), actor=world.actor
        )
    for step in ("_people", "_areas", "_texts", "_files", "_snapshot", "_lake"):
        act = getattr(erasing, step)

        def dies(*given, act=act):
            act(*given)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(erasing, step, dies)
            with pytest.raises(KeyboardInterrupt):
                erasing.run(request_id=request.pk, merchant_id=world.merchant.pk, grace=NOW)
    done = erasing.run(request_id=request.pk, merchant_id=world.merchant.pk, grace=NOW)
    assert (done.state, done.proof["places"]) == ("done", {})
    assert search_for(dossier).places == {}
    assert w.totals(world) == before


def test_the_files_of_others_stay():
    world = w.make_world()
    w.load(w.csv([w.ROWS[2]]), world.merchant, "other.csv")
    erased(world)
    folder = Path(settings.FILES) / "imports" / str(world.merchant.pk)
    kept = [path for path in folder.iterdir() if path.suffix == ".csv"]
    assert [w.OTHER_PHONE in path.read_text() for path in kept] == [True]
    needle = search.needles([people.Trace("phone", "+86" + w.OTHER_PHONE)])
    assert search.in_file(kept[0], needle) == {"phone": 1}

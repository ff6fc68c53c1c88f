"""A copy holds everything, expires, and goes with the person."""

from __future__ import annotations

import json
import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.areas.privacy import world as w
from yutang.areas.imports.models import ImportRun
from yutang.areas.orders.models import Order
from yutang.areas.privacy import copying, erasing, queries, retention, services
from yutang.areas.privacy.errors import CopyExpired, ErasureBlocked, ErasureRunning, NotConfirmed, OrdersOpen
from yutang.areas.privacy.models import Request
from yutang.core import clock, tenancy
from yutang.core.errors import Invalid, NotAllowed
from yutang.core.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)


def copied(world: w.World) -> Request:
    with tenancy.scope(world.merchant.pk):
        request = services.request_copy(customer_id=world.customer.pk, actor=world.actor)
    return copying.run(request_id=request.pk, merchant_id=world.merchant.pk)


def test_a_copy_holds_everything_of_the_person_and_nothing_of_others():
    world = w.make_world()
    request = copied(world)
    with tenancy.scope(world.merchant.pk):
        path = queries.copy_of(world.actor, request.pk)
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["data.json", "en.html", "zh-hans.html"]
        data = json.loads(archive.read("data.json"))
        pages = [archive.read(name).decode() for name in ("en.html", "zh-hans.html")]
    assert [row["name"] for row in data["profile"]] == [w.NAME, w.OLD_NAME]
    assert data["profile"][0]["address"] == w.ADDRESS
    assert {row["value"] for row in data["accounts"]} == {"+86" + w.PHONE, w.EMAIL, w.OLD_EMAIL, w.CARD}
    assert [(row["order_no"], row["amount"]) for row in data["orders"]] == [
        ("A-1", "12.50"), ("A-2", "30.00"), ("A-4", "7.00"),
    ]  # fmt: skip
    assert [row["text"] for row in data["notes"]] == [f"{w.NAME} 喜欢桂花糕"]
    for page in pages:
        assert w.ADDRESS in page
        assert w.OTHER_NAME not in page
    assert "<h2>Orders</h2>" in pages[0]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_copy_expires_and_goes_with_the_person():
    world = w.make_world()
    request = copied(world)
    path = Path(settings.FILES) / request.file
    with tenancy.scope(world.merchant.pk):
        Request.objects.update(expires_at=clock.now())
        with pytest.raises(CopyExpired):
            queries.copy_of(world.actor, request.pk)
        erasure = services.request_erasure(
            customer_id=world.customer.pk, typed=f"#{world.customer.pk}", actor=world.actor
        )
    assert path.exists()
    done = erasing.run(request_id=erasure.pk, merchant_id=world.merchant.pk, grace=timedelta(0))
    assert (done.state, path.exists()) == ("done", False)


def test_reasons_against_an_erasure():
    world = w.make_world()
    with tenancy.scope(world.merchant.pk):

        def ask(**more):
            asked = {"customer_id": world.customer.pk, "typed": str(world.customer.pk), "actor": world.actor}
            return services.request_erasure(**asked | more)

        with pytest.raises(NotConfirmed):
            ask(typed="yes")
        Order.objects.filter(order_no="A-2").update(status="paid")
        with pytest.raises(OrdersOpen):
            ask()
        hold = services.place_hold(customer_id=world.customer.pk, reason="court", actor=world.actor)
        with pytest.raises(ErasureBlocked):
            ask(despite_orders=True)
        services.release_hold(hold_id=hold.pk, actor=world.actor)
        run = ImportRun.objects.order_by("-pk")[0]
        ImportRun.objects.filter(pk=run.pk).update(state="queued")
        with pytest.raises(ErasureBlocked):
            ask(despite_orders=True)
        ImportRun.objects.filter(pk=run.pk).update(state="uploaded")
        assert Request.objects.count() == 0
        assert ask(despite_orders=True).state == "queued"
        with pytest.raises(ErasureRunning):
            ask(despite_orders=True)


def test_retention_takes_what_is_too_old_and_nothing_else():
    world = w.make_world()
    request = copied(world)
    with tenancy.scope(world.merchant.pk):
        assert {line.timer.kind: (line.days, line.due) for line in retention.overview(actor=world.actor)} == {
            "copies": (7, 0), "one_time_codes": (7, 0), "audit": (1095, 0), "events": (180, 0), "uploads": (90, 0),
            "carts": (60, 0), "invoices": (30, 0), "notices": (365, 0),
        }  # fmt: skip
        assert retention.sweep(actor=world.actor) == {}
        ago = clock.now() - timedelta(days=40)
        first = ImportRun.objects.order_by("pk")[0]
        ImportRun.objects.filter(pk=first.pk).update(finished_at=ago)
        Request.objects.filter(pk=request.pk).update(done_at=ago)
        AuditEntry.objects.filter(action="customers.note").update(at=ago)
        retention.keep_for(kind="uploads", days=30, actor=world.actor)
        for days in (0, 4000):
            with pytest.raises(Invalid):
                retention.keep_for(kind="copies", days=days, actor=world.actor)
        with pytest.raises(Invalid):
            retention.keep_for(kind="audit", days=30, actor=world.actor)
        assert retention.sweep(actor=world.actor) == {"copies": 1, "uploads": 1}
        first.refresh_from_db()
        assert first.files == []
        assert not (Path(settings.FILES) / request.file).exists()
        assert AuditEntry.objects.filter(action="customers.note").count() == 2
    folder = Path(settings.FILES) / "imports" / str(world.merchant.pk)
    assert len(os.listdir(folder)) == 2  # the two that wait


def test_a_store_decides_nothing_for_everybody(merchant):
    from yutang.core.access import Actor

    store = Actor("user", 1, "Li", merchant.pk, {"privacy.manage": frozenset({1}), "privacy.view": frozenset({1})})
    with pytest.raises(NotAllowed):
        retention.keep_for(kind="uploads", days=30, actor=store)

"""The pages of coupons: designing, codes, runs, a person's card, and who may."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest

from tests.api.pool import make_person, make_store
from tests.console.conftest import text
from tests.factories.coupons import give, make_template, run_of
from tests.factories.membership import make_level
from tests.factories.merchants import make_merchant
from yutang.areas.coupons import services
from yutang.areas.coupons.models import Coupon, Run, Template
from yutang.core import tenancy

if TYPE_CHECKING:
    from collections.abc import Callable

FORM = {
    "name": "Spring", "kind": "percent", "value": "20", "threshold": "100", "ceiling": "50", "channel": "any",
    "valid_days": "7", "starts_after": "0", "returns": "whole", "extend_days": "0", "per_person": "2",
}  # fmt: skip


@pytest.fixture
def shop(db):
    return make_merchant()


@pytest.fixture
def boss(client_for, shop):
    return client_for(shop)


def test_design_change_and_switch_on(boss, shop):
    answer = boss.post("/coupons/new", FORM)
    with tenancy.scope(shop.pk):
        made = Template.objects.select_related("terms").get()
        assert (made.state, made.per_person) == ("draft", 2)
        assert (made.terms.value, made.terms.threshold, made.terms.ceiling) == (20, 10_000, 5_000)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/coupons/{made.pk}")
    assert "20% off · from CN¥100.00, at most CN¥50.00 off" in text(boss.get(f"/coupons/{made.pk}"))
    assert 'value="20.00"' in text(boss.get(f"/coupons/{made.pk}/edit"))
    fixed = {**FORM, "valid_from": "2030-05-01", "valid_until": "2030-05-07", "claim_until": "2030-05-03"}
    boss.post(f"/coupons/{made.pk}/edit", fixed)
    shown = text(boss.get(f"/coupons/{made.pk}/edit"))
    assert all(f'value="2030-05-0{day}"' in shown for day in (1, 7, 3))
    boss.post(f"/coupons/{made.pk}/state", {"state": "active"})
    assert "Active" in text(boss.get("/coupons"))
    assert "Spring" not in text(boss.get("/coupons?q=autumn"))


def test_mistakes_stand_beside_their_field(boss, shop):
    assert "Percent off: 1 to 100." in text(boss.post("/coupons/new", {**FORM, "value": "120"}), 422)
    assert "There is no product X9." in text(boss.post("/coupons/new", {**FORM, "products": "X9"}), 422)
    sent = {**FORM, "ceiling": "", "budget": "10"}
    assert "set a ceiling" in text(boss.post("/coupons/new", sent), 422)


def test_an_archived_level_still_limits_the_coupon(boss, shop):
    with tenancy.scope(shop.pk):
        make_level(0, key="base")
        made = make_template(levels=("gold",))
    page = text(boss.get(f"/coupons/{made.pk}/edit"))
    assert '<option value="gold" selected>' in page
    boss.post(f"/coupons/{made.pk}/edit", {**FORM, "levels": ["gold", "base"]})
    with tenancy.scope(shop.pk):
        assert set(Template.objects.select_related("terms").get().terms.levels) == {"gold", "base"}
    assert "nobody" in text(boss.post("/coupons/new", {**FORM, "levels": "nobody"}), 422)


def test_codes_are_exported_once(boss, shop):
    with tenancy.scope(shop.pk):
        template = make_template()
    boss.post(f"/coupons/{template.pk}/codes", {"name": "Leaflet", "count": "2"})
    page = text(boss.get(f"/coupons/{template.pk}"))
    address = re.search(r'action="(/coupons/codes/\d+/export)"', page)[1]
    told = boss.post(address)
    assert len(told.content.decode("utf-8-sig").split()) == 3
    assert boss.post(address).status_code == 409
    assert "0 of 2 redeemed" in text(boss.get(f"/coupons/{template.pk}"))


def test_a_run_shows_its_progress_and_what_it_brought(boss, shop, monkeypatch):
    store = make_store(shop, "S1")
    with tenancy.scope(shop.pk):
        template = make_template()
        run = run_of(template, [make_person(shop, node=store).pk for _ in range(8)])
    address = f"/coupons/runs/{run.pk}"
    assert progress(boss, address) == (0, "Waiting", 8, 0, 0)

    def die(*_: object) -> None:
        raise WorkerDied

    with monkeypatch.context() as patch:
        patch.setattr(services.running, "_step", after(1, services.running._step, die))
        with pytest.raises(WorkerDied):
            services.execute(merchant_id=shop.pk, run_id=run.pk, chunk=3)
    assert progress(boss, address) == (37, "Running", 8, 3, 3)  # 3 of 8 are 37.5 %
    services.execute(merchant_id=shop.pk, run_id=run.pk, chunk=3)
    assert progress(boss, address) == (None, "Done", 8, 8, 8)
    assert template.name in text(boss.get("/coupons/runs"))
    assert "Nobody was held out" in text(boss.get(f"{address}/result"))
    assert boss.post(f"{address}/resume").status_code == 409  # it is done
    assert "Choose a coupon" in text(boss.get(f"/coupons/runs/new?template={template.pk}"))


class WorkerDied(Exception):
    """Between two chunks: what was done is committed."""


def after(times: int, real: Callable[..., None], then: Callable[..., None]) -> Callable[..., None]:
    """`real` so many times, `then` from there on."""
    calls = itertools.count()
    return lambda *given: (real if next(calls) < times else then)(*given)


def progress(boss, address: str) -> tuple[int | None, str, int, int, int]:
    """What the card of a run says: per cent (none once it asks no more), state, people, done, issued."""
    page = text(boss.get(address, headers={"HX-Request": "true", "HX-Target": "run"}))
    bar = re.search(r'aria-valuenow="(\d+)"', page)
    assert (bar is not None) == ('hx-trigger="every 1s"' in page)
    if bar:
        assert f'style="width: {bar[1]}%"' in page
    state = re.search(r'<span class="badge[^>]*>([^<]+)<', page)[1]
    said = dict(re.findall(r"<dt[^>]*>([^<]+)</dt><dd[^>]*>([^<]+)</dd>", page))
    people, done, issued = (int(said[name]) for name in ("People", "Done", "Issued"))
    return int(bar[1]) if bar else None, state, people, done, issued


def test_stop_and_go_on(boss, shop):
    with tenancy.scope(shop.pk):
        run = run_of(make_template(), [make_person(shop, node=make_store(shop, "S1")).pk])
    boss.post(f"/coupons/runs/{run.pk}/stop")
    boss.post(f"/coupons/runs/{run.pk}/resume")
    with tenancy.scope(shop.pk):
        assert Run.objects.get().state == "queued"


def test_one_for_a_person_and_back(boss, shop):
    with tenancy.scope(shop.pk):
        template = make_template()
        person = make_person(shop, node=make_store(shop, "S1"))
    card = f"/customers/{person.pk}/coupons"
    assert 'id="customer_coupons"' in text(boss.get(card))
    for _ in range(2):
        assert template.name in text(boss.post(f"{card}/issue", {"template": template.pk, "key": "a"}))
    with tenancy.scope(shop.pk):
        made = Coupon.objects.get()
    assert "Withdrawn" in text(boss.post(f"{card}/{made.pk}/withdraw"))


def test_who_sees_only_a_store_designs_and_lists_nothing(client_for, shop):
    store = make_store(shop, "S1")
    with tenancy.scope(shop.pk):
        template = make_template()
        there, elsewhere = make_person(shop, node=store), make_person(shop, node=make_store(shop, "S2"))
        give(template, elsewhere.pk)
    manager = client_for(shop, "store_manager", store)
    for address in ("/coupons", f"/coupons/{template.pk}", "/coupons/runs"):
        assert manager.get(address).status_code == 403
    assert manager.get(f"/customers/{there.pk}/coupons").status_code == 200
    assert manager.get(f"/customers/{elsewhere.pk}/coupons").status_code == 404

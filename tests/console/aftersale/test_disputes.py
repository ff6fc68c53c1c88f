"""Disputes, terms and the service score in the console."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_store, sql
from tests.console.conftest import text
from tests.factories import aftersale as made
from tests.factories import shop as own
from tests.factories.catalog import make_picture_file
from tests.factories.merchants import make_merchant
from yutang.areas.aftersale import queries
from yutang.areas.aftersale.models import Case, Dispute, Terms
from yutang.areas.merchants import queries as merchants
from yutang.core import tenancy


def dispute_of(merchant, *, is_heard: bool = True, **overrides) -> Dispute:
    with tenancy.scope(merchant.pk):
        order = made.shipped((own.stocked(20, name="Cheesecake"), 1))
        case = made.opened(order, (0, 1), **{"kind": "refund_only", "reason": "quality", **overrides})
        (made.heard if is_heard else made.disputed)(case)
        return Dispute.objects.get(case=case)


def test_the_list(client_for, merchant):
    heard, new = dispute_of(merchant), dispute_of(merchant, is_heard=False)
    client = client_for(merchant)

    def listed(query=""):
        page = client.get(f"/aftersale/disputes{query}")
        return [row.pk for row, *_ in page.context["page"].rows]

    assert listed() == [new.pk, heard.pk]
    assert listed("?state=evidence") == [new.pk]
    assert listed("?state=ruling") == [heard.pk]
    assert listed("?state=ruled") == []
    with CaptureQueriesContext(connection) as captured:
        text(client.get("/aftersale/disputes"))
    assert len(sql(captured)) == 4


def test_both_sides_on_a_page(client_for, merchant):
    found = dispute_of(merchant, text="It fell apart", pictures=[make_picture_file()])
    page = text(client_for(merchant).get(f"/aftersale/disputes/{found.pk}"))
    for shown in ("It fell apart", "It was used.", "It was not.", "Cheesecake", "Then it is ruled for the buyer"):
        assert shown in page, shown
    assert "/aftersale/evidence/" in page


def test_a_ruling_is_seen_first(client_for, merchant):
    found = dispute_of(merchant)
    client, address = client_for(merchant), f"/aftersale/disputes/{found.pk}/rule"
    assert "Nothing happens before you confirm" in text(client.get(address))
    ruling = {"ruling": "split", "amount": "40", "text": "Half of it is left"}
    assert "This field is required." in text(client.post(address, {**ruling, "text": ""}), 422)
    assert "More is asked for" in text(client.post(address, {**ruling, "amount": "100.01"}), 422)
    preview = client.post(address, ruling)
    assert "CN¥40.00" in text(preview)
    with tenancy.scope(merchant.pk):
        assert Dispute.objects.get().state == "ruling"
    done = client.post(address, {**ruling, "seen": preview.context["seen"], "confirm": "yes"})
    assert done.headers["Location"] == f"/aftersale/disputes/{found.pk}"
    with tenancy.scope(merchant.pk):
        case = Case.objects.get()
        assert (case.state, case.granted) == ("done", 4_000)
    assert "Split" in text(client.get(f"/aftersale/disputes/{found.pk}"))
    assert client.get(address).status_code == 409


def test_for_the_shop_nothing_goes_back(client_for, merchant):
    found = dispute_of(merchant)
    client, address = client_for(merchant), f"/aftersale/disputes/{found.pk}/rule"
    ruling = {"ruling": "merchant", "text": "Used"}
    preview = client.post(address, ruling)
    assert "The case is closed; nothing goes back." in text(preview)
    client.post(address, {**ruling, "seen": "", "confirm": "yes"})
    with tenancy.scope(merchant.pk):
        assert Case.objects.get().closed_because == "for_shop"


def test_not_before_the_evidence_is_in(client_for, merchant):
    found = dispute_of(merchant, is_heard=False)
    assert client_for(merchant).get(f"/aftersale/disputes/{found.pk}/rule").status_code == 409


def test_the_wrong_person(client_for, merchant):
    handler = client_for(merchant)
    with tenancy.scope(merchant.pk):
        actor = merchants.actor_for(handler.member.user, merchant.pk)
        case = made.refused(made.opened(made.shipped((own.stocked(), 1)), (0, 1)), actor=actor)
        made.services.escalate(case_id=case.pk, reason="x", side="buyer", actor=made.shopper())
        made.wait(case)
        found = Dispute.objects.get()
    address = f"/aftersale/disputes/{found.pk}"
    assert handler.get(f"{address}/rule").status_code == 403
    assert "/rule" not in text(handler.get(address))
    assert f"{address}/rule" in text(client_for(merchant).get(address))
    for client in (client_for(make_merchant()), client_for(merchant, "owner", make_store(merchant))):
        assert client.get(address).status_code == 404
        assert client.post(f"{address}/rule", {}).status_code == 404
        assert list(client.get("/aftersale/disputes").context["page"].rows) == []
    service = client_for(merchant, "service")
    assert service.get(address).status_code == 200
    assert service.post(f"{address}/rule", {}).status_code == 403


def settings(**changes) -> dict[str, object]:
    values = {name: bound.default for name, bound in queries.bounds().items()}
    promises = {name: bound.default for name, bound in queries.no_reason_bounds().items()}
    return {**values, **promises, "return_name": "", "return_phone": "", "return_address": "", **changes}


def test_the_terms(client_for, merchant):
    client, address = client_for(merchant), "/aftersale/settings"
    assert "7 to 90" in text(client.get(address))
    assert "less than or equal to 48" in text(client.post(address, settings(answer_hours=49)), 422)
    assert client.post(address, settings(answer_hours=12, return_address="Street 1")).status_code == 302
    with tenancy.scope(merchant.pk):
        assert (Terms.objects.get().answer_hours, Terms.objects.get().return_address) == (12, "Street 1")
    assert "Street 1" in text(client.get(address))
    assert client_for(merchant, "service").get(address).status_code == 403
    assert client_for(merchant, "owner", make_store(merchant)).post(address, settings()).status_code == 403


def test_the_score(client_for, merchant):
    client = client_for(merchant)
    assert "Nothing to score yet" in text(client.get("/aftersale/score"))
    found = dispute_of(merchant)
    with tenancy.scope(merchant.pk):
        made.rule(Case.objects.get(pk=found.case_id), "buyer")
    page = client.get("/aftersale/score")
    ((_name, score, _parts, behind),) = page.context["rows"]
    assert (score.record.cases, score.record.overturned) == (1, 1)
    for name in ("cases", "overturned"):
        listed = client.get(behind[name], headers={"HX-Request": "true", "HX-Target": "results"})
        assert [row.pk for row in listed.context["page"].rows] == [found.case_id], name
    empty = client.get(behind["late_receipts"], headers={"HX-Request": "true", "HX-Target": "results"})
    assert list(empty.context["page"].rows) == []


def test_what_waits_stands_on_the_home_page(client_for, merchant):
    dispute_of(merchant)
    with tenancy.scope(merchant.pk):
        made.opened(made.shipped((own.stocked(), 1)), (0, 1))
    tasks = {task.label: task.count for task in client_for(merchant).get("/").context["tasks"]}
    assert tasks == {"After-sale cases that wait for the shop": 1, "Disputes that wait for a ruling": 1}
    assert client_for(merchant, "finance").get("/").context["tasks"] == []

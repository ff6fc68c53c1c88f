"""The list and the page of after-sale cases: works, narrows, refuses, wrong person, limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.pool import make_store, sql
from tests.console.conftest import text
from tests.factories import aftersale as made
from tests.factories import shop as own
from tests.factories.catalog import make_picture_file
from tests.factories.merchants import make_merchant
from yutang.areas.aftersale.models import Case, CasePicture, CaseStep, Dispute
from yutang.areas.aftersale.queries import TABS
from yutang.areas.inventory.models import StockItem
from yutang.areas.orders import services as orders
from yutang.areas.orders.models import Order
from yutang.areas.payments.models import Refund
from yutang.core import tenancy
from yutang.core.models import AuditEntry

KEY = "a" * 32


def case_of(merchant, *, is_shipped: bool = True, then=None, **overrides) -> Case:
    """A case about two pieces of a cake, `then` brought further."""
    with tenancy.scope(merchant.pk):
        goods = (own.stocked(20, name="Cheesecake"), 2)
        order = made.shipped(goods) if is_shipped else own.paid(goods)
        case = made.opened(order, (0, 2), **overrides)
        return then(case) if then else case


def state(merchant, case) -> str:
    with tenancy.scope(merchant.pk):
        return Case.objects.get(pk=case.pk).state


def listed(client, query: str = "") -> list[int]:
    page = client.get(f"/aftersale{query}", headers={"HX-Request": "true", "HX-Target": "results"})
    assert page.status_code == 200, page.content.decode()[:800]
    return [row.pk for row in page.context["page"].rows]


@pytest.fixture
def world(merchant):
    refund = {"kind": "refund_only", "reason": "quality"}
    return {
        "to_answer": case_of(merchant), "to_receive": case_of(merchant, then=made.sent),
        "disputed": case_of(merchant, then=made.disputed), "with_buyer": case_of(merchant, then=made.refused),
        "done": case_of(merchant, then=made.agree, **refund),
        "closed": case_of(merchant, then=lambda case: made.wait(made.refused(case))),
    }  # fmt: skip


def test_tabs_show_what_waits(client_for, merchant, world):
    client = client_for(merchant)
    assert set(listed(client)) == {case.pk for case in world.values()}
    for tab in TABS:
        assert listed(client, f"?tab={tab}") == ([world[tab].pk] if tab in world else []), tab
    page = text(client.get("/aftersale?tab=to_answer"))
    assert "To answer 1" in page
    assert "Cheesecake" in page
    assert "47 hours left" in page


def test_search_and_filters(client_for, merchant, world):
    client = client_for(merchant)
    asked, sent = world["to_answer"], world["to_receive"]
    with tenancy.scope(merchant.pk):
        order_no = Order.objects.get(pk=asked.order_id).order_no
    assert listed(client, f"?q={asked.number}") == [asked.pk]
    assert listed(client, f"?q={sent.tracking_no}") == [sent.pk]
    assert listed(client, f"?q={order_no}") == [asked.pk]
    assert len(listed(client, "?q=13800138000")) == len(world)
    assert listed(client, "?q=nobody") == []
    assert listed(client, "?kind=refund_only") == listed(client, "?reason=quality") == [world["done"].pk]
    assert listed(client, "?until=2020-01-01") == []
    assert listed(client, "?kind=nonsense&tab=nonsense") == listed(client)


def test_queries_do_not_grow(client_for, merchant):
    client = client_for(merchant)
    for _ in range(3):
        case_of(merchant)
    listed(client)
    with CaptureQueriesContext(connection) as few:
        listed(client)
    for _ in range(4):
        case_of(merchant)
    with CaptureQueriesContext(connection) as many:
        assert len(listed(client)) == 7
    assert len(sql(few)) == len(sql(many)) == 9


def test_page_of_a_case(client_for, merchant):
    case = case_of(merchant, text="Too sweet", pictures=[make_picture_file()])
    client = client_for(merchant)
    with CaptureQueriesContext(connection) as captured:
        page = text(client.get(f"/aftersale/{case.pk}"))
    assert len(sql(captured)) == 12
    for shown in (case.number, "Cheesecake", "Too sweet", "No longer wanted", "CN¥200.00", "47 hours left"):
        assert shown in page, shown
    assert "Then it is agreed to by itself." in page


def test_agreeing_to_a_refund_is_seen_first(client_for, merchant):
    case = case_of(merchant, is_shipped=False, kind="refund_only")
    client, address = client_for(merchant), f"/aftersale/{case.pk}/agree"
    preview = client.get(address)
    page = text(preview)
    assert "CN¥200.00" in page
    assert "2 pieces that never left are for others again." in page
    assert state(merchant, case) == "asked"
    done = client.post(address, {"seen": preview.context["seen"], "confirm": "yes"})
    assert done.headers["Location"] == f"/aftersale/{case.pk}"
    assert state(merchant, case) == "done"
    with tenancy.scope(merchant.pk):
        assert Refund.objects.get().amount == 20_000
        found = AuditEntry.objects.filter(object_type="aftersale_case").values_list("action", flat=True)
        assert list(found) == ["aftersale.agree"]


def test_what_was_not_seen_is_not_done(client_for, merchant):
    case = case_of(merchant, kind="refund_only", reason="quality")
    client, address = client_for(merchant), f"/aftersale/{case.pk}/agree"
    seen = client.get(address).context["seen"]
    with tenancy.scope(merchant.pk):
        orders.refund(
            order_id=case.order_id, back=[orders.Back(0, 0, 5_000)], reason="x", key="x", actor=own.actor()
        )  # fmt: skip
    again = client.post(address, {"seen": seen, "confirm": "yes"})
    assert "Something has changed meanwhile" in text(again)
    assert again.context["total"] == 15_000
    assert state(merchant, case) == "asked"


def test_a_return_through_its_pages(client_for, merchant):
    case = case_of(merchant)
    client = client_for(merchant)
    assert "There is no return address yet." in text(client.get(f"/aftersale/{case.pk}/agree"))
    client.post(f"/aftersale/{case.pk}/agree", {"seen": "", "confirm": "yes"})
    assert state(merchant, case) == "sending"
    with tenancy.scope(merchant.pk):
        made.services.send_back(case_id=case.pk, carrier="SF", tracking_no="SF1", actor=made.shopper())
    address = f"/aftersale/{case.pk}/receive"
    assert "2 pieces come back on hand." in text(client.get(address))
    preview = client.post(address, {"seen": ""})  # without the tick
    assert "2 pieces are given back but not put into stock." in text(preview)
    client.post(address, {"seen": preview.context["seen"], "confirm": "yes"})
    assert state(merchant, case) == "done"
    with tenancy.scope(merchant.pk):
        assert StockItem.objects.get().on_hand == 18
    page = text(client.get(f"/aftersale/{case.pk}"))
    assert "SF1" in page
    assert "refunded" in page


def test_refuse_with_an_offer(client_for, merchant):
    case = case_of(merchant)
    client, address = client_for(merchant), f"/aftersale/{case.pk}/refuse"
    assert "This field is required." in text(client.post(address, {"reason": ""}), 422)
    assert "More is asked for" in text(client.post(address, {"reason": "Used", "offer": "200.01"}), 422)
    assert client.post(address, {"reason": "Used", "offer": "50"}).status_code == 302
    page = text(client.get(f"/aftersale/{case.pk}"))
    assert "CN¥50.00 offered" in page
    assert state(merchant, case) == "refused"
    assert client.get(f"/aftersale/{case.pk}/agree").status_code == 409


def test_turn_down_and_escalate(client_for, merchant):
    case = case_of(merchant, then=made.sent)
    client = client_for(merchant)
    client.post(f"/aftersale/{case.pk}/reject", {"reason": "Not ours"})
    client.post(f"/aftersale/{case.pk}/escalate", {"reason": "Settle it"})
    assert state(merchant, case) == "disputed"
    with tenancy.scope(merchant.pk):
        assert Dispute.objects.get().opened_by == "merchant"


def test_an_exchange_through_its_pages(client_for, merchant):
    case = case_of(merchant, then=made.sent, kind="exchange", reason="quality")
    client, address = client_for(merchant), f"/aftersale/{case.pk}/receive"
    preview = client.get(address)
    assert "an order at no price goes out" in text(preview)
    client.post(address, {"seen": preview.context["seen"], "is_restocked": "on", "confirm": "yes"})
    assert state(merchant, case) == "resending"
    sent = {"key": KEY, "carrier": "SF", "tracking_no": "SF2"}
    assert client.post(f"/aftersale/{case.pk}/resend", sent).status_code == 302
    assert state(merchant, case) == "done"
    with tenancy.scope(merchant.pk):
        new = Case.objects.get(pk=case.pk).replacement
    assert "This order is its replacement." in text(client.get(f"/orders/{new.pk}"))
    assert client.get(f"/orders/{new.pk}/refund").status_code == 404


def test_evidence_and_notes(client_for, merchant):
    case = case_of(merchant)
    client = client_for(merchant)
    upload = make_picture_file()
    upload.name = "proof.jpg"
    assert client.post(f"/aftersale/{case.pk}/evidence", {"text": "As sent", "pictures": upload}).status_code == 302
    assert "Say why." in text(client.post(f"/aftersale/{case.pk}/evidence", {"text": ""}), 422)
    client.post(f"/aftersale/{case.pk}/note", {"text": " Call first "})
    with tenancy.scope(merchant.pk):
        assert list(CaseStep.objects.order_by("pk").values_list("what", flat=True)) == ["opened", "evidence", "noted"]
        picture = CasePicture.objects.get()
    page = text(client.get(f"/aftersale/{case.pk}"))
    assert "Call first" in page
    answer = client.get(f"/aftersale/evidence/{picture.pk}/200")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    b"".join(answer.streaming_content)
    assert client.get(f"/aftersale/evidence/{picture.pk}/201").status_code == 404
    assert client.get(f"/media/{merchant.pk}/{picture.digest}/200.webp").status_code == 404


def test_written_down_for_a_buyer(client_for, merchant):
    with tenancy.scope(merchant.pk):
        order = made.shipped((own.stocked(20, price=1_000, name="Bread"), 3))
    client, address = client_for(merchant), f"/aftersale/new/{order.pk}"
    assert "3 with the buyer" in text(client.get(address))
    asked = {"key": KEY, "kind": "return_refund", "reason": "quality", "pieces-0": "2", "text": "By phone"}
    assert "this cannot be asked for" in text(client.post(address, {**asked, "pieces-0": "0"}), 422)
    for _ in range(2):  # sent twice, opened once
        answer = client.post(address, asked)
    with tenancy.scope(merchant.pk):
        case = Case.objects.get()
        assert (case.amount, case.opened_by, CaseStep.objects.get().side) == (2_000, "owner", "merchant")
    assert answer.headers["Location"] == f"/aftersale/{case.pk}"
    assert case.number in text(client.get(f"/orders/{order.pk}"))


def test_what_is_called_off_is_not_offered_for_shipping(client_for, merchant):
    case = case_of(merchant, is_shipped=False, kind="refund_only")
    client = client_for(merchant)
    assert "Pieces that the buyer has called off" in text(client.get(f"/orders/{case.order_id}"))
    refused = text(
        client.post(f"/orders/{case.order_id}/ship", {"key": KEY, "pieces-0": "0", "is_uncarried": "on"}), 422
    )
    assert "wait for an after-sale decision" in refused


def test_the_wrong_person(client_for, merchant):
    case = case_of(merchant, pictures=[make_picture_file()])
    with tenancy.scope(merchant.pk):
        picture = CasePicture.objects.get()
    store = make_store(merchant)
    actions = ("agree", "refuse", "receive", "reject", "resend", "evidence", "escalate", "note")
    for client in (client_for(make_merchant()), client_for(merchant, "owner", store)):
        assert client.get(f"/aftersale/{case.pk}").status_code == 404
        assert client.get(f"/aftersale/evidence/{picture.pk}/200").status_code == 404
        assert listed(client) == []
        for action in actions:
            assert client.post(f"/aftersale/{case.pk}/{action}", {}).status_code == 404, action
        assert client.get(f"/aftersale/new/{case.order_id}").status_code == 404
    operations = client_for(merchant, "operations")
    assert operations.get(f"/aftersale/{case.pk}").status_code == 200
    for action in actions:
        assert operations.post(f"/aftersale/{case.pk}/{action}", {}).status_code == 403, action
    assert client_for(merchant, "guide").get("/aftersale").status_code == 403
    assert client_for(merchant, "service").get(f"/aftersale/{case.pk}/agree").status_code == 200
    assert state(merchant, case) == "asked"


def test_late_ones_stand_first(client_for, merchant):
    first, second = case_of(merchant), case_of(merchant)
    with tenancy.scope(merchant.pk):
        Case.objects.filter(pk=second.pk).update(deadline_at=first.deadline_at - timedelta(hours=1))
    assert listed(client_for(merchant), "?tab=to_answer") == [second.pk, first.pk]

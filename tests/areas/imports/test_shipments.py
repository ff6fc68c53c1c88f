"""Tracking numbers out of a file: checked first, shipped once, and what was left out says why."""

from __future__ import annotations

import csv
import io

import pytest

from tests.areas.imports.files import write, write_xlsx
from tests.console.conftest import make_member
from tests.factories.aftersale import opened
from tests.factories.merchants import make_store
from tests.factories.shop import HOME, paid, place, stocked
from yutang.areas.imports import shipments
from yutang.areas.imports.failures import FileUnreadable, NotRunnable
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import services
from yutang.areas.orders.models import Order, Parcel
from yutang.core.errors import NotFound
from yutang.core.models import AuditEntry

HEADER = "订单号,快递公司,快递单号"


@pytest.fixture
def check(tmp_path, actor):
    def run(*lines: str, by=actor, header: str = HEADER):
        return shipments.check(path=write(tmp_path, "s.csv", "\n".join([header, *lines])), name="s.csv", actor=by)

    return run


def reasons(run) -> list[tuple[int, str]]:
    return [(one.row, one.reason) for one in shipments.problems(run)]


def ship(run, actor):
    shipments.queue(run_id=run.pk, actor=actor)
    shipments.execute(run_id=run.pk, actor=actor)
    run.refresh_from_db()
    return run


@pytest.fixture
def orders(merchant):
    cake = stocked(50)
    return [paid((cake, 2)) for _ in range(3)]


def test_what_can_be_shipped_is(check, orders, actor):
    run = check(*(f"{order.order_no},顺丰,SF100000{n}" for n, order in enumerate(orders)), f"{orders[0].order_no},,")
    assert (run.state, len(run.rows), run.problems) == ("checked", 3, [])
    assert not Parcel.objects.exists()
    run = ship(run, actor)
    assert (run.state, run.shipped, run.position, run.problems) == ("done", 3, 3, [])
    assert set(Order.objects.values_list("status", flat=True)) == {"shipped"}
    assert list(Parcel.objects.order_by("pk").values_list("carrier", "tracking_no", "pieces")) == [
        ("顺丰速运", f"SF100000{n}", {"0": 2}) for n in range(3)
    ]
    with pytest.raises(NotRunnable):
        shipments.queue(run_id=run.pk, actor=actor)


def test_the_same_file_again_ships_nothing(check, orders, actor):
    lines = [f"{order.order_no},ZTO,ZT100000{n}" for n, order in enumerate(orders)]
    ship(check(*lines), actor)
    again = check(*lines)
    assert (again.rows, again.known, again.problems) == ([], 3, [])
    with pytest.raises(NotRunnable):
        shipments.queue(run_id=again.pk, actor=actor)


def test_every_row_that_is_wrong_says_why(check, orders, actor):
    cake = stocked(50)
    unpaid, gone, held = place((cake, 1)), paid((cake, 1)), paid((cake, 1))
    unpaid = Order.objects.get(pk=unpaid.pk)
    services.ship(order_id=gone.pk, carrier="SF", tracking_no="SF77777777", key="p", actor=actor)
    opened(held, (0, 1), kind="refund_only", reason="unwanted")
    one, two, three = (order.order_no for order in orders)
    run = check(
        "9999,SF,SF10000001",
        f"{unpaid.order_no},SF,SF10000002",
        f"{gone.order_no},SF,SF10000003",
        f"{held.order_no},SF,SF10000004",
        f"{one},Snail,SF10000005",
        f"{two},SF,1-2",
        f"{two},SF,SF10000006",
        f"{three},SF,SF77777777",
    )  # fmt: skip
    assert run.rows == []
    assert reasons(run) == [
        (2, "there is no order of your shop with this number, or you may not ship it"),
        (3, "it is To pay: there is nothing to ship"),
        (4, "it was shipped already"),
        (5, "pieces of it wait for an after-sale decision"),
        (6, "Snail is no carrier that is known"),
        (7, "this order stands in the file twice"),
        (8, "this order stands in the file twice"),
        (9, f"the tracking number belongs to order {gone.order_no} already"),
    ]
    run = check(f"{one},SF,SF10000009", f"{two},SF,SF10000009", f"{three},SF,12")
    assert [reason for _, reason in reasons(run)] == [
        "the tracking number stands in the file twice", "the tracking number stands in the file twice",
        "a tracking number has 6 to 40 letters and digits",
    ]  # fmt: skip


def test_what_changes_between_check_and_run(check, orders, actor):
    run = check(*(f"{order.order_no},SF,SF100000{n}" for n, order in enumerate(orders)))
    services.ship(order_id=orders[0].pk, key="by hand", actor=actor)
    opened(orders[1], (0, 1), kind="refund_only", reason="unwanted")
    run = ship(run, actor)
    assert (run.shipped, run.position) == (1, 3)
    assert reasons(run) == [(2, "it was shipped already"), (3, "pieces of it wait for an after-sale decision")]
    out = io.BytesIO()
    assert shipments.problems_csv(shipments.problems(run), out) == 2
    assert orders[1].order_no in out.getvalue().decode("utf-8-sig")


def test_a_file_that_is_none(check, tmp_path, actor):
    for header, said in (("订单号,快递单号", "Carrier"), ("a,b", "")):
        with pytest.raises(FileUnreadable) as error:
            check("1,2,3", header=header)
        assert said in str(error.value)


def test_as_many_statements_for_many_rows_as_for_one(check, orders, django_assert_num_queries):
    for count in (1, 3):
        lines = [f"{order.order_no},SF,SF200000{n}" for n, order in enumerate(orders[:count])]
        with django_assert_num_queries(7):  # orders, parcels, held, run, audit, savepoint twice
            check(*lines)


def test_an_export_is_a_file_to_fill_in(orders, actor, tmp_path, merchant):
    orders[0].shop.buyer_note = "=cmd"
    orders[0].shop.save()
    services.ship(order_id=orders[1].pk, key="p", actor=actor)
    out = io.BytesIO()
    assert shipments.export(node_id=None, target=out, is_csv=True, actor=actor) == 2
    rows = list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))
    assert [row["Order number"] for row in rows] == [orders[0].order_no, orders[2].order_no]
    shown = [rows[0][header] for header in ("Recipient", "Phone", "Street and number")]
    assert shown == [HOME.name, HOME.phone.removeprefix("+86"), HOME.street]
    assert (rows[0]["Pieces to ship"], rows[0]["Note of the buyer"]) == ("2", "'=cmd")
    assert AuditEntry.objects.get(action="orders.export").detail == {"orders": 2, "in_full": True, "node": None}
    table = [list(rows[0]), *([*list(row.values())[:-2], "SF", f"SF300000{n}"] for n, row in enumerate(rows))]
    run = shipments.check(path=write_xlsx(tmp_path, "back.xlsx", table), name="back.xlsx", actor=actor)
    assert (len(run.rows), run.problems) == (2, [])


def test_who_may_not_see_recipients_gets_them_masked(orders, merchant):
    member = make_member(merchant, "operations")
    out = io.BytesIO()
    shipments.export(node_id=None, target=out, is_csv=True, actor=merchants.actor_for(member.user, merchant.pk))
    shown = out.getvalue().decode("utf-8-sig")
    assert HOME.name not in shown
    assert HOME.street not in shown
    assert AuditEntry.objects.get(action="orders.export").detail["in_full"] is False


def test_of_another_store(check, orders, merchant, actor):
    member = make_member(merchant, "owner", make_store("s"))
    manager = merchants.actor_for(member.user, merchant.pk)
    run = check(f"{orders[0].order_no},SF,SF10000001", by=manager)
    assert "you may not ship it" in reasons(run)[0][1]
    theirs = check(f"{orders[0].order_no},SF,SF10000001")
    with pytest.raises(NotFound):
        shipments.run(manager, theirs.pk)
    assert shipments.run(actor, run.pk) == run
    out = io.BytesIO()
    assert shipments.export(node_id=None, target=out, is_csv=False, actor=manager) == 0

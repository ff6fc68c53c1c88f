from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile as File

from tests.areas.imports.runs import MAPPING, run, text, upload
from tests.factories.merchants import make_merchant
from yutang.areas.imports import services
from yutang.areas.imports.models import ImportRun, SavedMapping
from yutang.core import access, tenancy

GOOD = text("1,a,2026-01-05 10:00,,12.50,2,,Toast,13800138000", "1,b,2026-01-05 10:00,,3.00,1,1.00,Bun,13800138000")
JD = (
    "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,"
    "京东价,订单金额,结算金额,应付金额,订单状态,下单帐号,付款确认时间,运费金额\n"
    "1,9,饼,1,在线支付,2026-01-01 10:00:00,5,5,5,5,完成,jd_a,2026-01-01 10:00:01,0\n"
)


@pytest.fixture
def owner(client_for, merchant):
    return client_for(merchant)


def send(client, content: str | bytes, name: str = "a.csv", **more):
    data = content.encode() if isinstance(content, str) else content
    return client.post("/imports/new", {"file": [File(name, data)], **more})


def test_the_empty_list_says_what_to_export(owner):
    page = owner.get("/imports").content.decode()
    assert "Begin with the orders you already have" in page
    assert "Pinduoduo" in page


def test_a_known_file_is_recognised_and_shown_before_anything_is_written(owner):
    response = send(owner, JD.encode("gb18030"), "京东.csv")
    made = ImportRun.objects.get()
    assert response["Location"] == f"/imports/{made.pk}"
    page = owner.get(response["Location"]).content.decode()
    assert (made.layout, made.state) == ("jd", "uploaded")
    for shown in ("京东.csv", "GB18030", "jd_a", "Import now", "Try it first"):
        assert shown in page


def test_an_unknown_file_leads_to_the_editor_with_guesses(owner):
    response = send(owner, "单号,日期,实收金额,手机,别的\nA1,2026-01-05,12.5,13800138000,x\n")
    made = ImportRun.objects.get()
    assert response["Location"] == f"/imports/{made.pk}/mapping"
    page = owner.get(response["Location"]).content.decode()
    assert 'value="order_no" selected' in page
    assert 'value="phone" selected' in page
    assert "138****8000" in page
    assert "13800138000" not in page


def test_the_preview_follows_the_form_and_names_what_is_missing(owner, actor):
    made = upload("no,day,sum,state\nA1,05/01/2026,12.5,ok\n", actor, mapping=None)
    fields = {
        "field-0": "order_no",
        "field-1": "ordered_at",
        "field-2": "amount",
        "amount": "amount",
        "refunds": "none",
    }
    address = f"/imports/{made.pk}/mapping/preview"
    assert "columns.status" in owner.post(address, fields).content.decode()
    fields |= {"field-3": "status"}
    page = owner.post(address, fields).content.decode()
    assert 'name="word" value="ok"' in page
    assert "this order status is not known" in page
    fields |= {"date_formats": "%d/%m/%Y", "words_of": "state", "word": "ok", "status-0": "completed"}
    page = owner.post(address, fields).content.decode()
    assert "2026-01-05" in page
    assert "12.50" in page


def test_saving_uses_the_mapping_for_this_file_and_the_next(owner, actor):
    made = upload("no,day,sum\nA1,2026-01-05,12.5\n", actor, mapping=None)
    fields = {
        "field-0": "order_no", "field-1": "ordered_at", "field-2": "amount", "constant-status": "completed",
        "amount": "amount", "refunds": "none", "name": "Market stall", "source": "stall",
    }  # fmt: skip
    assert owner.post(f"/imports/{made.pk}/mapping", fields)["Location"] == f"/imports/{made.pk}"
    made.refresh_from_db()
    assert (SavedMapping.objects.get().name, made.source) == ("Market stall", "stall")
    services.start(run_id=made.pk, dry_run=False, actor=actor)
    assert services.execute(run_id=made.pk, actor=actor).net_amount == 1250
    assert send(owner, "day,no,sum\n2026-01-06,A2,1\n")["Location"].endswith(f"/imports/{made.pk + 1}")
    toml = owner.get(f"/imports/{made.pk}/mapping.toml").content.decode()
    assert 'order_no = ["no"]' in toml


def test_a_mapping_that_lacks_something_is_shown_beside_its_setting(owner, actor):
    made = upload("no,day,sum\nA1,2026-01-05,12.5\n", actor, mapping=None)
    response = owner.post(
        f"/imports/{made.pk}/mapping", {"field-0": "order_no", "amount": "amount", "refunds": "none", "source": "stall"}
    )
    assert response.status_code == 422
    assert "this must be set" in response.content.decode()
    assert not SavedMapping.objects.exists()


def test_a_mapping_says_where_the_orders_come_from(owner, actor):
    made = upload("no,day,sum\nA1,2026-01-05,12.5\n", actor, mapping=None)
    fields = {
        "field-0": "order_no", "field-1": "ordered_at", "field-2": "amount", "constant-status": "completed",
        "amount": "amount", "refunds": "none", "name": "Market stall", "source": " ",
    }  # fmt: skip
    response = owner.post(f"/imports/{made.pk}/mapping", fields)
    assert response.status_code == 422
    assert "Say where these orders come from" in response.content.decode()
    assert not SavedMapping.objects.exists()


def test_settings_come_and_go_as_toml(owner, actor):
    made = upload(GOOD, actor, mapping=None)
    owner.post(f"/imports/{made.pk}/mapping/toml", {"file": File("m.toml", MAPPING.encode())})
    assert owner.get(f"/imports/{made.pk}/mapping.toml").content.decode() == MAPPING
    response = owner.post(f"/imports/{made.pk}/mapping/toml", {"file": File("m.toml", b"\xff[[[")}, follow=True)
    assert "not valid TOML" in response.content.decode()


def test_trying_watching_stopping_and_the_report(owner, actor):
    made = upload(GOOD + "9,a,2026-99-99,,1,,,,,,,\n", actor)
    address = f"/imports/{made.pk}"
    owner.post(f"{address}/start", {"dry_run": "1"})
    waiting = owner.get(f"{address}/status").content.decode()
    assert 'hx-trigger="every 1s"' in waiting
    services.execute(run_id=made.pk, actor=actor)
    assert "This is what would happen" in owner.get(address).content.decode()
    owner.post(f"{address}/start")
    owner.post(f"{address}/cancel")
    assert "Stopped" in owner.get(address).content.decode()
    owner.post(f"{address}/start")
    services.execute(run_id=made.pk, actor=actor)
    report = owner.get(f"{address}/status").content.decode()
    assert "every 1s" not in report
    for shown in ("Imported", "¥14.50", "this is not a date we can read"):
        assert shown in report
    rejected = owner.get(f"{address}/rejected.csv")
    assert rejected["Content-Disposition"].startswith("attachment")
    assert b"row.date_unreadable" in b"".join(rejected.streaming_content)
    assert "a.csv" not in owner.get("/imports").content.decode()
    assert "till.csv" in owner.get("/imports?q=TILL&state=done").content.decode()


def test_the_second_report_is_asked_for_and_joined(owner):
    from tests.areas.imports import test_taobao

    send(owner, test_taobao.ORDERS.encode("gbk"), "订单.csv")
    made = ImportRun.objects.get()
    assert "Better together with" in owner.get(f"/imports/{made.pk}").content.decode()
    owner.post(f"/imports/{made.pk}/companion", {"file": File("a.csv", b"x,y\n1,2\n")})
    made.refresh_from_db()
    assert len(made.files) == 1
    owner.post(f"/imports/{made.pk}/companion", {"file": File("宝贝.csv", test_taobao.OLD_ITEMS.encode("gbk"))})
    made.refresh_from_db()
    assert made.file_names == ["订单.csv", "宝贝.csv"]
    assert "Better together with" not in owner.get(f"/imports/{made.pk}").content.decode()


def test_another_platform_can_be_chosen(owner, actor):
    made = upload(JD, actor, mapping=None)
    owner.post(f"/imports/{made.pk}/layout", {"layout": "douyin"})
    page = owner.get(f"/imports/{made.pk}").content.decode()
    assert "columns are missing" in page
    assert owner.post(f"/imports/{made.pk}/layout", {"layout": "nonsense"}).status_code == 422


@pytest.mark.parametrize("garbage", [b"", b"hello", b"\x00\x01" * 50, b"PK\x03\x04 broken", b"a,b\n", b"\xff\xfe,\x81"])
def test_garbage_is_refused_in_plain_words(owner, garbage):
    response = send(owner, garbage)
    assert response.status_code == 422 or ImportRun.objects.count() == 1
    if response.status_code == 422:
        assert "cannot be imported" in response.content.decode() or "Choose one file" in response.content.decode()
        assert not ImportRun.objects.exists()
    else:
        assert owner.get(response["Location"]).status_code == 200


def test_odd_requests_never_break(owner, actor):
    made = upload(GOOD, actor, mapping=None)
    for path in ("", "/status", "/mapping", "/mapping.toml", "/rejected.csv"):
        assert owner.get(f"/imports/{made.pk}{path}").status_code == 200
        assert owner.get(f"/imports/99999999{path}").status_code == 404
    for data in (
        {},
        {"field-0": "nonsense"},
        {"amount": "x"},
        {"base": "[[["},
        {"timezone": "Mars"},
        {"word": ["a"] * 90},
    ):
        assert owner.post(f"/imports/{made.pk}/mapping/preview", data).status_code == 200
        assert owner.post(f"/imports/{made.pk}/mapping", data).status_code == 422
    assert owner.post("/imports/new", {"file": "text"}).status_code == 422
    assert owner.post(f"/imports/{made.pk}/start").status_code == 409
    assert owner.post(f"/imports/{made.pk}/cancel").status_code == 409


def test_permissions(client_for, merchant, actor):
    made, _ = run(GOOD, actor)
    address = f"/imports/{made.pk}"
    looker, nobody = client_for(merchant, "developer"), client_for(merchant, "guide")
    assert looker.get(address).status_code == 200
    assert "Import a file" not in looker.get("/imports").content.decode()
    for path in ("/imports/new", f"{address}/mapping", f"{address}/rejected.csv"):
        assert looker.get(path).status_code == 403
    for path in ("start", "cancel", "companion", "layout", "mapping", "mapping/preview", "mapping/toml"):
        assert looker.post(f"{address}/{path}").status_code == 403
    for path in ("/imports", address, f"{address}/status", f"{address}/mapping.toml"):
        assert nobody.get(path).status_code == 403


def test_another_merchants_files_do_not_exist(owner):
    other = make_merchant()
    with tenancy.scope(other.pk):
        made, _ = run(GOOD + "9,a,x,,1,,,,,,,\n", access.system(other.pk))
    for path in ("", "/status", "/rejected.csv", "/mapping", "/mapping.toml"):
        assert owner.get(f"/imports/{made.pk}{path}").status_code == 404
    assert owner.post(f"/imports/{made.pk}/start").status_code == 404
    assert made.file_names[0] not in owner.get("/imports").content.decode()


def test_the_list_costs_the_same_however_long_it_is(owner, actor, django_assert_num_queries):
    for _ in range(3):
        upload(GOOD, actor)
    owner.get("/imports")
    with django_assert_num_queries(QUERIES):
        owner.get("/imports")


QUERIES = 8

"""The files decode as stated and print the truth to the cent."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineWorkbook

from yutang.simulators.brand import ExportFile, Truth, make_brand, snapshot, write_dirty_samples, write_files
from yutang.simulators.brand.dirty import DATE_UNREADABLE, ID_CORRUPTED, NUMBER_UNREADABLE, REQUIRED, STATUS_UNKNOWN
from yutang.simulators.brand.money import allocate

ORDER_NO = {
    "taobao": "订单编号",
    "jd": "订单号",
    "pinduoduo": "订单号",
    "douyin": "主订单编号",
    "youzan": "订单号",
    "weixin_shop": "订单号",
    "shopify": "Name",
    "pos": "流水号",
}


def read(path: Path, encoding: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as stream:
        table = list(csv.reader(stream))
    return [dict(zip([header.strip() for header in table[0]], row, strict=True)) for row in table[1:]]


def clean(cell: str) -> str:
    return cell.strip("\t").removeprefix('="').removesuffix('"').replace(",", "")


def cents(cell: str) -> int:
    return int(Decimal(clean(cell) or "0") * 100)


def by_order(file: ExportFile) -> dict[str, list[dict[str, str]]]:
    found = defaultdict(list)
    for row in read(file.path, file.encoding):
        if next(iter(row.values())) != "合计":
            found[clean(row[ORDER_NO[file.source]])].append(row)
    assert sum(map(len, found.values())) == file.rows
    return found


def test_every_order_is_in_one_settled_file(truth: Truth, manifest: list[ExportFile]) -> None:
    printed = Counter(number for file in manifest if not file.is_early for number in by_order(file))
    assert printed == Counter(order.order_no for order in truth.orders)
    assert [file.exported_at for file in manifest] == sorted(file.exported_at for file in manifest)
    early = {file.source for file in manifest if file.is_early}
    assert early == set(ORDER_NO)


def test_encodings(manifest: list[ExportFile]) -> None:
    stated = {file.source: file.encoding for file in manifest}
    assert stated["taobao"] == stated["pos"] == "gb18030"
    assert stated["jd"] == "gbk"
    for file in manifest:
        raw = file.path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") == (file.encoding == "utf-8-sig")
        raw.decode(file.encoding)


def paid_as_printed(source: str, rows: list[dict[str, str]]) -> int:
    if source == "douyin":
        return sum(cents(row["订单应付金额"]) for row in rows)
    if source == "pos":
        return sum(cents(row["实收金额"]) for row in rows)
    column = {
        "taobao": "买家实际支付金额",
        "jd": "应付金额",
        "pinduoduo": "用户实付金额(元)",
        "youzan": "订单实付金额",
        "weixin_shop": "订单实际支付金额",
        "shopify": "Total",
    }[source]
    return cents(rows[0][column])


def test_paid_totals_match_the_truth(truth: Truth, manifest: list[ExportFile]) -> None:
    orders = {order.order_no: order for order in truth.orders}
    for file in manifest:
        for number, rows in by_order(file).items():
            order = snapshot(orders[number], file.exported_at)
            if order.is_sale:
                assert paid_as_printed(file.source, rows) == order.total, number
            if file.source == "weixin_shop":
                assert sum(cents(row["商品实际价格(总共)"]) for row in rows) + order.freight == order.total
                assert sum(cents(row["商品已退款金额"]) for row in rows) == order.refunded


def test_item_reports_match_the_truth(truth: Truth, manifest: list[ExportFile]) -> None:
    orders = {order.order_no: order for order in truth.orders}
    seen = set()
    for file in manifest:
        if file.companion is None:
            continue
        seen.add((file.layout, file.companion.suffix))
        if file.companion.suffix == ".xlsx":
            headers, *table = CalamineWorkbook.from_path(file.companion).get_sheet_by_index(0).to_python()
            rows = [dict(zip(headers, map(str, row), strict=True)) for row in table]
        else:
            rows = read(file.companion, file.encoding)
        assert len(rows) == file.companion_rows
        lines = defaultdict(list)
        for row in rows:
            lines[clean(row.get("主订单编号") or row.get("订单编号") or row.get("订单号") or "")].append(row)
        assert set(lines) == set(by_order(file))
        for number, own in lines.items():
            order = snapshot(orders[number], file.exported_at)
            assert len(own) == len(order.lines)
            if file.layout == "taobao_new" and order.is_sale:
                assert [cents(row["买家实付金额"]) for row in own] == [line.amount for line in order.lines]
                assert [row["子订单编号"] for row in own] == [line.line_key for line in order.lines]
            if file.layout == "youzan":
                assert [cents(row["商品实际成交金额"]) for row in own] == [line.amount for line in order.lines]
                assert sum(cents(row["商品已退款金额"]) for row in own) == order.refunded
    assert seen == {("taobao_old", ".csv"), ("taobao_new", ".xlsx"), ("youzan", ".csv")}


def test_shares_can_be_worked_out_from_what_is_printed(truth: Truth, manifest: list[ExportFile]) -> None:
    """Old Taobao items, JD, Pinduoduo and Shopify print only the order's sum: the lines follow by the stated rule."""
    orders = {order.order_no: order for order in truth.orders}
    columns = {
        "taobao_old": ("价格", "购买数量"),
        "jd": ("京东价", "订购数量"),
        "pinduoduo": ("商品总价(元)", ""),
        "shopify": ("Lineitem price", "Lineitem quantity"),
    }
    freight = {"taobao": "买家应付邮费", "jd": "运费金额", "pinduoduo": "邮费(元)", "shopify": "Shipping"}
    checked = Counter()
    for file in manifest:
        if file.layout not in columns:
            continue
        lines = by_order(file)
        if file.companion:
            lines = defaultdict(list)
            for row in read(file.companion, file.encoding):
                lines[clean(row["订单编号"])].append(row)
        price, quantity = columns[file.layout]
        for number, heads in by_order(file).items():
            order = snapshot(orders[number], file.exported_at)
            if order.is_sale:
                goods = paid_as_printed(file.source, heads) - cents(heads[0][freight[file.source]])
                weights = [cents(row[price]) * (int(row[quantity]) if quantity else 1) for row in lines[number]]
                assert allocate(goods, weights) == [line.amount for line in order.lines]
                checked[file.layout] += 1
    assert set(checked) == set(columns)


def test_refunds_are_printed(truth: Truth, manifest: list[ExportFile]) -> None:
    orders = {order.order_no: order for order in truth.orders}
    column = {"taobao": "退款金额", "shopify": "Refunded Amount", "youzan": "订单已退款金额"}
    later = set()
    for file in manifest:
        for number, rows in by_order(file).items():
            order = snapshot(orders[number], file.exported_at)
            if file.source in column:
                assert cents(rows[0][column[file.source]]) == order.refunded
            if file.is_early and order.status != orders[number].status:
                later.add(file.source)
    assert "taobao" in later  # the settled files bring something new


def test_oddities(manifest: list[ExportFile]) -> None:
    first = {file.source: file for file in reversed(manifest)}
    heads = {source: file.path.read_text(encoding=file.encoding).splitlines() for source, file in first.items()}
    assert '"收货地址 "' in heads["taobao"][0]
    assert heads["taobao"][1].startswith('"=""')
    assert "下单帐号" in heads["jd"][0]
    assert heads["youzan"][0].split(",").count("分销员") == 2
    assert heads["youzan"][-1].startswith("合计")
    assert heads["pos"][-1].startswith("合计")
    assert heads["douyin"][1].startswith("\t69")
    pdd = {file.path.read_text(encoding=file.encoding).split(",")[0] for file in manifest if file.source == "pinduoduo"}
    assert pdd == {"商品", "订单成交时间"}
    shopify = [row for file in manifest if file.source == "shopify" for row in read(file.path, file.encoding)]
    assert any(row["Total"] == "" for row in shopify)
    assert {row["Created at"][-5:] for row in shopify} == {"-0700", "-0800"}
    phones = [row["联系手机"] for file in manifest if file.source == "taobao" for row in read(file.path, file.encoding)]
    assert all(phone.startswith("'") for phone in phones)
    assert any("****" in phone for phone in phones)
    assert any("95013" in phone for phone in phones)


def test_a_household_phone_shows_four_buyers_in_its_first_file(truth: Truth, manifest: list[ExportFile]) -> None:
    column = {"taobao": ("联系手机", "买家会员名"), "jd": ("联系电话", "下单帐号")}
    for household in truth.households:
        phone, buyer = column[household.platform]
        wanted = household.phone.removeprefix("+86")
        for file in manifest:
            rows = read(file.path, file.encoding) if file.source == household.platform else []
            buyers = {row[buyer] for row in rows if row[phone].strip("'") == wanted}
            if buyers:
                assert len(buyers) >= 4
                break
        else:
            raise AssertionError("phone never shown")
        assert all(
            order.channel == household.platform
            for order in truth.orders
            if ("phone", household.phone) in order.identifiers
        )


def test_the_till_mapping_names_real_columns(manifest: list[ExportFile]) -> None:
    file = next(file for file in manifest if file.source == "pos")
    assert file.mapping is not None
    mapping = tomllib.loads(file.mapping.read_text(encoding="utf-8"))
    rows = read(file.path, file.encoding)
    assert {header for headers in mapping["columns"].values() for header in headers} <= set(rows[0])
    assert {row["交易状态"] for row in rows if row["流水号"]} <= set(mapping["statuses"])


def test_same_files_to_the_byte(tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        write_files(make_brand(scale=0.003), tmp_path / name)
        written.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert written[0] == written[1]


def test_dirty_samples(truth: Truth, tmp_path: Path) -> None:
    samples = write_dirty_samples(truth, tmp_path)
    assert {sample.source for sample in samples} == set(ORDER_NO)
    spoilt = {ID_CORRUPTED: "1.23E+17", DATE_UNREADABLE: "2026/13/45 25:61", STATUS_UNKNOWN: "神秘状态", REQUIRED: ""}
    spoilt[NUMBER_UNREADABLE] = "两盒"
    encodings = {"taobao": "gb18030", "pos": "gb18030", "jd": "gbk"}
    for sample in samples:
        assert Counter(error.code for error in sample.errors) == Counter(spoilt.keys())
        for error in sample.errors:
            rows = read(error.path, encodings.get(sample.source, "utf-8-sig"))
            assert rows[error.row - 2][error.column] == spoilt[error.code]
        numbers = [
            clean(r[ORDER_NO[sample.source]]) for r in read(sample.path, encodings.get(sample.source, "utf-8-sig"))
        ]
        assert (numbers[0], numbers[6]) == sample.good_orders

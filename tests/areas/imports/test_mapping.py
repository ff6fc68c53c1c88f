"""A merchant's own mapping: read, written, refused with the name of the field."""

from __future__ import annotations

import random
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.areas.imports.files import brief, read_all, write
from yutang.areas.imports import normalise
from yutang.areas.imports.errors import ImportFileError, MappingError
from yutang.areas.imports.layouts import LAYOUTS
from yutang.areas.imports.mapping import FIELDS, Mapping, signature
from yutang.areas.imports.schema import OrderStatus

ONLINE_RETAIL = (files("yutang.areas.imports") / "mappings" / "online_retail.toml").read_text("utf-8")
BASE = (
    'amount = "amount"\n[columns]\norder_no = "no"\namount = "sum"\nordered_at = "day"\n[constants]\nstatus = "paid"\n'
)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
directives = st.sampled_from(["%Y", "%m", "%d", "%H", "%M", "%S", "%y", "%b", "%p", "%f", "%Y-%m-%d", "%d/%m/%Y %H:%M"])
date_formats = st.tuples(
    words.map(lambda word: word.replace("%", "%%")), directives, st.sampled_from(["", " ", "年", "%%"])
)


@given(
    st.dictionaries(st.sampled_from(FIELDS), st.lists(words, min_size=1).map(tuple)),
    st.dictionaries(words, st.sampled_from(OrderStatus)),
    st.lists(date_formats.map("".join)).map(tuple),
    st.booleans(),
)
def test_toml_round_trip(
    columns: dict[str, tuple[str, ...]], statuses: dict[str, OrderStatus], formats: tuple[str, ...], freight: bool
) -> None:
    mapping = Mapping(
        name='a "b"\\\n\x7f',
        columns=columns | {"order_no": ("no",), "ordered_at": ("day",), "amount": ("sum",)},
        constants={"status": "paid"},
        statuses=statuses,
        date_formats=formats,
        freight_in_amount=freight,
    )
    assert Mapping.from_toml(mapping.to_toml()) == mapping


@pytest.mark.parametrize("kind", LAYOUTS)
def test_built_in_layouts_are_valid_mappings(kind: str) -> None:
    mapping = LAYOUTS[kind].mapping
    mapping.validate()
    assert Mapping.from_toml(mapping.to_toml()) == mapping


@pytest.mark.parametrize(
    ("text", "field", "code"),
    [
        ("=", "", "toml"),
        ("colour = 1", "colour", "unknown"),
        ('[columns]\ncolour = "c"', "columns.colour", "unknown"),
        ("[columns]\norder_no = 1", "columns.order_no", "not_text"),
        ("columns = 1", "columns", "not_a_table"),
        ('amount = "all"', "amount", "choice"),
        ('[statuses]\na = "gone"', "statuses", "status_unknown"),
        (BASE.replace('order_no = "no"\n', ""), "columns.order_no", "required"),
        (BASE.replace('ordered_at = "day"\n', ""), "columns.ordered_at", "required"),
        (BASE.replace('amount = "amount"', 'amount = "quantity*price"'), "columns.quantity", "required"),
        (BASE.replace('status = "paid"', 'status = "gone"'), "constants.status", "status_unknown"),
        ('timezone = "Mars/Base"\n' + BASE, "timezone", "unknown"),
        ('refunds = "status"\n' + BASE, "refund_values", "required"),
        ('order_no_date = ["(", "%Y"]\n' + BASE, "order_no_date", "pattern"),
        ('order_no_date = ["\\\\d+", "%Y"]\n' + BASE, "order_no_date", "pattern"),  # no group
        ('order_no_date = ["(a)(b)", "%Y"]\n' + BASE, "order_no_date", "pattern"),
        ('order_no_date = ["(a)"]\n' + BASE, "order_no_date", "pattern"),
        ('order_no_date = ["(a)\\\\1", "%Y"]\n' + BASE, "order_no_date", "pattern"),  # a back-reference: not RE2
        ('order_no_date = ["(?=(a))", "%Y"]\n' + BASE, "order_no_date", "pattern"),
        ('order_no_date = ["((a{1000}){1000})", "%Y"]\n' + BASE, "order_no_date", "pattern"),
        (f'order_no_date = ["({"a" * 199})", "%Y"]\n' + BASE, "order_no_date", "pattern"),
        ('order_no_date = ["(a)", "%Y%Y"]\n' + BASE, "order_no_date", "pattern"),
        ('order_no_date = ["(a)", "%Y %"]\n' + BASE, "order_no_date", "pattern"),
        ('date_formats = ["%Q"]\n' + BASE, "date_formats", "pattern"),
        ('date_formats = ["%d%d"]\n' + BASE, "date_formats", "pattern"),
    ],
)
def test_what_cannot_work_is_named(text: str, field: str, code: str) -> None:
    with pytest.raises(MappingError) as caught:
        Mapping.from_toml(text)
    assert (caught.value.field, caught.value.code) == (field, code)


def test_signature_forgets_order_and_brackets_but_not_columns() -> None:
    assert signature(["订单号", " 金额（元）"]) == signature(["金额(元)", "订单号\t"])
    assert signature(["订单号"]) != signature(["订单号", "金额"])
    assert len(signature([])) == 16


HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def test_online_retail(tmp_path: Path) -> None:
    text = (
        HEAD + "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
        "536365,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
        "536366,71053,LANTERN,1,1/7/2011 8:26,0.125,,France\n"
        "C536379,85123A,HEART,-1,2010-12-01 09:41:00,2.55,17850,United Kingdom\n"
        "536365,71053,LANTERN,2,2010-12-01 08:26:00,0.001,17850,United Kingdom\n"
        "A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,-11062.06,,United Kingdom\n"
    )
    rows, errors = read_all(write(tmp_path, "r.csv", text), mapping=Mapping.from_toml(ONLINE_RETAIL))
    assert errors == []
    assert brief(rows) == [
        ("536365", "1", "goods", 6, 1530),
        ("536365", "2", "goods", 6, 1530),  # the same cells, another line
        ("536366", "1", "goods", 1, 12),  # half to even
        ("C536379", "1", "refund", -1, -255),
        ("536365", "3", "goods", 2, 0),
        ("A563185", "1", "goods", 1, -1106206),
    ]
    assert rows[2]["ordered_at"].isoformat() == "2011-07-01T07:26:00+00:00"  # British summer time
    assert (rows[2]["buyer_id"], rows[0]["buyer_id"]) == (None, "17850")
    assert rows[0]["paid_at"] == rows[0]["ordered_at"]


def test_places_count_across_batches_and_stay_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(7)
    numbers = [str(draw.randrange(300)) for _ in range(5_000)]
    text = HEAD + "".join(f"{n},S{i},T,1,2011-01-01 00:00:00,1.00,1,UK\n" for i, n in enumerate(numbers))
    path, mapping = write(tmp_path, "r.csv", text), Mapping.from_toml(ONLINE_RETAIL)
    seen: dict[str, int] = {}
    expected = []
    for number in numbers:
        seen[number] = seen.get(number, 0) + 1
        expected.append((number, str(seen[number])))
    whole, _ = read_all(path, mapping=mapping)
    monkeypatch.setattr("yutang.areas.imports.reader.BLOCK", 4_096)
    monkeypatch.setattr(normalise, "SLICE", 17)
    parts, _ = read_all(path, mapping=mapping)
    assert [(row["order_no"], row["line_key"]) for row in whole] == expected
    assert parts == whole


def test_order_amounts_of_a_mapping_of_ones_own(tmp_path: Path) -> None:
    mapping = Mapping.from_toml(
        'amount = "order_amount"\nrefunds = "status"\nrefund_values = ["退货"]\n'
        '[columns]\norder_no = "单号"\norder_amount = "实付"\nfreight = "运费"\nordered_at = "日期"\nstatus = "状态"\n'
        'price = "单价"\nquantity = "数量"\nphone = "手机"\n[constants]\nshop = "总店"\n'
        '[statuses]\n"完*" = "completed"\n"退货" = "completed"\n'
    )
    text = (
        "单号;日期;状态;单价;数量;实付;运费;手机\n"
        "1;2026/1/5 8:03;完结;1;1;10.00;包邮;+86 138-0013-8000\n"
        "2;45000.5;完成;1;1;7.00;2;\n"
        "1;2026/1/5 8:03;完结;1;2;;;\n"
        "3;2026-01-05;退货;1;1;4;;\n"
    )
    rows, errors = read_all(write(tmp_path, "m.csv", text), mapping=mapping)
    assert [(e.row, e.code) for e in errors] == []
    assert brief(rows) == [
        ("1", "1", "goods", 1, 333),
        ("2", "1", "goods", 1, 500),
        ("1", "2", "goods", 2, 667),
        ("3", "1", "refund", -1, -400),
        ("2", "#freight", "freight", 0, 200),
    ]
    assert rows[0]["shop"] == "总店"
    assert rows[0]["phone"] == "+8613800138000"
    assert rows[1]["ordered_at"].isoformat() == "2023-03-15T04:00:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 20_000,
        "a = " + "{a = " * 5_000,
        "x = " + "9" * 5_000,
        BASE.replace("[columns]", f'order_no_date = ["{"(" * 5_000}", "%Y"]\n[columns]', 1),
        'name = "a\\u0000b"\n' + BASE,
        'date_formats = ["%Y\\u0000"]\n' + BASE,
    ],
    ids=["deep lists", "deep tables", "a long number", "a deep pattern", "NUL in a text", "NUL in a list"],
)
def test_hostile_toml_is_an_error_with_a_name(text: str) -> None:
    with pytest.raises(MappingError):
        Mapping.from_toml(text)


def test_a_file_without_the_columns_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError) as caught:
        read_all(write(tmp_path, "r.csv", "a,b\n1,2\n"), mapping=Mapping.from_toml(ONLINE_RETAIL))
    assert caught.value.code == "file.columns_missing"
    assert caught.value.detail == "order_no, quantity, price, ordered_at"


def test_preview(tmp_path: Path) -> None:
    text = HEAD + "x,S,T,1,2011-01-01 00:00:00,1,1,UK\n" * 80 + "y,S,T,1,2011-02-30 00:00:00,1,1,UK\n"
    shown = normalise.preview(
        [write(tmp_path, "r.csv", text)],
        kind=None,
        mapping=Mapping.from_toml(ONLINE_RETAIL),
        timezone="UTC",
        exponent=2,
        phone_region="GB",
    )
    assert shown.rows.num_rows == 50
    assert [(e.row, e.column, e.code, e.value) for e in shown.errors] == [
        (82, "InvoiceDate", "row.date_unreadable", "2011-02-30 00:00:00")
    ]


def test_the_guide_shows_the_mapping_that_is_shipped() -> None:
    guide = Path(__file__).parents[3] / "docs" / "how-to" / "import-mapping.md"
    shown = guide.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    assert Mapping.from_toml(shown) == Mapping.from_toml(ONLINE_RETAIL)

"""Any bytes give either rows and row errors, or one ImportFileError."""

# ruff: noqa: E501 - rows of sample files stay on one line
from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.areas.imports import test_pinduoduo, test_taobao
from tests.areas.imports.files import brief, read_all, write, write_xlsx
from yutang.areas.imports.detect import detect
from yutang.areas.imports.errors import ImportFileError
from yutang.areas.imports.layouts import LAYOUTS
from yutang.areas.imports.mapping import Mapping
from yutang.areas.imports.reader import open_source

PLAIN = Mapping.from_toml(
    '[columns]\norder_no = "no"\nordered_at = "at"\namount = "sum"\ntitle = "title"\nphone = "phone"\n'
    '[constants]\nstatus = "completed"\n'
)
HEAD = "no,at,sum,title,phone\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("zipped", [False, True])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str, zipped: bool) -> None:
    data = (
        HEAD.replace(",", delimiter) + f'1{delimiter}2026-01-01{delimiter}1.5{delimiter}"茶\n叶"{delimiter}\n'
    ).encode(encoding)
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(data) if zipped else data)
    rows, errors = read_all(path, mapping=PLAIN)
    assert errors == []
    assert brief(rows) == [("1", "1", "goods", 1, 150)]
    assert rows[0]["title"] == "茶\n叶"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_what_unpacks_beyond_the_limit_is_refused(tmp_path: Path, encoding: str, settings: Any) -> None:
    settings.IMPORT_UNPACKED_BYTES = 3 << 20
    row = "1,2026-01-01,1,茶,\n"
    data = (HEAD + row * (2 << 20)).encode(encoding)
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(data))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ImportFileError) as caught:
        open_source(path)
    assert (caught.value.code, caught.value.detail) == ("file.too_large", "more than 3 MB unpacked")
    path.write_bytes(data)  # as it is, its size was seen when it was uploaded
    assert open_source(path).headers == HEAD.strip().split(",")


def test_ragged_empty_and_footer_rows(tmp_path: Path) -> None:
    text = (
        "report of the day\n\n" + HEAD + "1,2026-01-01,1,a,\n"
        "2,2026-01-01\n"
        "\n"
        ",,,,\n"
        "3,2026-01-01,1,c,,,,x\n"
        "4,2026-01-01,x,d,\n"
        ",2026-01-01,1,e,\n"
        "合计,,3,,\n"
        "总计,3\n"
    )
    rows, errors = read_all(write(tmp_path, "x.csv", text), mapping=PLAIN)
    assert [(row["row"], row["order_no"]) for row in rows] == [(4, "1")]
    assert sorted((e.row, e.column, e.code) for e in errors) == [
        (5, "", "row.ragged"),
        (8, "", "row.ragged"),
        (9, "sum", "row.number_unreadable"),
        (10, "no", "row.required"),
    ]


def test_a_product_called_total_is_no_footer(tmp_path: Path) -> None:
    text = "title,no,at,sum\nTotal Repair,1,2026-01-01,1\n合计装,2,2026-01-01,1\nTotal,,,2\n"
    rows, errors = read_all(write(tmp_path, "x.csv", text), mapping=PLAIN)
    assert ([row["title"] for row in rows], errors) == (["Total Repair", "合计装"], [])


def test_no_header_can_pass_for_a_computed_column(tmp_path: Path) -> None:
    text = "no,at,sum,=row,#place,a,a,a=2,\n1,2026-01-01,1,x,y,1,2,3,\n1,2026-01-01,1,x,y,1,2,3,\n"
    rows, errors = read_all(write(tmp_path, "x.csv", text), mapping=PLAIN)
    assert ([(row["row"], row["line_key"]) for row in rows], errors) == ([(2, "1"), (3, "2")], [])


def test_one_more_comma_at_the_end_of_every_row(tmp_path: Path) -> None:
    text = HEAD + "1,2026-01-01,1,a,,\n2,2026-01-01,1,b,,\n3,2026-01-01,1,c,,\n"
    rows, errors = read_all(write(tmp_path, "x.csv", text), mapping=PLAIN)
    assert (len(rows), errors) == (3, [])


@pytest.mark.parametrize(
    ("phone", "clean"),
    [
        ("13800138000", "+8613800138000"), ("'+86 138 0013 8000", "+8613800138000"), ("17012345678", "+8617012345678"),
        ("16512345678", "+8616512345678"), ("138****8000", None), ("13800138000转1234", None), ("13800138000-1234", None),
        ("95013123456789", None), ("13800138000 ext. 12", None), ("##abcd", None), ("$$abcd$$", None), ("~abcd~1~", None),
        ("010-62345678", "+861062345678"), ("+44 20 7946 0958", "+442079460958"), ("1.38E+10", None), ("12", None),
    ],
)  # fmt: skip
def test_only_whole_and_real_phones_remain(tmp_path: Path, phone: str, clean: str | None) -> None:
    rows, errors = read_all(write(tmp_path, "x.csv", HEAD + f"1,2026-01-01,1,a,{phone}\n"), mapping=PLAIN)
    assert ([row["phone"] for row in rows], errors) == ([clean], [])


def test_zero_bytes_do_not_reach_the_database(tmp_path: Path) -> None:
    rows, _ = read_all(write(tmp_path, "x.csv", HEAD + "1,2026-01-01,1,a\0b" + "c" * 300 + ",\n"), mapping=PLAIN)
    assert rows[0]["title"] == "ab" + "c" * 300


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\xef\xbb\xbf \n", "file.empty"),
        (b"hello", "file.not_a_table"),
        (b"a\nb\nc\n", "file.no_header"),
        (b"\x00\x01\x02" * 50, "file.not_a_table"),
        (b"\xff\xff\xff,\x81\n1,2\n", "file.encoding_unreadable"),
        (b"PK\x03\x04 broken", "file.zip_corrupted"),
        (b"\x1f\x8b\x08 broken", "file.zip_corrupted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "file.sheet_corrupted"),
        (b",".join([b"c"] * 3000), "file.too_many_columns"),
    ],
)
def test_what_is_no_table(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(ImportFileError) as caught:
        detect(path)
    assert caught.value.code == code


def test_missing_file_and_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError) as caught:
        open_source(tmp_path / "nothing")
    assert caught.value.code == "file.missing"
    with pytest.raises(ImportFileError) as caught:
        read_all(write(tmp_path, "x.csv", HEAD + "1,2,3,4,5\n"))
    assert caught.value.code == "file.kind_unknown"


def test_an_unclosed_quote_is_named(tmp_path: Path) -> None:
    text = HEAD + '1,2026-01-01,1,"a,\n' + "2,2026-01-01,1,b,\n" * 600_000
    with pytest.raises(ImportFileError) as caught:
        read_all(write(tmp_path, "x.csv", text), mapping=PLAIN)
    assert caught.value.code == "file.quote_unclosed"


def test_a_workbook_with_one_far_cell_is_not_unpacked(tmp_path: Path) -> None:
    write_xlsx(tmp_path, "small.xlsx", [["a", "b"], [1, 2]])
    for cell, code in (("XFD1048576", "file.too_many_columns"), ("ZZ999999", "file.too_large")):
        changed = io.BytesIO()
        with zipfile.ZipFile(tmp_path / "small.xlsx") as old, zipfile.ZipFile(changed, "w") as new:
            for info in old.infolist():
                new.writestr(info.filename, old.read(info).replace(b'r="B2"', f'r="{cell}"'.encode()))
        path = tmp_path / "bomb.xlsx"
        path.write_bytes(changed.getvalue())
        with pytest.raises(ImportFileError) as caught:
            detect(path)
        assert caught.value.code == code


def test_a_long_id_kept_as_a_number_has_lost_digits(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path,
        "x.xlsx",
        [["no", "at", "sum", "title", "phone"], [1234567890123456789, "2026-01-01", 12.1, "a", 13800138000],
         [123456, "2026-01-01", 12.1, "a", 13800138000]],
    )  # fmt: skip
    rows, errors = read_all(path, mapping=PLAIN)
    assert [(e.row, e.code) for e in errors] == [(2, "row.id_corrupted")]
    assert [(row["order_no"], row["amount"], row["phone"]) for row in rows] == [("123456", 1210, "+8613800138000")]


# --- fuzz ---------------------------------------------------------------------------------------------------------

SEEDS = [
    test_taobao.ORDERS.encode("gbk"),
    test_taobao.OLD_ITEMS.encode("gbk"),
    ("\n".join(",".join(r) for r in [test_pinduoduo.HEADERS, *test_pinduoduo.ROWS])).encode(),
    (HEAD + "1,2026-01-01,1,a,138\n").encode(),
]
quick = settings(max_examples=150, deadline=None)


def check(path: Path) -> None:
    for kind, mapping in ((None, None), (None, PLAIN), *((kind, None) for kind in LAYOUTS)):
        try:
            read_all(path, kind=kind, mapping=mapping)
        except ImportFileError as error:
            assert error.code.startswith("file.")  # noqa: PT017


@quick
@given(st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    check(path)


@quick
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=6), st.integers(0, 40)), max_size=8),
)
def test_damaged_exports(tmp_path: Path, seed: bytes, damages: list[tuple[int, bytes, int]]) -> None:
    for place, new, cut in damages:
        seed = seed[: place % (len(seed) + 1)] + new + seed[place % (len(seed) + 1) + cut :]
    path = tmp_path / "x"
    path.write_bytes(seed)
    check(path)


@quick
@given(st.lists(st.lists(st.text(max_size=8) | st.sampled_from(["合计", "1E+20", "9" * 30, "0000-00-00", "-", "2026-13-45"]),
                         min_size=5, max_size=5), max_size=6))  # fmt: skip
def test_odd_cells(tmp_path: Path, cells: list[list[str]]) -> None:
    text = HEAD + "".join(",".join('"' + c.replace('"', '""') + '"' for c in row) + "\n" for row in cells)
    path = tmp_path / "x"
    path.write_bytes(text.encode("utf-8", "replace"))
    check(path)


@settings(quick, max_examples=25)  # each is read by a process of its own, once for every layout
@given(st.lists(st.tuples(st.integers(0, 8000), st.binary(min_size=1, max_size=4)), min_size=1, max_size=5))
def test_damaged_workbooks(tmp_path: Path, damages: list[tuple[int, bytes]]) -> None:
    path = tmp_path / "x.xlsx"
    if not (tmp_path / "seed.xlsx").exists():
        write_xlsx(tmp_path, "seed.xlsx", test_taobao.NEW_ITEMS)
    data = bytearray((tmp_path / "seed.xlsx").read_bytes())
    for place, new in damages:
        place %= len(data)
        data[place : place + len(new)] = new
    path.write_bytes(data)
    check(path)

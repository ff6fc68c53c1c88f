"""Workbooks are read by a process of its own: what would take all memory is refused, wherever it is read."""

from __future__ import annotations

import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.areas.imports.files import write_xlsx
from yutang.areas.imports import sheets, unpacking
from yutang.areas.imports.errors import ImportFileError
from yutang.areas.imports.reader import open_source
from yutang.areas.imports.sheets import read_sheets

HEAD = [["no", "title"], [1, "a"]]


def refused(path: Path) -> str:
    with pytest.raises(ImportFileError) as caught:
        read_sheets(path, head=40)
    return caught.value.code


def changed(path: Path, target: Path, new: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name in old.namelist():
            package.writestr(name, new.pop(name, None) or old.read(name))
        for name, content in new.items():
            package.writestr(name, content)
    return target


@pytest.mark.parametrize(("cells", "named"), [(1_000_000, False), (20_000, True)])
def test_a_long_text_that_many_cells_share_is_not_unpacked(
    tmp_path: Path, settings: Any, cells: int, named: bool
) -> None:
    settings.IMPORT_WORKBOOK_BYTES = 512 << 20
    text = b"x" * 32_000
    cell = b'<c%s t="s"><v>0</v></c>'
    rows = b"".join(
        b"<row>" + b"".join(cell % (b' r="%c%d"' % (65 + at, row) if named else b"") for at in range(20)) + b"</row>"
        for row in range(1, cells // 20 + 1)
    )
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    bomb = changed(write_xlsx(tmp_path, "small.xlsx", HEAD), tmp_path / "bomb.xlsx", {
        "xl/sharedStrings.xml": b'<sst xmlns="%s" count="1" uniqueCount="1"><si><t>%s</t></si></sst>' % (main, text),
        "xl/worksheets/sheet1.xml": b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (main, rows),
    })  # fmt: skip
    assert bomb.stat().st_size < 100 << 10
    assert refused(bomb) == "file.unpacks_too_large"


def test_what_would_fill_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
    monkeypatch.setattr(unpacking, "MAX_WRITTEN", 3_000)
    monkeypatch.setattr(unpacking, "limit", lambda *_: None)  # else this process would keep them
    path = write_xlsx(tmp_path, "x.xlsx", [*HEAD, *([2, "b" * 90] for _ in range(100))])
    assert unpacking.main(str(path), "1", "1") == unpacking.EXHAUSTED
    sys.stdout.buffer.flush()
    assert len(capfdbinary.readouterr().out) <= 3_000


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_SECONDS", 0)
    assert refused(write_xlsx(tmp_path, "x.xlsx", HEAD)) == "file.too_slow"


def test_a_machine_without_limits_reads_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    unpacking.limit(1, 1)


def test_a_binary_workbook_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = changed(write_xlsx(tmp_path, "x.xlsx", HEAD), tmp_path / "x.xlsb", {"xl/workbook.bin": b"\0"})
    assert refused(path) == "file.is_xlsb"


def test_threads_of_a_server_read_at_once(tmp_path: Path) -> None:
    paths = [write_xlsx(tmp_path, f"{n}.xlsx", [["no", "title"], [n, "a"]]) for n in range(6)]
    with ThreadPoolExecutor(3) as threads:
        sources = list(threads.map(open_source, paths))
    assert [source.sample for source in sources] == [[[str(n), "a"]] for n in range(6)]


def test_rows_and_columns_before_the_first_cell_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("leer")
        first, second = book.add_worksheet("一"), book.add_worksheet("二")
        first.write(2, 1, "a\nb")
        first.write(4, 2, True)
        for row in range(5):
            second.write(row, 0, row)
    one, two = read_sheets(path, head=3)
    assert (one.name, one.count, one.head) == ("一", 5, [["", "", ""], ["", "", ""], ["", "a\nb", ""]])
    assert list(one.parts(after=2, most=2)) == [[["", "a\nb", ""], ["", "", ""]], [["", "", "TRUE"]]]
    assert (two.name, two.count, two.head) == ("二", 5, [["0"], ["1"], ["2"]])
    monkeypatch.setattr(sheets, "PART_BYTES", 6)
    assert list(two.parts(after=1, most=9)) == [[["1"], ["2"]], [["3"], ["4"]]]

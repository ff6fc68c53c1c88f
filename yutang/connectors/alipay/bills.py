"""The bill of a day: a zip of two GBK tables, details and summary; lines that begin with `#` are comments."""

from __future__ import annotations

import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import IO

from .errors import BrokenBill
from .shapes import BillLine
from .values import fen, moment

LARGEST = 4 << 30
"""Bytes of the unpacked details: some 15 million lines."""
_FIRST_HEADER = "支付宝交易号"
_SUMMARY = "汇总"
_END = "业务明细列表结束"
# What broken or hostile archives and tables raise; UnicodeDecodeError is a ValueError.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
    KeyError,
)  # fmt: skip


def lines(file: IO[bytes]) -> Iterator[BillLine]:
    """Every detail line of a zip, one after the other. Raises BrokenBill, also at the end when the end is missing."""
    try:
        with zipfile.ZipFile(file, metadata_encoding="gbk") as archive, archive.open(_details(archive)) as raw:
            yield from rows(io.TextIOWrapper(raw, encoding="gb18030", newline=""))
    except _UNREADABLE as error:
        raise BrokenBill(f"the bill cannot be read: {error}") from error


def _details(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    tables = [
        found for found in archive.infolist() if found.filename.endswith(".csv") and _SUMMARY not in found.filename
    ]
    if len(tables) != 1:
        raise BrokenBill(f"{len(tables)} tables of details instead of one")
    if tables[0].file_size > LARGEST:
        raise BrokenBill("the bill is too large")
    return tables[0]


def rows(text: Iterable[str]) -> Iterator[BillLine]:
    """The lines of the details' text. Each line is a record of its own, so that a stray quote spoils no other."""
    headers: list[str] = []
    is_complete = False
    for number, line in enumerate(text, 1):
        if line.startswith("#"):
            # Read on: the zip's checksum is compared at the end of the file.
            is_complete = is_complete or _END in line
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([line]), [])]
        except csv.Error as error:
            raise BrokenBill(f"line {number}: {error}") from error
        if not headers:
            if cells[:1] != [_FIRST_HEADER]:
                raise BrokenBill(f"line {number}: headers expected")
            headers = cells
        elif any(cells):
            if len(cells) != len(headers):
                raise BrokenBill(f"line {number}: {len(cells)} columns instead of {len(headers)}")
            try:
                yield _line(dict(zip(headers, cells, strict=True)))
            except (KeyError, ValueError) as error:
                raise BrokenBill(f"line {number}: {error}") from error
    if not is_complete:
        raise BrokenBill("the bill breaks off")


def _line(cells: Mapping[str, str]) -> BillLine:
    return BillLine(
        trade_no=cells["支付宝交易号"],
        out_trade_no=cells["商户订单号"],
        kind=cells["业务类型"],
        out_request_no=cells["退款批次号/请求号"],
        subject=cells["商品名称"],
        created_at=moment(cells["创建时间"]),
        finished_at=moment(cells["完成时间"]),
        amount=fen(cells["订单金额（元）"]),
        receipt_amount=fen(cells["商家实收（元）"]),
        fee=fen(cells["服务费（元）"]),
        shared_amount=fen(cells["分润（元）"]),
        remark=cells["备注"],
    )

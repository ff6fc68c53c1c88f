"""What all platform writers share: cells, CSV and XLSX output, the manifest record."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..money import yuan
from ..truth import Order

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One thing to import. `companion` is the item report that belongs to an order report."""

    path: Path
    source: str  # taobao, jd, pinduoduo, douyin, youzan, weixin_shop, shopify, pos
    layout: str  # like source, but taobao_old and taobao_new
    shop: str
    encoding: str
    rows: int  # data rows of `path`: neither header nor footer
    companion: Path | None
    companion_rows: int
    mapping: Path | None  # TOML, for the brand's own till file
    exported_at: datetime  # the file shows the state of this moment; import in this order
    is_early: bool  # a later file of the same period shows more


def columns(text: str) -> list[str]:
    """Header names as the platform writes them, comma separated."""
    return text.split(",")


def clock(moment: datetime | None, empty: str = "") -> str:
    """2026-05-01 10:00:00, as the moment reads in its own zone."""
    return empty if moment is None else moment.isoformat(" ")[:19]


def paid_total(order: Order) -> str:
    """What the order report prints as paid: nothing yet for orders never paid."""
    return yuan(order.total if order.is_sale else 0)


def refund_of(order: Order, line_key: str) -> int:
    return sum(refund.amount for refund in order.refunds if refund.line_key == f"{line_key}#refund")


def hide_name(name: str) -> str:
    return name[:1] + "**"


def receiver(order: Order, name: str) -> str:
    """The receiver's name, hidden wherever the phone is."""
    return name if order.phone_shown.lstrip("+").isdigit() else hide_name(name)


def write_csv(
    path: Path,
    headers: Sequence[str],
    rows: Iterable[Row],
    *,
    encoding: str,
    quote_all: bool = False,
    footer: Sequence[str] = (),
) -> int:
    """Writes the rows under `headers` (which may repeat or carry trailing blanks); returns how many."""
    keys = [header.strip() for header in headers]
    count = 0
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
        writer.writerow(headers)
        for row in rows:
            get = row.get
            writer.writerow([get(key, "") for key in keys])
            count += 1
        if footer:
            writer.writerow([*footer, *[""] * (len(headers) - len(footer))])
    return count


def write_xlsx(path: Path, headers: Sequence[str], rows: Iterable[Row]) -> int:
    """The same as a workbook of text cells, as platforms write them."""
    import xlsxwriter  # type: ignore[import-untyped, unused-ignore]

    keys = [header.strip() for header in headers]
    count = 0
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 – a fixed stamp keeps files identical
        sheet = book.add_worksheet("Sheet0")
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header)
        for row in rows:
            count += 1
            for column, key in enumerate(keys):
                value = row.get(key)
                if value:
                    sheet.write_string(count, column, value)
    return count

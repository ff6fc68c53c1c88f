"""Times as exports write them, to UTC."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .cells import Column, Mask, as_mask
from .schema import UTC_MICROS

NAIVE = pa.timestamp("us")
_EXACT = r"^(19[9][0-9]|20[0-9][0-9])-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"
_LOOSE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]*(\d{1,2})[:时](\d{1,2})分?(?::?(\d{1,2})秒?(?:\.(\d{1,9}))?)?)?"
    r"\s*(Z|UTC|[+-]\d{2}:?\d{2})?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?()()")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_NEVER = re.compile(r"0000[-/]0?0[-/]0?0.*")
_EXCEL_DAY_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock, its zone is applied later
_FIRST, _LAST = 1900, 2100


def read_times(column: Column, formats: Sequence[str], timezone: str) -> tuple[pa.TimestampArray, Mask]:
    """(UTC time or null, unreadable) per row.

    `formats`: strptime formats tried first; then ISO and its Chinese and slashed cousins, compact dates and Excel
    serial numbers. Times without an offset are wall-clock times in `timezone`; an hour that occurs twice is the
    earlier one, an hour that never was is the one after the gap.
    """
    values = column.values
    if not formats and _all_exact(values):
        try:
            parsed, unreadable = _to_utc(values.cast(NAIVE), timezone), np.zeros(len(values), bool)
            return column.spread(parsed), column.spread_mask(unreadable)
        except pa.ArrowInvalid:  # such as 30 February: find out which
            pass
    zone = ZoneInfo(timezone)
    texts = values.to_pylist()
    moments = [None if text is None else parse_time(text, formats, zone) for text in texts]
    unreadable = np.array(
        [m is None and t is not None and not _NEVER.fullmatch(t) for m, t in zip(moments, texts, strict=True)], bool
    )
    parsed = pa.array(moments, UTC_MICROS)
    return column.spread(parsed), column.spread_mask(unreadable)


def parse_time(text: str, formats: Sequence[str], zone: ZoneInfo) -> dt.datetime | None:
    """One cell; None when it is no time."""
    try:
        moment = _first_match(text, formats)
    except (ValueError, OverflowError):
        return None
    if moment is None or not _FIRST <= moment.year <= _LAST:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(dt.UTC)


def _first_match(text: str, formats: Sequence[str]) -> dt.datetime | None:
    for pattern in formats:
        try:
            return dt.datetime.strptime(text, pattern)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    match = _LOOSE.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        if _SERIAL.fullmatch(text) and 20_000 <= float(text) < 80_000:
            return _EXCEL_DAY_ZERO + dt.timedelta(seconds=round(float(text) * 86_400))
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    moment = dt.datetime(  # noqa: DTZ001
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
        int((fraction or "0")[:6].ljust(6, "0")),
    )  # fmt: skip
    if not offset:
        return moment
    if offset in ("Z", "UTC"):
        return moment.replace(tzinfo=dt.UTC)
    sign = -1 if offset[0] == "-" else 1
    shift = dt.timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return moment.replace(tzinfo=dt.timezone(sign * shift))


def _all_exact(values: pa.StringArray) -> bool:
    return bool(as_mask(pc.match_substring_regex(values, _EXACT)).sum() == len(values) - values.null_count)


def _to_utc(naive: pa.TimestampArray, timezone: str) -> pa.TimestampArray:
    return pc.assume_timezone(naive, timezone, ambiguous="earliest", nonexistent="latest").cast(UTC_MICROS)


def read_dates(column: Column, formats: Sequence[str]) -> tuple[pa.Date32Array, Mask]:
    """(date or null, unreadable) per row, for birthdays."""
    texts = column.values.to_pylist()
    dates: list[dt.date | None] = []
    for text in texts:
        try:
            moment = None if text is None else _first_match(text, formats)
        except (ValueError, OverflowError):
            moment = None
        dates.append(moment.date() if moment and _FIRST <= moment.year <= _LAST else None)
    unreadable = np.array([d is None and t is not None for d, t in zip(dates, texts, strict=True)], bool)
    return column.spread(pa.array(dates, pa.date32())), column.spread_mask(unreadable)

"""A mapping says which column of a file is which field, and how its words, dates and signs are to be read.

Built-in layouts and a merchant's own mapping are the same thing. A mapping is saved under the signature of the headers
it was made for, so the next file of the same kind needs no questions.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo

from . import headers as names
from . import patterns
from .errors import MappingError
from .schema import CANONICAL, OrderStatus

# Fields of the canonical line that a column may fill, …
_COMPUTED = {"row", "kind", "raw_status"}
CANONICAL_FIELDS = tuple(name for name in CANONICAL.names if name not in _COMPUTED)
# … and those from which others are computed.
EXTRA_FIELDS = (
    "price",  # of one piece
    "order_amount",  # paid for the whole order; may repeat on each of its rows, or stand on the first only
    "freight",  # of the whole order; becomes a line of its own
    "refund",  # given back for this line
    "order_refund",  # given back for the whole order
    "receiver",  # takes the place of `name` where that is empty
)
FIELDS = CANONICAL_FIELDS + EXTRA_FIELDS
AMOUNTS = ("amount", "quantity*price", "order_amount")
REFUNDS = ("none", "negative quantity", "order_no prefix", "status")


@dataclass(frozen=True)
class Mapping:
    """How to read one kind of file.

    columns         field -> headers that may hold it; the first one the file has is taken
    constants       field -> the same text for every row; a constant wins over a column
    defaults        field -> text for empty cells
    statuses        the file's word -> OrderStatus; words that already are an OrderStatus need no entry
    date_formats    strptime formats tried before the built-in ones (ISO, 2024/1/5 8:03, Excel serial numbers)
    timezone        IANA name; empty: the merchant's own
    amount          "amount": a column holds what was paid for the line; "quantity*price": computed;
                    "order_amount": one amount per order, spread over its lines by quantity × price
    freight_in_amount   the order amount includes the freight
    refunds         which rows are refunds: "none", "negative quantity", "order_no prefix" or "status"
    refund_values   the prefixes, or the status words, that mark a refund
    order_no_date   (regular expression with one group, strptime format): the order date where its column is empty
    """

    name: str = ""
    columns: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Dict[str, str] = field(default_factory=dict)
    defaults: Dict[str, str] = field(default_factory=dict)
    statuses: Dict[str, OrderStatus] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    timezone: str = ""
    amount: str = "amount"
    freight_in_amount: bool = True
    refunds: str = "none"
    refund_values: tuple[str, ...] = ()
    order_no_date: tuple[str, ...] = ()

    @classmethod
    def from_toml(cls, text: str) -> Mapping:
        """Read and validate. Raises `MappingError`, naming the field."""
        try:
            data = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # also numbers of thousands of digits, and nesting without end
            raise MappingError("", "toml", str(error)) from error
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Dict[str, Any]) -> Mapping:
        """The same from plain data (a form, JSON)."""
        known = {each.name: each for each in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in data.items():
            if name not in known:
                raise MappingError(name, "unknown")
            values[name] = _coerced(name, value)
        mapping = cls(**values)
        mapping.validate()
        return mapping

    def to_toml(self) -> str:
        """TOML that `from_toml` reads back to an equal mapping."""
        plain, tables = [], []
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Dict):
                if value:
                    rows = "".join(f"{_key(key)} = {_toml(item)}\n" for key, item in value.items())
                    tables.append(f"\n[{each.name}]\n{rows}")
            elif value != each.default:
                plain.append(f"{each.name} = {_toml(value)}\n")
        return "".join(plain + tables)

    def validate(self) -> None:
        """Raises `MappingError` for the first setting that cannot work."""
        for group in ("columns", "constants", "defaults"):
            for name in getattr(self, group):
                if name not in FIELDS:
                    raise MappingError(f"{group}.{name}", "unknown")
        _one_of("amount", self.amount, AMOUNTS)
        _one_of("refunds", self.refunds, REFUNDS)
        if self.refunds in ("order_no prefix", "status") and not self.refund_values:
            raise MappingError("refund_values", "required", f"refunds = {self.refunds}")
        needed = {
            "amount": ("amount",),
            "quantity*price": ("quantity", "price"),
            "order_amount": ("order_amount",),
        }[self.amount]
        for name in ("order_no", "status", *needed):
            if not self.fills(name):
                raise MappingError(f"columns.{name}", "required")
        if not (self.fills("ordered_at") or self.fills("paid_at") or self.order_no_date):
            raise MappingError("columns.ordered_at", "required")
        constant = self.constants.get("status", self.defaults.get("status"))
        if constant is not None and constant not in self.statuses and constant not in set(OrderStatus):
            raise MappingError("constants.status", "status_unknown", constant)
        if self.timezone:
            try:
                ZoneInfo(self.timezone)
            except (KeyError, OSError, ValueError) as error:  # unknown or not a name at all
                raise MappingError("timezone", "unknown", self.timezone) from error
        if self.order_no_date:
            if len(self.order_no_date) != 2:
                raise MappingError("order_no_date", "pattern", "one pattern and one format")
            try:
                patterns.check(self.order_no_date[0])
            except patterns.BadPattern as error:
                raise MappingError("order_no_date", "pattern", str(error)) from error
        for setting, forms in (("date_formats", self.date_formats), ("order_no_date", self.order_no_date[1:])):
            for form in forms:
                _check_time_format(setting, form)

    def fills(self, name: str) -> bool:
        return bool(self.columns.get(name)) or name in self.constants

    def column_of(self, name: str, keys: Sequence[str]) -> str | None:
        """The file's column (a header key) for a field; None when the file has none of its headers."""
        for header in self.columns.get(name, ()):
            # Computed columns start with "=", which no header key contains.
            candidate = header if header in keys else names.key(header)
            if candidate in keys:
                return candidate
        return None

    def missing(self, keys: Sequence[str]) -> list[str]:
        """Fields without which no row can be read, and that this file lacks."""
        wanted = ["order_no", "status"]
        wanted += {"quantity*price": ["quantity", "price"]}.get(self.amount, [self.amount])
        lacking = [n for n in wanted if n not in self.constants and self.column_of(n, keys) is None]
        dates = [self.column_of(n, keys) or self.constants.get(n) for n in ("ordered_at", "paid_at")]
        if not any(dates) and not self.order_no_date:
            lacking.append("ordered_at")
        return lacking

    def known_keys(self) -> frozenset[str]:
        """Keys of every header this mapping names."""
        return frozenset(names.key(h) for hs in self.columns.values() for h in hs if not h.startswith("="))


def signature(headers: Iterable[str]) -> str:
    """Names a kind of file by its headers: equal for the same columns in any order."""
    return names.signature(headers)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise MappingError(name, "choice", f"{value}; one of {', '.join(allowed)}")


def _check_time_format(setting: str, form: str) -> None:
    """What the form writes it must be able to read."""
    moment = dt.datetime(2026, 3, 1, 13, 5, 7, tzinfo=dt.UTC)
    try:
        dt.datetime.strptime(moment.strftime(form), form)  # noqa: DTZ007 - only tried
    except (ValueError, re.error) as error:  # no directive of that name; one twice
        raise MappingError(setting, "pattern", str(error)) from error


def _coerced(name: str, value: Any) -> Any:
    if name == "columns":
        table = _table(name, value)
        return {key: _texts(f"columns.{key}", item) for key, item in table.items()}
    if name in ("constants", "defaults"):
        return {key: _text(f"{name}.{key}", item) for key, item in _table(name, value).items()}
    if name == "statuses":
        words = _table(name, value)
        try:
            return {word: OrderStatus(item) for word, item in words.items()}
        except ValueError as error:
            raise MappingError("statuses", "status_unknown", str(error)) from error
    if name in ("date_formats", "refund_values", "order_no_date"):
        return _texts(name, value)
    if name == "freight_in_amount":
        if not isinstance(value, bool):
            raise MappingError(name, "not_a_boolean")
        return value
    return _text(name, value)


def _table(name: str, value: Any) -> Dict[str, Any]:
    if not isinstance(value, Dict):
        raise MappingError(name, "not_a_table")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise MappingError(name, "not_text")
    if "\0" in value:  # PostgreSQL cannot store it
        raise MappingError(name, "not_text")
    return value


def _texts(name: str, value: Any) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        raise MappingError(name, "not_text")
    return tuple(_text(name, item) for item in items)


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, but TOML also wants DEL escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else _quoted(text)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_quoted(item) for item in value) + "]"
    return _quoted(str(value))

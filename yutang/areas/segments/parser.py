"""From a rule's JSON to checked values (rules.py). Every complaint names its place: `all[1].value`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from django.utils.translation import gettext

from yutang.areas.segments import rules
from yutang.areas.segments.errors import RuleInvalid
from yutang.areas.segments.registry import Attribute, Fact, Kind, Registry
from yutang.areas.segments.rules import OPS, WITH_LIST, WITHOUT_VALUE, Op

MAX_DEPTH = 10
MAX_CONDITIONS = 100
MAX_VALUES = 10_000
MAX_TEXT = 500
MAX_DAYS = 36_500
INT64 = 2**63

_KINDS = ("all", "any", "not", "attr", "did", "segment")
_DID_KEYS = {"did", "where", "count", "count_of", "sum", "within"}


@dataclass(frozen=True)
class Referenced:
    """What another segment gives to a rule that names it."""

    name: str
    raw: Any
    nodes: tuple[int, ...] | None


Lookup = Callable[[int], Referenced | None]


def nobody(_segment_id: int) -> None:
    """A lookup that knows no other segments."""
    return


def load(text: str | bytes) -> Any:
    """JSON of a rule; `RuleInvalid` where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _error("", gettext("This is not JSON (%(reason)s).") % {"reason": str(error)[:200]}) from error


def parse(raw: Any, registry: Registry, lookup: Lookup = nobody) -> rules.Rule:
    """Checks and types a rule. `lookup` finds the segments it refers to, or None where there is none to be seen."""
    return _Parser(registry, lookup).rule(raw, "", 1)


class _Parser:
    def __init__(self, registry: Registry, lookup: Lookup, chain: tuple[int, ...] = ()) -> None:
        self.registry = registry
        self.lookup = lookup
        self.chain = chain  # the segments we are inside of
        self.conditions = 0

    # -- structure ---------------------------------------------------------------------------------------------------

    def rule(self, raw: Any, path: str, depth: int, fact: Fact | None = None) -> rules.Rule:
        """`fact`: inside its `where`, where attributes are columns and people's things have no place."""
        if depth > MAX_DEPTH:
            _fail(path, gettext("Groups are nested deeper than %(limit)s levels.") % {"limit": MAX_DEPTH})
        if not isinstance(raw, dict):
            _fail(path, gettext("A condition must be an object."))
        kinds = [kind for kind in _KINDS if kind in raw]
        if len(kinds) != 1:
            _fail(path, gettext("A condition needs exactly one of: %(keys)s.") % {"keys": ", ".join(_KINDS)})
        kind = kinds[0]
        if kind in ("all", "any"):
            _only(raw, {kind}, path)
            parts = raw[kind]
            if not isinstance(parts, list):
                _fail(_key(path, kind), gettext("This must be a list of conditions."))
            found = tuple(self.rule(part, f"{_key(path, kind)}[{i}]", depth + 1, fact) for i, part in enumerate(parts))
            return rules.All(found) if kind == "all" else rules.Any(found)
        if kind == "not":
            _only(raw, {"not"}, path)
            return rules.Not(self.rule(raw["not"], _key(path, "not"), depth + 1, fact))
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            _fail(path, gettext("A rule holds at most %(limit)s conditions.") % {"limit": MAX_CONDITIONS})
        if kind == "attr":
            return self.condition(raw, path, fact)
        if fact is not None:
            _fail(_key(path, kind), gettext("Inside “where” only columns of the fact can be asked."))
        return self.did(raw, path, depth) if kind == "did" else self.in_segment(raw, path)

    def condition(self, raw: Mapping[str, Any], path: str, fact: Fact | None) -> rules.Condition:
        _only(raw, {"attr", "op", "value"}, path)
        known = {c.key: c for c in fact.columns} if fact else self.registry.attributes
        attribute = _known(raw["attr"], known, _key(path, "attr"))
        op = _op(raw.get("op"), OPS[attribute.kind], _key(path, "op"))
        where = _key(path, "value")
        if op in WITHOUT_VALUE:
            if raw.get("value") is not None:
                _fail(where, gettext("“%(op)s” takes no value.") % {"op": op.value})
            return rules.Condition(attribute.key, op)
        if "value" not in raw:
            _fail(where, gettext("A value is missing."))
        return rules.Condition(attribute.key, op, _value(raw["value"], attribute, op, where))

    def did(self, raw: Mapping[str, Any], path: str, depth: int) -> rules.Did:
        _only(raw, _DID_KEYS, path)
        fact = _known(raw["did"], self.registry.facts, _key(path, "did"))
        where = None
        if raw.get("where") not in (None, {}):
            where = self.rule(raw["where"], _key(path, "where"), depth + 1, fact)
        count = _comparison(raw["count"], _key(path, "count")) if raw.get("count") is not None else None
        count_of = raw.get("count_of")
        if count_of is not None:
            _known(count_of, {c.key: c for c in fact.distinct}, _key(path, "count_of"))
        total, column = None, None
        if raw.get("sum") is not None:
            at = _key(path, "sum")
            if not isinstance(raw["sum"], dict):
                _fail(at, gettext("This must be an object with column, op and value."))
            column = raw["sum"].get("column")
            _known(column, dict.fromkeys(fact.sums), _key(at, "column"))
            total = _comparison({k: v for k, v in raw["sum"].items() if k != "column"}, at)
        if count is None and total is None:
            count = rules.Comparison(Op.GE, 1)
        within = _within(raw["within"], _key(path, "within")) if raw.get("within") is not None else None
        return rules.Did(fact.key, where, count, count_of, column, total, within)

    def in_segment(self, raw: Mapping[str, Any], path: str) -> rules.InSegment:
        _only(raw, {"segment"}, path)
        at, segment_id = _key(path, "segment"), raw["segment"]
        if not isinstance(segment_id, int) or isinstance(segment_id, bool) or not 0 < segment_id < INT64:
            _fail(at, gettext("This must be the number of a segment."))
        if segment_id in self.chain:
            _fail(at, gettext("The segment would contain itself."))
        found = self.lookup(segment_id)
        if found is None:
            _fail(at, gettext("There is no segment %(id)s, or you may not see it.") % {"id": segment_id})
        inner = _Parser(self.registry, self.lookup, (*self.chain, segment_id))
        inner.conditions = self.conditions
        try:
            rule = inner.rule(found.raw, "", 1)
        except RuleInvalid as error:
            raise _error(at, f"{found.name}: {error}") from error
        self.conditions = inner.conditions
        return rules.InSegment(segment_id, found.name, rule, found.nodes)


# -- values --------------------------------------------------------------------------------------------------------


def _value(raw: Any, attribute: Attribute, op: Op, path: str) -> rules.Value:
    if op is Op.WITHIN_LAST:
        return _days(raw, path)
    if op is Op.MONTH_IS:
        months = raw if isinstance(raw, list) else [raw]
        if not months or not all(type(m) is int and 1 <= m <= 12 for m in months):
            _fail(path, gettext("Months are numbers from 1 to 12."))
        return tuple(months)
    if op in WITH_LIST:
        if not isinstance(raw, list) or not raw:
            _fail(path, gettext("This must be a list with at least one value."))
        if len(raw) > MAX_VALUES:
            _fail(path, gettext("A list holds at most %(limit)s values.") % {"limit": f"{MAX_VALUES:,}"})
        return tuple(_scalar(value, attribute, f"{path}[{i}]") for i, value in enumerate(raw))
    if op is Op.BETWEEN:
        low, high = _pair(raw, path)
        bounds = _scalar(low, attribute, f"{path}[0]"), _scalar(high, attribute, f"{path}[1]")
        if bounds[0] > bounds[1]:  # type: ignore[operator]
            _fail(path, gettext("The first value is larger than the second."))
        return bounds
    return _scalar(raw, attribute, path)


def _scalar(raw: Any, attribute: Attribute, path: str) -> rules.Scalar:
    kind = attribute.kind
    if kind is Kind.DATE:
        return _date(raw, path)
    if kind is Kind.BOOL:
        if not isinstance(raw, bool):
            _fail(path, gettext("This must be true or false."))
        return raw
    if kind in (Kind.INT, Kind.MONEY, Kind.CHOICES) or attribute.is_numbered:
        return _int(raw, path)
    if not isinstance(raw, str) or not raw:
        _fail(path, gettext("This must be a text that is not empty."))
    if len(raw) > MAX_TEXT:
        _fail(path, gettext("A text has at most %(limit)s characters.") % {"limit": MAX_TEXT})
    if not _is_storable(raw):
        _fail(path, gettext("The text holds a character that cannot be stored."))
    return raw


def _is_storable(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _int(raw: Any, path: str) -> int:
    if type(raw) is not int or not -INT64 <= raw < INT64:
        _fail(path, gettext("This must be a whole number."))
    return raw


def _date(raw: Any, path: str) -> date:
    try:
        # Longer or shorter forms of ISO 8601 (weeks, no dashes) are not part of the language.
        return date.fromisoformat(raw if isinstance(raw, str) and len(raw) == 10 and raw[4] == "-" else "")
    except ValueError:
        _fail(path, gettext("This must be a day, written like 2026-03-01."))


def _days(raw: Any, path: str) -> int:
    """`90` or `"90d"`."""
    if isinstance(raw, str) and raw.endswith("d") and raw[:-1].isascii() and raw[:-1].isdigit():
        raw = int(raw[:-1]) if len(raw) < 8 else None
    if type(raw) is not int or not 1 <= raw <= MAX_DAYS:
        _fail(path, gettext("This must be a number of days from 1 to %(limit)s.") % {"limit": f"{MAX_DAYS:,}"})
    return raw


def _within(raw: Any, path: str) -> rules.LastDays | rules.Days:
    if isinstance(raw, dict):
        _only(raw, {"from", "to"}, path)
        first, last = (_date(raw[k], _key(path, k)) if raw.get(k) is not None else None for k in ("from", "to"))
        if first and last and first > last:
            _fail(path, gettext("The first day is after the last."))
        return rules.Days(first, last)
    return rules.LastDays(_days(raw, path))


def _comparison(raw: Any, path: str) -> rules.Comparison:
    if not isinstance(raw, dict):
        _fail(path, gettext("This must be an object with op and value."))
    _only(raw, {"op", "value"}, path)
    op, at = _op(raw.get("op"), rules.ORDER, _key(path, "op")), _key(path, "value")
    if op is not Op.BETWEEN:
        return rules.Comparison(op, _int(raw.get("value"), at))
    low, high = _pair(raw.get("value"), at)
    bounds = _int(low, f"{at}[0]"), _int(high, f"{at}[1]")
    if bounds[0] > bounds[1]:
        _fail(at, gettext("The first value is larger than the second."))
    return rules.Comparison(op, bounds)


def _pair(raw: Any, path: str) -> tuple[Any, Any]:
    if not isinstance(raw, list) or len(raw) != 2:
        _fail(path, gettext("This must be a list of two values."))
    return raw[0], raw[1]


def _op(raw: Any, allowed: tuple[Op, ...], path: str) -> Op:
    found = next((op for op in allowed if op.value == raw), None)
    if found is None:
        _fail(path, gettext("Choose one of: %(ops)s.") % {"ops": ", ".join(op.value for op in allowed)})
    return found


def _known(raw: Any, known: Mapping[str, Any], path: str) -> Any:
    if not isinstance(raw, str) or raw not in known:
        shown = str(raw)[:80].encode(errors="replace").decode()
        names = ", ".join(sorted(known)) or "–"
        _fail(path, gettext("%(name)s is not known. Choose one of: %(names)s.") % {"name": shown, "names": names})
    return known[raw]


def _only(raw: Mapping[str, Any], allowed: set[str], path: str) -> None:
    for key in raw:
        if key not in allowed:
            at = _key(path, key[:80].encode(errors="replace").decode())
            _fail(at, gettext("This has no place here. Allowed: %(keys)s.") % {"keys": ", ".join(sorted(allowed))})


def _key(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _error(path: str, reason: str) -> RuleInvalid:
    return RuleInvalid(field=path or "rule", path=path or "rule", reason=reason)


def _fail(path: str, reason: str) -> NoReturn:
    raise _error(path, reason)

"""A rule in plain words, in the reader's language: “City is 杭州, and bought at least 2 orders in the last 90 days”."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import get_language, gettext, ngettext, pgettext

from yutang.areas.segments import rules
from yutang.areas.segments.registry import Attribute, Kind, Registry
from yutang.areas.segments.rules import Op
from yutang.core.money import formatted, to_decimal
from yutang.core.spreadsheets import harmless

SHOWN_VALUES = 5


def op_label(op: Op) -> str:
    return {
        Op.EQ: gettext("is"), Op.NE: gettext("is not"), Op.IN: gettext("is one of"),
        Op.NOT_IN: gettext("is none of"), Op.LT: gettext("less than"), Op.LE: gettext("at most"),
        Op.GT: gettext("more than"), Op.GE: gettext("at least"), Op.BETWEEN: gettext("between"),
        Op.CONTAINS: gettext("contains"), Op.STARTS_WITH: gettext("starts with"), Op.EMPTY: gettext("is not known"),
        Op.NOT_EMPTY: gettext("is known"), Op.WITHIN_LAST: gettext("in the last … days"),
        Op.MONTH_IS: gettext("falls in month"), Op.HAS_ALL: gettext("include all of"),
    }[op]  # fmt: skip


def date_op_label(op: Op) -> str:
    """Days come before and after each other, they are not less or more."""
    return {
        Op.LT: gettext("before"), Op.LE: gettext("on or before"), Op.GT: gettext("after"),
        Op.GE: gettext("on or after"),
    }.get(op) or op_label(op)  # fmt: skip


def list_op_label(op: Op) -> str:
    """Of a list somebody has: any, all or none of the values."""
    return {
        Op.IN: gettext("include any of"), Op.HAS_ALL: gettext("include all of"), Op.NOT_IN: gettext("include none of"),
    }.get(op) or op_label(op)  # fmt: skip


def label_of(op: Op, kind: Kind | str) -> str:
    """The words of an operator for a type."""
    special = {Kind.DATE: date_op_label, Kind.CHOICES: list_op_label}
    return special.get(Kind(kind), op_label)(op)


class Values:
    """Values of attributes as the reader writes them; the labels of a list are read once."""

    def __init__(self, currency: str, nodes: frozenset[int] | None = None) -> None:
        """`nodes`: what lies elsewhere (stores, colleagues, codes) is told by number only; None for everything."""
        self.currency = currency
        self.nodes = nodes
        self._labels: dict[str, dict[str | int, str]] = {}

    def head(self, attributes: Sequence[Attribute]) -> list[str]:
        return [
            gettext("Customer number"),
            pgettext("of a person", "Name"),
            *(gettext(attribute.label) for attribute in attributes),
        ]

    def shown(self, attribute: Attribute, value: rules.Scalar | list[int] | None) -> str:
        """On screen: `¥1,234.50`, `Women`, `–`."""
        if value is None or value == "":
            return "–"
        if isinstance(value, list):
            return gettext(", ").join(self._label(attribute, one) for one in value)
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if attribute.kind is Kind.MONEY and isinstance(value, int):
            return formatted(value, self.currency, get_language() or "zh-hans")
        if isinstance(value, str | int) and (attribute.choices or attribute.labels):
            return self._label(attribute, value)
        return f"{value:,}" if isinstance(value, int) else str(value)

    def cell(self, attribute: Attribute, value: rules.Scalar | list[int] | None) -> str:
        """In a file: plain numbers, texts that are no formulas, nothing where nothing is known."""
        if value is None:
            return ""
        if attribute.kind is Kind.MONEY and isinstance(value, int):
            return str(to_decimal(value, self.currency))
        if type(value) is int and attribute.choices is None:
            return str(value)
        return harmless(self.shown(attribute, value))

    def _label(self, attribute: Attribute, value: str | int) -> str:
        if attribute.key not in self._labels:
            labels = self._labels[attribute.key] = {}
            if attribute.labels:
                labels.update(attribute.labels())
            if (offered := attribute.offered(self.nodes)) is not None:
                labels.update({choice.value: choice.label for choice in offered})
        return self._labels[attribute.key].get(value, str(value))


def sentence(rule: rules.Rule, *, registry: Registry, currency: str, nodes: frozenset[int] | None = None) -> str:
    """The whole rule, for a reader who sees these nodes; everybody where it asks nothing."""
    if rule in (rules.All(), rules.Not(rules.Any())):
        return gettext("Everybody")
    said = _Speaker(registry, Values(currency, nodes)).say(rule)
    return said[:1].upper() + said[1:]


class _Speaker:
    def __init__(self, registry: Registry, values: Values) -> None:
        self.registry = registry
        self.currency = values.currency
        self.values = values

    def say(self, rule: rules.Rule, *, nested: bool = False) -> str:
        if isinstance(rule, rules.Condition):
            return self.condition(self.registry.attributes[rule.attribute], rule)
        if isinstance(rule, rules.Did):
            return self.did(rule)
        if isinstance(rule, rules.InSegment):
            return gettext("in the segment “%(name)s”") % {"name": rule.name}
        return _combined(rule, lambda part: self.say(part, nested=True), nested)

    def condition(self, attribute: Attribute, rule: rules.Condition) -> str:
        label = _inside(gettext(attribute.label))
        value = rule.value
        if rule.op in _OF_ONE and attribute.kind is not Kind.CHOICES and isinstance(value, tuple) and len(value) == 1:
            rule = rules.Condition(rule.attribute, _OF_ONE[rule.op], value[0])
        op = label_of(rule.op, attribute.kind)
        if rule.op in rules.WITHOUT_VALUE:
            return _spaced(label, op)
        if rule.op is Op.WITHIN_LAST and isinstance(rule.value, int):
            return ngettext("%(label)s in the last %(days)s day", "%(label)s in the last %(days)s days", rule.value) % {
                "label": label,
                "days": rule.value,
            }
        if rule.op is Op.BETWEEN and isinstance(rule.value, tuple):
            return _spaced(label, op, " – ".join(self.value(attribute, bound) for bound in rule.value))
        return _spaced(label, op, self.value(attribute, rule.value))

    def value(self, attribute: Attribute, value: rules.Value) -> str:
        if isinstance(value, tuple):
            shown = [self.value(attribute, one) for one in value[:SHOWN_VALUES]]
            more = gettext(" and %(count)s more") % {"count": len(value) - SHOWN_VALUES}
            return gettext(", ").join(shown) + (more if len(value) > SHOWN_VALUES else "")
        return self.values.shown(attribute, value)

    def did(self, did: rules.Did) -> str:
        fact = self.registry.facts[did.fact]
        parts = []
        if isinstance(did.within, rules.LastDays):
            days = did.within.days
            parts.append(ngettext("in the last %(days)s day", "in the last %(days)s days", days) % {"days": days})
        elif did.within is not None:
            first, last = did.within.first or "…", did.within.last or "…"
            parts.append(gettext("from %(first)s to %(last)s") % {"first": first, "last": last})
        parts.append(_inside(gettext(fact.label)))
        if did.where is not None:
            parts.append(gettext("(%(where)s)") % {"where": self.where(did.where, did.fact)})
        if did.count is not None:
            said = next((unit.said for unit in fact.distinct if unit.key == did.count_of), _rows)
            number = did.count.value[-1] if isinstance(did.count.value, tuple) else did.count.value
            parts.append(_spaced(self.comparison(did.count), said(number)))
        if did.sum is not None and did.sum_column is not None:
            column = fact.column(did.sum_column)
            label = _inside(gettext(column.label)) if column else did.sum_column
            is_money = column is not None and column.kind is Kind.MONEY
            total = gettext("%(label)s in all") % {"label": label}
            parts.append(_spaced(total, self.comparison(did.sum, is_money=is_money)))
        return _spaced(*parts)

    def where(self, rule: rules.Rule, fact: str, *, nested: bool = False) -> str:
        if isinstance(rule, rules.Condition):
            column = self.registry.facts[fact].column(rule.attribute)
            return "" if column is None else self.condition(column, rule)
        return _combined(rule, lambda part: self.where(part, fact, nested=True), nested)

    def comparison(self, comparison: rules.Comparison, *, is_money: bool = False) -> str:
        def shown(value: int) -> str:
            return formatted(value, self.currency, get_language() or "zh-hans") if is_money else f"{value:,}"

        value = comparison.value
        if isinstance(value, tuple):
            return _spaced(op_label(comparison.op), f"{shown(value[0])} – {shown(value[1])}")
        op = gettext("exactly") if comparison.op is Op.EQ else op_label(comparison.op)
        return _spaced(op, shown(value))


def _combined(rule: rules.Rule, say: Callable[[rules.Rule], str], nested: bool) -> str:
    if isinstance(rule, rules.Not):
        return gettext("not (%(part)s)") % {"part": say(rule.part)}
    if not isinstance(rule, rules.All | rules.Any):
        raise TypeError(rule)
    if not rule.parts:
        return gettext("everybody") if isinstance(rule, rules.All) else gettext("nobody")
    joint = gettext(", and ") if isinstance(rule, rules.All) else gettext(", or ")
    said = joint.join(say(part) for part in rule.parts)
    return gettext("(%(part)s)") % {"part": said} if nested and len(rule.parts) > 1 else said


_OF_ONE = {Op.IN: Op.EQ, Op.NOT_IN: Op.NE}


def _rows(number: int) -> str:
    return ngettext("row", "rows", number)


def _inside(label: str) -> str:
    """A label within a sentence: `City` → `city`, but `SKU code` stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _spaced(*parts: str) -> str:
    """Chinese words stand together; a space parts them only from figures and Latin letters."""
    if not (get_language() or "zh").startswith("zh"):
        return " ".join(parts)
    joined = ""
    for part in parts:
        needs_space = joined and part and (joined[-1].isascii() or part[0].isascii())
        joined += (" " if needs_space else "") + part
    return joined

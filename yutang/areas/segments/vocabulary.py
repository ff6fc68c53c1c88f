"""What the builder needs to know of the registry, in the reader's language, as plain JSON values."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from yutang.areas.segments import queries, sentences
from yutang.areas.segments.registry import REGISTRY, Attribute, Kind
from yutang.areas.segments.rules import OPS, ORDER, Op
from yutang.core.access import Actor


def vocabulary(*, besides: int | None = None, actor: Actor) -> dict[str, Any]:
    """Attributes and facts by area, operators by type, and the segments a rule may refer to (but for `besides`)."""
    nodes = actor.nodes(queries.VIEW)
    return {
        "areas": [
            {
                "key": area,
                "label": gettext(label),
                "attributes": [
                    _attribute(a, nodes) for a in REGISTRY.attributes.values() if a.key.startswith(area + ".")
                ],
                "facts": [
                    {
                        "key": fact.key,
                        "label": gettext(fact.label),
                        "columns": [_attribute(column, nodes) for column in fact.columns],
                        "sums": [_attribute(c, nodes) for c in fact.columns if c.key in fact.sums],
                        "distinct": [{"key": unit.key, "label": unit.said(2)} for unit in fact.distinct],
                    }
                    for fact in REGISTRY.facts.values()
                    if fact.key.startswith(area + ".")
                ],
            }
            for area, label in REGISTRY.areas.items()
        ],
        "ops": {kind: [{"op": op.value, "label": _label(op, kind)} for op in ops] for kind, ops in OPS.items()},
        "comparisons": [{"op": op.value, "label": sentences.op_label(op)} for op in ORDER],
        "segments": [
            {"value": segment.pk, "label": segment.name} for segment in queries.visible(actor) if segment.pk != besides
        ],
    }


def _label(op: Op, kind: str) -> str:
    return sentences.date_op_label(op) if kind == Kind.DATE else sentences.op_label(op)


def _attribute(attribute: Attribute, nodes: frozenset[int] | None) -> dict[str, Any]:
    choices = attribute.offered(nodes)
    return {
        "key": attribute.key,
        "label": gettext(attribute.label),
        "kind": attribute.kind.value,
        "numbered": attribute.is_numbered,
        "labels": attribute.labels() if attribute.labels else {},
        "choices": None if choices is None else [{"value": choice.value, "label": choice.label} for choice in choices],
    }

"""Words that occur in a period, to choose from: kinds, channels and sources, the most frequent first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from yutang.areas.analytics.queries.behaviour import behind, steps

if TYPE_CHECKING:
    from yutang.areas.analytics.queries.behaviour.steps import Asked

OFFERED = 50  # of each
_COLUMNS = ("kind", "channel", "source")


def vocabulary(asked: Asked) -> dict[str, list[str]]:
    """By column. Whatever channel and source the question is limited to: all others can be chosen instead."""
    everything = replace(asked, channel="", source="")
    counted = " UNION ALL ".join(
        f"SELECT '{name}' AS name, {name} AS word, COUNT(*) AS number FROM done WHERE {name} <> '' GROUP BY {name}"  # noqa: S608
        for name in _COLUMNS
    )
    parts = {"done": steps.done(everything, purchases=False), "counted": counted}
    select = """
        SELECT name, word FROM counted
        QUALIFY ROW_NUMBER() OVER (PARTITION BY name ORDER BY number DESC, word) <= $offered
        ORDER BY name, number DESC, word
    """
    found: dict[str, list[str]] = {name: [] for name in _COLUMNS}
    for row in steps.ask(behind.composed(parts, select), everything, {"offered": OFFERED}).to_pylist():
        found[row["name"]].append(row["word"])
    return found

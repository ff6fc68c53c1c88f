"""What every metric must bring along, and that the page about them is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from yutang.areas.analytics import queries, registry

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"


@pytest.mark.parametrize("key", list(registry.METRICS))
def test_the_documentation_says_what_the_product_says(key):
    metric = registry.get(key)
    page = PAGE.read_text(encoding="utf-8")
    assert f"| `{key}` | {metric.name} | {metric.unit} | {metric.over} | {metric.definition} |" in page


def test_the_documentation_names_nothing_that_is_gone():
    rows = [line.split("`")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert rows == list(registry.METRICS)


def test_a_definition_shows_the_sql_that_runs():
    sql = queries.definition("repurchase.rate").sql
    assert sql.startswith("WITH line AS MATERIALIZED (")
    assert "$until" in sql
    assert sql.endswith("FROM buyer")

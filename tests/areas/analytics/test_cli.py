from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
import typer
from typer.testing import CliRunner

from yutang.areas.analytics import registry
from yutang.cli import metrics, shared
from yutang.core.errors import DomainError


@contextmanager
def _running():
    """The test's own database is up already."""
    try:
        yield
    except DomainError as error:
        shared.fail(f"{error.field}: {error}" if error.field else str(error))


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(metrics.shared, "running", _running)
    app = typer.Typer()
    app.command()(metrics.metrics)
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_json_has_every_figure_plain(shop, run):
    shop.sell("anna", 1000, "2026-01-01 10:00")
    shop.sell("anna", 2000, "2026-01-05 10:00")
    result = run("--merchant", shop.merchant.slug, "--at", "2026-01-04", "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert list(found) == [*registry.METRICS, "as_of", "currency"]
    assert (found["sales.net"], found["repurchase.rate"], found["repurchase.median_days"]) == (1000, 0.0, None)
    assert (found["as_of"], found["currency"]) == ("2026-01-04", "CNY")


def test_a_table_for_people(shop, run):
    shop.sell("anna", 123456, "2026-01-01 10:00")
    result = run("--merchant", shop.merchant.slug)
    assert result.exit_code == 0
    assert "1,234.56" in result.stdout
    assert "pareto.top20_share" in result.stdout


@pytest.mark.parametrize("arguments", [("--merchant", "nobody"), ("--merchant", "{slug}", "--at", "2026-02-30")])
def test_what_does_not_exist_ends_with_2(shop, run, arguments):
    result = run(*(text.format(slug=shop.merchant.slug) for text in arguments))
    assert result.exit_code == 2
    assert "Traceback" not in result.output

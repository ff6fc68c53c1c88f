"""`yutang privacy prove`: the kept report, and a search anew for values brought along."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from typer.testing import CliRunner

from tests.areas.privacy import world as w
from tests.areas.privacy.test_erasing import erased
from yutang.cli import privacy as cli
from yutang.cli.main import app

pytestmark = pytest.mark.django_db(transaction=True)


def prove(world, request, *words, given=None):
    asked = ["privacy", "prove", "--merchant", world.merchant.slug, "--request", str(request.pk), "--json", *words]
    return CliRunner().invoke(app, asked, input=given)


def test_prove(monkeypatch):
    monkeypatch.setattr(cli.shared, "running", nullcontext)
    world = w.make_world()
    request = erased(world)
    kept = prove(world, request)
    assert (kept.exit_code, json.loads(kept.stdout)["places"]) == (0, {})
    gone = prove(world, request, "--values", given=json.dumps({"phone": ["+86" + w.PHONE], "name": [w.NAME]}))
    assert (gone.exit_code, json.loads(gone.stdout)["values"]) == (0, {"phone": 1, "name": 1})
    there = prove(world, request, "--values", given=json.dumps({"phone": ["+86" + w.OTHER_PHONE]}))
    assert there.exit_code == 1
    assert json.loads(there.stdout)["places"] == {"encrypted fields of customers_identity": {"phone": 1}}
    assert prove(world, request, "--values", given='{"shoe": ["42"]}').exit_code == 2

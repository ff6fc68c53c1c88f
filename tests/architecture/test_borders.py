"""What the import linter cannot see (STYLE: who may call whom)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

import yutang
from yutang import reactions
from yutang.areas.customers import merging
from yutang.areas.privacy import registry as privacy
from yutang.core import events

ROOT = Path(yutang.__file__).parent
# Lowest floor first, as in pyproject.toml.
FLOORS = ["core", "ledger", "reservations", "lake", "merchants", "openplatform", "customers", "channels", "messaging",
          "privacy", "segments", "tags", "relations", "interactions", "catalog", "decoration", "inventory", "payments",
          "points", "coupons", "wallet", "membership", "missions", "bookings", "orders", "aftersale", "settlement",
          "grades", "imports", "analytics"]  # fmt: skip
MOST_LINES = 500
# Tables that point at people and are the merging itself, or are rebuilt from rows that take part.
NOT_MERGED = {
    "customers_customer": "the forest itself",
    "customers_identity": "merging re-points it first of all",
    "customers_merge": "its edges",
    "orders_customerstatistic": "recomputed after every merge",
    "membership_member": "recomputed after every merge",
}


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]


def foreign_objects(path: Path, tree: ast.Module) -> list[str]:
    """`Model.objects` where the model belongs to another area than the file."""
    own = path.relative_to(ROOT).parts[1] if path.relative_to(ROOT).parts[0] == "areas" else ""
    foreign = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("yutang.areas.")
        and node.module.endswith(".models") and node.module.split(".")[2] != own
        for name in node.names
    }  # fmt: skip
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_base_manager")
        and isinstance(node.value, ast.Name) and node.value.id in foreign
    ]  # fmt: skip


def test_only_the_owner_touches_its_tables():
    found = [
        line
        for path in sources("areas", "reactions", "console", "api", "links", "shop")
        for line in foreign_objects(path, ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_the_check_sees_a_foreign_table():
    bad = "from yutang.areas.customers.models import Note\nNote.objects.all()"
    good = "from yutang.areas.customers import queries\nqueries.notes()"
    path = ROOT / "areas" / "orders" / "queries.py"
    assert len(foreign_objects(path, ast.parse(bad))) == 1
    assert foreign_objects(path, ast.parse(good)) == []
    assert foreign_objects(ROOT / "areas" / "customers" / "queries.py", ast.parse(bad)) == []


def test_only_the_demo_sets_the_clock_back():
    folders = sorted(path.name for path in ROOT.iterdir() if path.is_dir())
    users = sorted(path for path in sources(*folders) if "clock.ago(" in path.read_text(encoding="utf-8"))
    demo = ["members", "money", "orders", "programme"]
    assert [str(path.relative_to(ROOT)) for path in users] == [f"cli/demo_{name}.py" for name in demo]


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("yutang.")]


def test_every_foreign_key_points_down():
    wrong = []
    for model in our_models():
        floor = FLOORS.index(model._meta.app_label)
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.name != "merchant":
                target = FLOORS.index(field.related_model._meta.app_label)
                if target > floor:
                    wrong.append(f"{model.__name__}.{field.name}")
    assert wrong == []


def test_every_table_of_people_takes_part_in_merging():
    registered = {participant.table for participant in merging.participants()}
    forgotten = [
        model._meta.db_table
        for model in our_models()
        if any(getattr(field, "attname", "") == "customer_id" for field in model._meta.get_fields())
        and model._meta.db_table not in registered
        and model._meta.db_table not in NOT_MERGED
    ]
    assert forgotten == []


def test_every_table_of_people_is_copied_and_erased():
    """Registered with the privacy area, or said to hold nothing personal."""
    of_people = {
        model._meta.db_table
        for model in our_models()
        if {"customer_id", "home_customer_id"} & {getattr(field, "attname", "") for field in model._meta.get_fields()}
    }
    assert of_people - privacy.tables() - set(privacy.NOTHING_PERSONAL) == set()
    assert set(privacy.NOTHING_PERSONAL) & privacy.tables() == set()
    assert privacy.tables() | set(privacy.NOTHING_PERSONAL) <= {model._meta.db_table for model in our_models()}


def test_every_event_has_a_reaction_or_says_why_not():
    ours = {name for name, event in events.REGISTRY.items() if event.__module__.startswith("yutang.")}
    silent = ours - set(events.HANDLERS) - set(reactions.WITHOUT_REACTION)
    assert silent == set()
    assert set(reactions.WITHOUT_REACTION) <= ours, "a reason for an event that does not exist"


def test_areas_describe_themselves_in_at_most_fifteen_lines():
    bad = []
    for folder in sorted((ROOT / "areas").iterdir()):
        if (folder / "__init__.py").exists():
            readme = folder / "README.md"
            if not readme.exists() or len(readme.read_text(encoding="utf-8").splitlines()) > 15:
                bad.append(folder.name)
    assert bad == []


@pytest.mark.parametrize(
    "folder", ["core", "lake", "areas", "reactions", "console", "api", "links", "shop", "ui", "cli", "simulators"]
)
def test_files_stay_small(folder):
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources(folder)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}

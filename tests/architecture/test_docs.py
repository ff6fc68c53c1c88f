"""The documents name things that exist, and leave nothing out that they promise to list."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import typer

from yutang.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", "node_modules", "vendor", ".pytest_cache"} & set(path.relative_to(ROOT).parts)
)
READMES = ("README.md", "README.zh-CN.md")
# Promised by docs/segments.md; to be taken out here when yutang/cli/main.py knows them.
NOT_YET: set[str] = set()
SCREENSHOTS = ROOT / "docs" / "screenshots"  # taken by tools/screenshots.py
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def targets(text: str) -> list[str]:
    """Relative links and pictures, without their anchors; code is no link."""
    found = [one or other for one, other in LINK.findall(CODE.sub("", text))]
    return [link.partition("#")[0] for link in found if not re.match(r"[a-z]+:|#|/", link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    missing = [link for link in targets(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    if not SCREENSHOTS.exists():
        missing = [link for link in missing if not (page.parent / link).resolve().is_relative_to(SCREENSHOTS)]
    assert missing == []


def test_links_are_found():
    text = '[a](b.md#c) ![p](d/e.png) <img src="f.png"> [h](https://example.com) [i](#j) `[k](l.md)`'
    assert targets(text) == ["b.md", "d/e.png", "f.png"]


def commands(command: click.Command, name: str) -> list[str]:
    inner = getattr(command, "commands", None)
    return [name] if not inner else [line for key, sub in inner.items() for line in commands(sub, f"{name} {key}")]


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_lists_every_command(readme):
    rows = [line for line in (ROOT / readme).read_text(encoding="utf-8").splitlines() if line.startswith("| `yutang ")]
    there = commands(typer.main.get_command(app), "yutang")
    assert [name for name in there if not any(f"`{name}" in row for row in rows)] == []
    named = {
        found
        for row in rows
        for found in re.findall(r"`(yutang [a-z-]+(?: (?:orders|suggest|count|export|prove))?)", row)
    }
    assert named - set(there) - NOT_YET == set()


def test_every_environment_variable_is_explained():
    source = "".join((ROOT / "yutang" / name).read_text(encoding="utf-8") for name in ("settings.py", "home.py"))
    names = set(re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", source))
    assert "YUTANG_HOME" in names
    page = (ROOT / "docs" / "how-to" / "configure.md").read_text(encoding="utf-8")
    assert [name for name in sorted(names) if f"| `{name}` |" not in page] == []


def test_every_decision_is_in_the_index():
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in sorted(folder.glob("0*.md")) if f"({page.name})" not in index] == []


def test_files_named_in_the_tour_exist():
    """A row may name several files of one folder: the folder is that of the first."""
    missing = []
    for line in (ROOT / "docs" / "tour.md").read_text(encoding="utf-8").splitlines():
        folder = Path()
        for name in re.findall(r"`([^`\s]+\.(?:py|html)|tests/\S+/)`", line.split("|")[1] if "|" in line else ""):
            place = ROOT / name if name.startswith("tests/") else ROOT / "yutang" / name
            beside = folder / name
            if not place.exists() and not beside.exists():
                missing.append(name)
            folder = place.parent if place.exists() else folder
    assert missing == []

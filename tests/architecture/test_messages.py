"""The Chinese catalogue is complete and sound."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "messages.py"


@pytest.fixture
def messages(tmp_path, monkeypatch):
    """The tool, pointed at a small package of its own."""
    spec = importlib.util.spec_from_file_location("messages_tool", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    package = tmp_path / "yutang"
    package.mkdir()
    (package / "views.py").write_text(
        "from x import gettext, gettext_noop, ngettext, pgettext\n"
        'A = gettext_noop("See %(name)s")\n'
        'def f(n):\n    return gettext("Long " "text"), ngettext("%(n)s row", "%(n)s rows", n)\n'
        'B = pgettext("nav", "Home")\n',
        encoding="utf-8",
    )
    (package / "page.html").write_text(
        '<p>{% translate "Hello" %}</p>\n   {% blocktranslate with a=b %}Dear {{ a }}{% endblocktranslate %}\n', "utf-8"
    )
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "PACKAGE", package)
    monkeypatch.setattr(tool, "PO", package / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po")
    tool.PO.parent.mkdir(parents=True)
    tool.PO.write_text(tool.updated(), encoding="utf-8")
    return tool


TRANSLATIONS = {
    "Dear %(a)s": "亲爱的%(a)s", "Hello": "你好", "Home": "首页", "Long text": "长文", "See %(name)s": "见%(name)s",
    "%(n)s row": "%(n)s 行",
}  # fmt: skip


def translate(messages, **changes):
    text = messages.PO.read_text(encoding="utf-8")
    for source, translation in {**TRANSLATIONS, **changes}.items():
        plural = f'msgid "{source}"\nmsgid_plural "%(n)s rows"\nmsgstr[0] ""'
        text = text.replace(plural, plural[:-2] + f'"{translation}"')
        text = text.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{translation}"')
    messages.PO.write_text(text, encoding="utf-8")


def test_finds_texts_of_every_kind(messages):
    assert set(messages.untranslated()) == set(TRANSLATIONS)


def test_a_complete_catalogue_passes_and_updating_changes_nothing(messages):
    translate(messages)
    assert messages.problems() == []
    assert messages.updated() == messages.PO.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"Hello": ""}, "not translated: 'Hello'"),
        ({"See %(name)s": "见%(nom)s"}, "placeholders differ: 'See %(name)s' -> '见%(nom)s'"),
    ],
)
def test_what_is_wrong_is_named(messages, change, problem):
    translate(messages, **change)
    assert messages.problems() == [problem]


def test_new_texts_are_missing_until_updated_and_translations_stay(messages):
    translate(messages)
    page = messages.PACKAGE / "page.html"
    page.write_text(page.read_text() + '{% translate "Later" %}', "utf-8")
    assert messages.problems() == ["missing in the catalogue: 'Later'"]
    messages.PO.write_text(messages.updated(), encoding="utf-8")
    assert messages.untranslated() == ["Later"]

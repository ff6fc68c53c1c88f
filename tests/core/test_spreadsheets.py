from __future__ import annotations

import pytest

from yutang.core.spreadsheets import bare, harmless


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-1+1", "-", "@SUM(A1)", "\t=1", "\r=1", "-1\n=1", "-5", "\n=1", "＝1", "＠A1"]
)
def test_what_a_spreadsheet_would_run_is_text(text):
    assert harmless(text) == "'" + text
    assert bare(harmless(text)) == text


@pytest.mark.parametrize("text", ["", "王=伟", "1+1", "–", "a-b"])
def test_anything_else_stays(text):
    assert bare(harmless(text)) == harmless(text) == text

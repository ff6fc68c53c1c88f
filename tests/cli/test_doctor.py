"""What the doctor looks at beyond a running installation, which tests/cli/test_commands.py asks."""

from __future__ import annotations

import pytest

from yutang.cli import examination
from yutang.shop.sharing import fonts


def finding(part: str) -> examination.Finding:
    return next(found for found in examination.examine() if found.part == part)


@pytest.mark.django_db
def test_fonts_of_posters(monkeypatch, settings, tmp_path):
    settings.FONTS = str(tmp_path)
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    (tmp_path / "NotoSansCJK-Regular.ttc").touch()
    missing = finding("fonts of posters")
    assert (missing.is_good, "fonts-noto-cjk" in missing.advice) == (False, True)
    (tmp_path / "NotoSansCJK-Bold.ttc").touch()
    assert finding("fonts of posters") == examination.Finding("fonts of posters", True, str(tmp_path))

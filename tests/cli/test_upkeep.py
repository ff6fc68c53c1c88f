"""Backup and restore refuse in one line, and leave nothing half done."""

from __future__ import annotations

import io
import tarfile

import pytest
from typer.testing import CliRunner

from yutang.cli.main import app


def archive(path, **members: bytes):
    with tarfile.open(path, "w:gz") as made:
        for name, content in members.items():
            info = tarfile.TarInfo(name.replace("_", "."))
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return path


def tar_of(name: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        made.addfile(tarfile.TarInfo(name))
    return out.getvalue()


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("YUTANG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "home"


@pytest.mark.parametrize("base", [b"x" * 20_000, tar_of("something/else")], ids=["noise", "no database"])
def test_a_damaged_backup_leaves_the_home_empty(place, tmp_path, base):
    file = archive(tmp_path / "b.tar.gz", postgres_tar=base, secret_key=b"00")
    result = CliRunner().invoke(app, ["restore", str(file)])
    assert result.exit_code == 2
    assert "is not a backup of Yutang, or is damaged" in result.stderr.replace("\n", " ")
    assert list(place.iterdir()) == []


def test_a_backup_into_no_folder_is_refused(place, tmp_path):
    result = CliRunner().invoke(app, ["backup", str(tmp_path / "nowhere" / "b.tar.gz")])
    assert result.exit_code == 2
    assert not place.exists()


def test_a_home_that_is_a_file_is_refused(place):
    place.write_text("")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 2
    assert "YUTANG_HOME cannot be used" in result.stderr

"""Commands as people type them: own processes in an installation of their own."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import migrated
from tests.patience import PATIENCE
from yutang.core.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "correct horse battery"


class Installation:
    """A YUTANG_HOME and the command line in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        hidden = ("DATABASE_URL", "YUTANG_SECRET", "DJANGO_SETTINGS_MODULE")
        self.environment = {k: v for k, v in os.environ.items() if k not in hidden}
        self.environment |= {"YUTANG_HOME": str(home), "LANG": "C.UTF-8", "PYTHONWARNINGS": "default"}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-c", "from yutang.cli import app; app()", *words]

    def run(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), input=given, capture_output=True, text=True, env=self.environment, timeout=PATIENCE,
            check=False,
        )  # fmt: skip

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """What it says goes into a file: nobody reads a pipe meanwhile, and a full one would hold it up."""
        with self._said.open("w") as said:
            return subprocess.Popen(
                self.command(*words), env=self.environment, stdin=subprocess.DEVNULL, stdout=said,
                stderr=subprocess.STDOUT,
            )  # fmt: skip

    def said(self) -> str:
        """By what was started last."""
        return self._said.read_text()

    @property
    def _said(self) -> Path:
        return self.home.with_name("said.txt")


@contextmanager
def installed() -> Iterator[Installation]:
    """With one merchant, `shop`; gone with its PostgreSQL afterwards."""
    with tempfile.TemporaryDirectory(prefix="yutang-cli-") as folder:
        Path(folder).chmod(0o711)
        made = Installation(Path(folder) / "home")
        subprocess.run(["cp", "-a", _first(), made.home], check=True)
        yield made
        EmbeddedPostgres(made.home).stop()


def _first() -> Path:
    """An installation as `yutang init` makes it, at rest. The workers share one, in the folder of the tests' own
    database, which goes away at the end."""
    shared = Path(os.environ["YUTANG_HOME"])
    first = shared / "installation"
    with (shared / "installation.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not first.exists():
            making = Installation(shared / "installation.made")
            migrated.install(making.home)
            done = making.run(
                "init", "--merchant", "shop", "--currency", "GBP", "--timezone", "Europe/London",
                "--owner", "a@example.com", "--password-stdin", "--json", given=PASSWORD + "\n",
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            making.home.rename(first)
    return first


@pytest.fixture(scope="module")
def installation():
    """Shared by the tests of a file: what one does the next may find."""
    with installed() as made:
        yield made


@pytest.fixture
def fresh_installation():
    with installed() as made:
        yield made

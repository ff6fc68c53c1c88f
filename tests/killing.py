"""Processes to be killed: a small server that has everything imported and forks one child per order.

Starting Python fifty times would take longer than what is tested. Run as `python -m tests.killing module.function`;
every line on standard input is a JSON list of arguments for a child, whose pid and then whose end are answered.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tests.patience import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).resolve().parent.parent
SHORTEST, MOST_KILLS = 0.02, 500  # seconds in which no child gets far; what needs more kills than that tests nothing


class Children:
    """Start children that call `target` (a function by its dotted name) and kill them at random moments.

    Which moments those are depends on the machine: they begin early, come later where children have done nothing by
    then, and earlier where they had ended. `kills`: how many children had to be killed. `hits`: how many of those with
    some work done and some left."""

    def __init__(self, target: str, environment: dict[str, str]) -> None:
        self.kills = self.hits = 0
        self._random, self._longest = random.Random(), SHORTEST
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tests.killing", target],
            cwd=REPOSITORY,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "yutang.settings", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.server.stdout.readline() == "ready\n"

    def __enter__(self) -> Children:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stdin.close()
        self.server.stdout.close()
        self.server.wait(PATIENCE)

    def run(self, *arguments: object, progress: Callable[[], object]) -> bool:
        """True when the child had to be killed; False when it ended by itself before. `progress` tells by its value
        whether anything was done; what is under way does not count."""
        assert self.kills < MOST_KILLS, f"{self.hits} of {self.kills} kills came while work was under way"
        before, moment = progress(), self._random.uniform(0, self._longest)
        was_killed = self._killed(moment, arguments)
        has_worked = progress() != before
        self.kills += was_killed
        self.hits += was_killed and has_worked
        if not was_killed:
            self._longest = max(SHORTEST, self._longest / 1.5)
        elif has_worked:
            self._longest *= 0.95
        elif moment > self._longest / 2:
            self._longest *= 1.5
        return was_killed

    def _killed(self, moment: float, arguments: tuple[object, ...]) -> bool:
        self.server.stdin.write(json.dumps(arguments) + "\n")
        self.server.stdin.flush()
        pid = int(self.server.stdout.readline())
        time.sleep(moment)
        os.kill(pid, signal.SIGKILL)  # nobody else's: it stays a zombie until the server is asked for its end
        self.server.stdin.write("\n")
        self.server.stdin.flush()
        status = int(self.server.stdout.readline())
        assert status in (0, -signal.SIGKILL), status
        return status != 0


def environment(settings, home: Path) -> dict[str, str]:
    """What a child needs to work on the test's database and folders."""
    from django.db import connection
    from psycopg.conninfo import make_conninfo

    return {
        "DATABASE_URL": make_conninfo(settings.DATABASE_URL, dbname=connection.settings_dict["NAME"]),
        "YUTANG_HOME": str(home),
        "YUTANG_LAKE_CATALOG": settings.LAKE_CATALOG,
        "YUTANG_SECRET": os.environ["YUTANG_SECRET"],
    }


def main() -> None:
    import django

    django.setup()
    for heavy in ("pyiceberg.catalog.sql", "scipy.sparse.csgraph", "pypinyin"):
        import_module(heavy)  # the product imports them when first needed: each child would, instead of working
    module, _, function = sys.argv[1].rpartition(".")
    target = getattr(import_module(module), function)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            target(*json.loads(line))
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        sys.stdin.readline()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

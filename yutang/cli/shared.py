"""What every command needs: the database, Django, errors as one line instead of a traceback."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from yutang import home
from yutang.core.embedded import EmbeddedPostgres, EmbeddedPostgresError

if TYPE_CHECKING:
    from collections.abc import Iterator

out = Console()
err = Console(stderr=True)


@contextmanager
def database() -> Iterator[EmbeddedPostgres | None]:
    """PostgreSQL runs: the embedded one for as long as somebody uses it, or the one DATABASE_URL names (None)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yutang.settings")
    _must_be_writable()
    server = None if home.database_url() else EmbeddedPostgres(home.home())
    try:
        if server:
            server.acquire()
        try:
            yield server
        finally:
            if server:
                server.release()
    except EmbeddedPostgresError as error:
        fail(str(error))


def _must_be_writable() -> None:
    place = home.home()
    try:
        place.mkdir(parents=True, exist_ok=True)
        if not os.access(place, os.W_OK):
            raise PermissionError(f"no right to write to {place}")
    except OSError as error:
        fail(f"YUTANG_HOME cannot be used: {error}")


@contextmanager
def running() -> Iterator[None]:
    """The database runs and its tables are current; an error a person can mend ends the command with status 2."""
    with database():
        from django.db.utils import OperationalError

        from yutang.core.errors import DomainError

        try:
            prepare()
            yield
        except DomainError as error:
            fail(f"{error.field}: {error}" if error.field else str(error))
        except OperationalError as error:
            reason = str(error).strip().partition("\n")[0]
            fail(f"The database does not answer ({reason}). What was committed stays; run the command again.")


def fail(message: str, status: int = 2) -> None:
    """Ends the command with a message on standard error."""
    err.print(f"[red]✗[/red] {message}", highlight=False)
    raise typer.Exit(status)


def print_json(data: Any) -> None:
    sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")


def prepare() -> None:
    """Django is set up, the tables are current."""
    import django
    from django.utils import translation

    from yutang.core import logs, migrating

    django.setup()
    logs.quiet()
    translation.activate("zh-hans" if os.environ.get("LANG", "").lower().startswith("zh") else "en")
    migrating.migrate()

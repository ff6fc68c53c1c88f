"""Django's own commands (makemigrations, shell …) with the embedded database running."""

from __future__ import annotations

import os
import sys

from yutang import home
from yutang.core.embedded import EmbeddedPostgres


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yutang.settings")
    from django.core.management import execute_from_command_line

    server = None if home.database_url() else EmbeddedPostgres(home.home())
    if server:
        server.acquire()
    try:
        execute_from_command_line(sys.argv)
    finally:
        if server:
            server.release()


if __name__ == "__main__":
    main()

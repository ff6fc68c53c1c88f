"""The worker process: jobs in the main thread, the lake's writer beside them. Started by `yutang up`."""

from __future__ import annotations

import os
import signal
import sys
import threading

WRITE_EVERY_SECONDS = 5


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yutang.settings")
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    from yutang.lake import writer

    stopping = threading.Event()

    def write() -> None:
        try:
            while not stopping.wait(WRITE_EVERY_SECONDS):
                writer.run()
        finally:
            connection.close()
            # A writer that fails takes the worker with it: the process tree starts both again.
            if not stopping.is_set():
                os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=write, name="lake-writer")
    thread.start()
    try:
        call_command("procrastinate", "worker", "--concurrency", "2")
    finally:
        stopping.set()
        thread.join()
    sys.exit(0)


if __name__ == "__main__":
    main()

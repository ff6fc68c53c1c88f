"""Run by test_ledger_server_killed.py: books one entry after the other and says so, whatever becomes of the server.

    python -m tests.concurrency.ledger_stubborn MERCHANT_ID CLIENT FIRST

Standard output: the number of each entry after its commit. An entry whose end is unknown is booked again under its key.
Ends when standard input does.
"""

from __future__ import annotations

import os
import sys
import threading
import time

import django


def main() -> None:
    django.setup()
    from django.db import Error, connection

    from tests.core.ledger.kinds import NOON, customer, earn, pay_in, spend
    from yutang.core import access, tenancy
    from yutang.core.ledger import services

    merchant_id, client, number = (int(text) for text in sys.argv[1:])
    actor = access.system(merchant_id)
    ending = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ending.set()), daemon=True).start()
    while not ending.is_set():
        person = customer(number % 3)
        lines = [*pay_in(person, 3), *earn(person, 2), *spend(person, 1)]
        try:
            with tenancy.scope(merchant_id):
                services.post(key=f"{client}:{number}", kind="k", lines=lines, at=NOON, actor=actor)
        except (Error, OSError):
            connection.close()
            time.sleep(0.01)  # refused connections come at once and would keep the processor busy
            continue
        os.write(1, f"{number}\n".encode())
        number += 1


if __name__ == "__main__":
    main()

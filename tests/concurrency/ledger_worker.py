"""Run by test_ledger_kill.py: children that book and acknowledge until somebody kills them, one after the other.

    python -m tests.concurrency.ledger_worker MERCHANT_ID CHILDREN

Standard output: "pid <pid>" when a child starts, then "<number>" after each commit. One process is started and forks,
because starting Django takes longer than a child lives.
"""

from __future__ import annotations

import os
import sys

import django


def say(text: object) -> None:
    os.write(1, f"{text}\n".encode())


def book_forever(merchant_id: int) -> None:
    from tests.core.ledger.kinds import NOON, customer, earn, pay_in, spend
    from yutang.core import access, tenancy
    from yutang.core.ledger import services
    from yutang.core.ledger.models import Entry

    say(f"pid {os.getpid()}")
    actor = access.system(merchant_id)
    with tenancy.scope(merchant_id):
        number = max(0, Entry.objects.count() - 3)  # the last ones again: their acknowledgement may be lost
    while True:
        with tenancy.scope(merchant_id):
            lines = [*pay_in(customer(1), 3), *earn(customer(number % 5), 2), *spend(customer(number % 5), 1)]
            services.post(key=f"n:{number}", kind="k", lines=lines, at=NOON, actor=actor)
        say(number)
        number += 1


def main() -> None:
    django.setup()
    merchant_id, children = int(sys.argv[1]), int(sys.argv[2])
    for _ in range(children):
        child = os.fork()
        if child == 0:
            book_forever(merchant_id)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()

"""Books one after the other: `python -m benchmarks.ledger_client MERCHANT WAY SECONDS`; WAY is "one" or "many". Says
when it is ready, begins when told to, prints how many entries."""

from __future__ import annotations

import os
import random
import sys
import time
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yutang.settings")
django.setup()

from benchmarks.ledger import BATCH, HOLDERS, register  # noqa: E402
from yutang.core import access, tenancy  # noqa: E402
from yutang.core.ledger import services  # noqa: E402
from yutang.core.ledger.lines import MERCHANT, Draft, Holder, Line  # noqa: E402


def draft() -> Draft:
    key = uuid.uuid4().hex
    holder = Holder("customer", random.randrange(HOLDERS))
    return Draft(key, "bench.earn", (Line("bench.points", holder, 1), Line("bench.issued", MERCHANT, -1)))


def main(merchant_id: int, way: str, seconds: float) -> int:
    register()
    actor = access.system(merchant_id)
    print("ready", flush=True)
    sys.stdin.readline()
    done, end = 0, time.monotonic() + seconds
    size = 1 if way == "one" else BATCH
    while time.monotonic() < end:
        with tenancy.scope(merchant_id):
            services.post_many(drafts=[draft() for _ in range(size)], actor=actor)
        done += size
    return done


if __name__ == "__main__":
    print(main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))

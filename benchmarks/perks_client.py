"""One member after the other buys: `python -m benchmarks.perks_client MERCHANT SKU WAY SECONDS`; says when it is ready,
begins when told its number, prints how many.

WAY: "placed" (nobody known, the order alone), "paid" (the same paid by the sandbox), "all" (level price, coupon,
points, the rest from the balance)."""

from __future__ import annotations

import itertools
import os
import sys
import time
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yutang.settings")
django.setup()

from benchmarks.checkout_client import HOME  # noqa: E402
from yutang.areas.customers.models import Identity  # noqa: E402
from yutang.areas.orders import services  # noqa: E402
from yutang.areas.payments import services as payments  # noqa: E402
from yutang.areas.payments.providers import sandbox  # noqa: E402
from yutang.core import access, tenancy  # noqa: E402

CHOICES = {"coupon": "auto", "points": "500"}


def main(merchant_id: int, sku_id: int, way: str, seconds: float) -> int:
    actor = access.system(merchant_id)
    with tenancy.scope(merchant_id):
        people = list(Identity.objects.order_by("pk"))
    wish = services.Wish(
        lines=[(sku_id, 1)], fulfilment="delivery", recipient=HOME, choices=CHOICES if way == "all" else {}
    )
    print("ready", flush=True)
    number, of = int(sys.stdin.readline()), int(os.environ["YUTANG_BENCH_CLIENTS"])
    mine = itertools.islice(people, number, None, of)
    done, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        identity = next(mine) if way == "all" else None  # StopIteration: more people, or fewer seconds
        with tenancy.scope(merchant_id):
            order = services.place(wish=wish, identity=identity, key=uuid.uuid4().hex, actor=actor)
        if way == "all":
            with tenancy.scope(merchant_id):
                payments.open_tender(payable=("order", order.pk), provider="wallet", actor=actor)
        elif way == "paid":
            with tenancy.scope(merchant_id):
                tender = payments.open_tender(payable=("order", order.pk), provider="sandbox", actor=actor)
            with tenancy.scope(merchant_id):
                payments.receive(provider="sandbox", told=sandbox.read(*sandbox.notice(tender)), actor=actor)
        done += 1
    return done


if __name__ == "__main__":
    print(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], float(sys.argv[4])))

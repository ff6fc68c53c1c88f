"""One buyer after the other: `python -m benchmarks.checkout_client MERCHANT SKU SECONDS`; says when it is
ready, begins when told to, prints how many."""

from __future__ import annotations

import os
import sys
import time
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yutang.settings")
django.setup()

from yutang.areas.orders import services  # noqa: E402
from yutang.core import access, tenancy  # noqa: E402

HOME = services.Recipient("王小明", "+8613800138000", "浙江省", "杭州市", "西湖区", "文三路 1 号")


def main(merchant_id: int, sku_id: int, seconds: float) -> int:
    actor = access.system(merchant_id)
    wish = services.Wish(lines=[(sku_id, 1)], fulfilment="delivery", recipient=HOME)
    print("ready", flush=True)
    sys.stdin.readline()
    done, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        with tenancy.scope(merchant_id):
            services.place(wish=wish, identity=None, key=uuid.uuid4().hex, expected=10_800, actor=actor)
        done += 1
    return done


if __name__ == "__main__":
    print(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))

"""The page of a product over HTTP: how long it takes at 300 requests a second, and how many come when nobody waits;
beside django-oscar's page of a product on the same PostgreSQL and the same kind of server.

Ours shows six SKUs in five stores, four pictures and reviews; oscar's one product without any of that. Both run as
granian serves them: ours with what `yutang up` starts, oscar with as many workers and threads. Everybody asks for the
same product, as on a sale day; the last rows say what it takes when each request reads afresh (`YUTANG_MOMENT=0`).
YUTANG_BENCH_PAGE: seconds each (default 20).
"""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from PIL import Image

from benchmarks.oscar import environment
from benchmarks.shared import Row, make_merchant
from yutang.areas.catalog import services as catalog
from yutang.areas.customers.identity.single import identify
from yutang.areas.inventory import services as inventory
from yutang.areas.inventory.models import StockMove
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants import services as tree
from yutang.cli.stack import Stack
from yutang.core import tenancy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yutang.core.access import Actor

SECONDS = float(os.environ.get("YUTANG_BENCH_PAGE", "20"))
RATE, GOAL = 300, 50.0
SIZES, TASTES = ["6 inch", "8 inch", "10 inch"], ["Oolong", "Osmanthus"]
STORES, PICTURES, REVIEWS = 5, 4, 12


def run() -> list[Row]:
    actor = make_merchant()
    with tenancy.scope(actor.merchant_id):
        path = _furnish(actor)
    port = _free_port()
    web = Stack("127.0.0.1", port, 1).commands["web"]
    ours, ours_most = _measured(web, f"http://127.0.0.1:{port}{path}", {})
    afresh, afresh_most = _measured(web, f"http://127.0.0.1:{port}{path}", {"YUTANG_MOMENT": "0"})
    known = environment.furnished()
    port = _free_port()
    options = web[web.index("--workers") : web.index("--log-level")]
    command = [str(environment.python()), "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port"]
    command += [str(port), *options, "--log-level", "warning", "benchmarks.oscar.wsgi:application"]
    oscar, oscar_most = _measured(command, f"http://127.0.0.1:{port}/catalogue/hot_1/", known)
    return [
        Row(f"product page: p99 at {RATE} requests/s", ours["p99"], "ms", GOAL, False, "django-oscar", oscar["p99"]),
        Row("product page: p50", ours["p50"], "ms", None, False, "django-oscar", oscar["p50"]),
        Row("product page: most that are answered", ours_most["per_second"], "pages/s", RATE, True, "django-oscar",
            oscar_most["per_second"]),
        Row(f"product page, each read afresh: p99 at {RATE} requests/s", afresh["p99"], "ms", None, False),
        Row("product page, each read afresh: most that are answered", afresh_most["per_second"], "pages/s"),
    ]  # fmt: skip


def _measured(command: list[str], url: str, more: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """At the rate, and as fast as it goes."""
    with _serving(command, url, more):
        _asked(url, 0, 3)  # every worker and thread has met the page
        return _asked(url, RATE, SECONDS), _asked(url, 0, SECONDS / 2)


def _asked(url: str, rate: float, seconds: float) -> dict[str, Any]:
    client = [sys.executable, "-m", "benchmarks.page_client", url, str(rate), str(seconds)]
    done = subprocess.run(client, stdout=subprocess.PIPE, text=True, check=True, cwd=environment.ROOT)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def _serving(command: list[str], url: str, more: dict[str, str]) -> Iterator[None]:
    server = subprocess.Popen(command, env=os.environ | more, cwd=environment.ROOT, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(url, timeout=10).close()
                break
            except OSError:
                if time.monotonic() > deadline or server.poll() is not None:
                    raise
                time.sleep(0.2)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _furnish(actor: Actor) -> str:
    """A product as shops have them; the address of its page."""
    made = [(size, taste) for size in SIZES for taste in TASTES]
    skus = [
        catalog.SkuDraft(code=f"CAKE-{number}", price=10_000 + number * 1_000, values=values, weight=500)
        for number, values in enumerate(made)
    ]
    draft = catalog.ProductDraft(
        code="CAKE", name="Oolong chiffon cake", subtitle="Baked in the store this morning", skus=skus,
        specifications={"Size": SIZES, "Taste": TASTES}, tags=("new", "fresh"),
        description="<h3>What is in it</h3><p>Eggs, flour, sugar, oolong.</p>" * 20,
    )  # fmt: skip
    product = catalog.save_product(draft=draft, actor=actor)
    catalog.set_state(product_ids=[product.pk], state="on_sale", actor=actor)
    for number in range(PICTURES):
        upload = io.BytesIO()
        Image.new("RGB", (900, 900), (200, 40 * number, 60)).save(upload, "PNG")
        upload.seek(0)
        catalog.add_picture(product_id=product.pk, content=upload, alt=f"Cake {number}", actor=actor)
    root = merchants.root_node()
    for number in range(STORES):
        store = tree.add_node(parent=root, kind="store", code=f"S{number}", name=f"Store {number}", actor=actor)
        moves = [inventory.Move(sku.pk, store.pk, 50) for sku in product.skus.all()]
        inventory.move(moves=moves, kind=StockMove.Kind.RECEIPT, key=f"receipt:{number}", actor=actor)
    sku = product.skus.first()
    buyer = identify(kind="phone", value="+8613800138000", node_id=root.pk, source="shop", actor=actor)
    for number in range(REVIEWS):
        catalog.write_review(
            order_item_id=number + 1, sku=sku, customer=buyer.customer, rating=5 - number % 2,
            text="Light, not too sweet, and it came in time.", actor=actor,
        )  # fmt: skip
    shop = merchants.current_merchant(actor.merchant_id).slug
    return reverse("shop:product", args=[shop, product.pk])

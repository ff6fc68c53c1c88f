"""The customer list and the 360 page of a pool of a million people, through the whole of Django.

Size by the environment: YUTANG_BENCH_POOL (default 1 000 000), two orders each; YUTANG_BENCH_DETAIL=1 adds a row per
question.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from django.db import connection
from django.test import Client

from benchmarks.shared import Row, make_merchant
from yutang.areas.customers.identity import keys, names, resolve
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import Member, User
from yutang.areas.tags import services as tags
from yutang.areas.tags.services import writing
from yutang.console.middleware import SESSION_KEY
from yutang.core import tenancy
from yutang.core.copying import copy_rows, reserve_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from yutang.core.access import Actor

PEOPLE = int(os.environ.get("YUTANG_BENCH_POOL", "1000000"))
BLOCK = 250_000
ORDERS_EACH = 2
REPEAT = 15
GOAL = 200.0
START = 1_700_000_000_000_000  # microseconds
FAMILY, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高", "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂梅云兰"
PROVINCES = ["浙江省", "江苏省", "上海市", "四川省", ""]


def run() -> list[Row]:
    actor = make_merchant()
    with tenancy.scope(actor.merchant_id):
        node_id = merchants.root_node().pk
        for start in range(0, PEOPLE, BLOCK):
            _make(np.arange(start, min(start + BLOCK, PEOPLE)), node_id, actor)
    often, seldom = _tags(actor)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    timings = {name: _times(actor, path) for name, path in _questions(often, seldom).items()}
    everything = [ms for times in timings.values() for ms in times]
    rows = [Row(f"people: list, search and 360 page p95, {PEOPLE:,} people", _p95(everything), "ms", GOAL, False)]
    if os.environ.get("YUTANG_BENCH_DETAIL") == "1":
        rows += [Row(f"  {name}", _p95(times), "ms", GOAL, False) for name, times in timings.items()]
    return rows


def _questions(often: int, seldom: int) -> dict[str, Callable[[np.random.Generator], str]]:
    """What an operator asks; the address for a random person. `often` and `seldom` are tags."""

    def someone(chance: np.random.Generator) -> int:
        return int(chance.integers(0, PEOPLE))

    return {
        "first page": lambda _: "/customers",
        "sorted by money": lambda _: "/customers?sort=net",
        "sorted by last purchase": lambda _: "/customers?sort=last",
        "one province": lambda _: "/customers?province=四川省",
        "never bought": lambda _: "/customers?purchased=no",
        "name": lambda c: f"/customers?q={_name(someone(c))}",
        "family name": lambda c: f"/customers?q={_name(someone(c))[0]}",
        "initials": lambda c: f"/customers?q={names.initials([_name(someone(c))])[0]}",
        "phone tail": lambda c: f"/customers?q={someone(c) % 10_000:04d}",
        "phone": lambda c: f"/customers?q={_phone(someone(c))}",
        "order number": lambda c: f"/customers?q=N{someone(c)}-1",
        "tag of one in ten": lambda _: f"/customers?tag={often}",
        "tag of one in ten, by money": lambda _: f"/customers?tag={often}&sort=net",
        "tag of a few": lambda _: f"/customers?tag={seldom}",
        "tag and name": lambda c: f"/customers?tag={often}&q={_name(someone(c))}",
        "nobody": lambda _: "/customers?q=没有这个人",
        "360 page": lambda c: f"/customers/{{{someone(c)}}}",
    }


def _tags(actor: Actor) -> tuple[int, int]:
    """One that every tenth person has, and one that a hundred have."""
    with tenancy.scope(actor.merchant_id):
        group = tags.create_group(name="口味", actor=actor)
        made = [tags.create(group_id=group.pk, name=name, actor=actor) for name in ("爱草莓", "宴会")]
        people = list(Customer.objects.order_by("id").values_list("pk", flat=True))
        for tag, having in zip(made, (people[::10], people[:: max(len(people) // 100, 1)]), strict=True):
            writing.give_many(tag, having, writing.Reason("bulk", actor.name))
    return made[0].pk, made[1].pk


def _times(actor: Actor, path: Callable[[np.random.Generator], str]) -> list[float]:
    """Milliseconds of each request after a first one; the answer must be a page."""
    client = _client(actor)
    chance = np.random.default_rng(7)
    found = []
    for _ in range(REPEAT + 1):
        address = path(chance)
        if "{" in address:
            address = f"/customers/{_customer_of(int(address[address.index('{') + 1 : -1]), actor)}"
        start = time.perf_counter()
        answer = client.get(address, headers={"Accept-Language": "zh-Hans"})
        found.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
    return found[1:]


def _client(actor: Actor) -> Client:
    client = Client(headers={"host": "localhost"})
    with tenancy.scope(actor.merchant_id):
        client.force_login(User.objects.get(pk=Member.objects.get().user_id))
    session = client.session
    session[SESSION_KEY] = actor.merchant_id
    session.save()
    return client


def _customer_of(number: int, actor: Actor) -> int:
    with tenancy.scope(actor.merchant_id):
        key = keys.key("phone", "", _phone(number), actor.merchant_id)
        return int(Identity.objects.get(key=key).customer_id)


def _make(number: NDArray[np.int64], node_id: int, actor: Actor) -> None:
    """People through the resolver; orders, their lines and the statistics straight into their tables."""
    size = len(number)
    seen = START + number * 37_000_000
    columns = {
        "buyer_id": pa.array([f"tb{n}" for n in number.tolist()]),
        "phone": pa.array([_phone(n) for n in number.tolist()]),
        "name": pa.array([_name(n) for n in number.tolist()]),
        "province": pa.array([PROVINCES[n % len(PROVINCES)] for n in number.tolist()]),
        "seen_at": pa.array(seen, pa.timestamp("us", tz="UTC")),
        "node_id": pa.array(np.full(size, node_id)),
    }
    records = pa.table([columns.get(f.name, pa.nulls(size, f.type)) for f in resolve.RECORDS], schema=resolve.RECORDS)
    found = resolve.resolve(records=records, source="bench", namespace="taobao", actor=actor)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_saleschannel (merchant_id, source, shop, created_at) VALUES (%s, 'taobao', '', now())"
            " ON CONFLICT (merchant_id, source, shop) DO UPDATE SET shop = '' RETURNING id",
            [actor.merchant_id],
        )
        channel_id = cursor.fetchone()[0]
    buys = number % 10 != 0  # one in ten has never bought
    who, times = np.flatnonzero(buys), ORDERS_EACH
    count = len(who) * times
    person = np.repeat(found.customer[who], times)
    identity = np.repeat(found.identity[who], times)
    at = pa.array(np.repeat(seen[who], times) + np.tile(np.arange(times), len(who)) * 86_400_000_000,
                  pa.timestamp("us", tz="UTC"))  # fmt: skip
    amount = 1000 + np.repeat(number[who], times) % 90_000
    order = reserve_ids("orders_order", count)
    same = {"merchant_id": np.full(count, actor.merchant_id), "channel_id": np.full(count, channel_id),
            "node_id": np.full(count, node_id)}  # fmt: skip
    text = pa.array([""] * count)
    copy_rows("orders_order", pa.table(same | {
        "id": order, "order_no": pa.array([f"N{n}-{t}" for n in number[who].tolist() for t in range(times)]),
        "status": pa.array(["completed"] * count), "raw_status": text, "identity_id": identity, "customer_id": person,
        "ordered_at": at, "updated_at": at, "sold_amount": amount, "refunded_amount": np.zeros(count, np.int64),
        "line_count": np.ones(count, np.int64), "guide": text, "host": text, "note": text,
    }))  # fmt: skip
    copy_rows("orders_saleline", pa.table(same | {
        "id": reserve_ids("orders_saleline", count), "order_id": order, "line_key": pa.array(["1"] * count),
        "version": np.ones(count, np.int64), "is_reversal": np.zeros(count, bool), "kind": pa.array(["goods"] * count),
        "product_code": text, "sku_code": text, "title": pa.array(["草莓蛋糕"] * count), "spec": text,
        "quantity": np.ones(count, np.int64), "amount": amount, "occurred_at": at, "identity_id": identity,
        "home_customer_id": person, "customer_id": person, "source_row": np.zeros(count, np.int64),
    }))  # fmt: skip
    last = seen[who] + (times - 1) * 86_400_000_000
    copy_rows("orders_customerstatistic", pa.table({
        "customer_id": found.customer[who], "merchant_id": np.full(len(who), actor.merchant_id),
        "purchases": np.full(len(who), times), "purchase_days": np.full(len(who), times),
        "net_amount": amount[::times] * times,
        "first_purchase_at": pa.array(seen[who], pa.timestamp("us", tz="UTC")),
        "last_purchase_at": pa.array(last, pa.timestamp("us", tz="UTC")),
    }))  # fmt: skip


def _name(number: int) -> str:
    mixed = number * 2_654_435_761 % 2**32
    return FAMILY[mixed % 20] + GIVEN[mixed // 20 % 23] + (GIVEN[mixed // 460 % 23] if mixed % 3 else "")


def _phone(number: int) -> str:
    return f"+86138{number:08d}"


def _p95(times: list[float]) -> float:
    return float(np.percentile(times, 95))

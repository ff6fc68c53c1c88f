"""A large pool, made by numpy straight into the lake of a merchant: people with tags, sale lines in the order of time,
life facts of every fifth person; grades by boundaries and a ladder in the pool.

A tenth of the people make half of the purchases; every hundredth line takes back the one before; some facts have no
person. Files are as large as the lake's writer makes them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from benchmarks.shared import make_merchant
from yutang.areas.grades.models import Boundaries, Ladder
from yutang.core import tenancy
from yutang.lake import catalog
from yutang.lake.index import building
from yutang.lake.tables import PERSON, REGISTRY

FACTS_EACH = 10
BLOCK = 1_000_000
DAYS = 3 * 365
FIRST = np.datetime64("2023-03-11")
TODAY = date(2026, 3, 10)
CITIES = ["", "杭州", "上海", "北京", "苏州", "宁波", "南京", "成都", "武汉", "广州"]
TAGS = 40
RECENCY, FREQUENCY, MONETARY = [60, 150, 300, 500], [1, 2, 3, 4], [15_000, 30_000, 50_000, 80_000]  # ends of the fifths
MIDDLE_FROM, BIG_FROM = 30_000, 100_000
TITLES = ["草莓蛋糕", "黑森林蛋糕", "吐司", "可颂", "月饼礼盒", "曲奇", "拿铁", "贝果", "蛋挞", "青团"]


def make(people: int) -> int:
    """The new merchant's id; nothing of the index yet."""
    merchant_id = make_merchant().merchant_id
    with tenancy.scope(merchant_id):
        append(PERSON, REGISTRY.person_schema(), people, lambda *at: _people(merchant_id, *at))
        lines = people * FACTS_EACH
        schema = REGISTRY.facts["orders.line"].arrow_schema()
        append("orders.line", schema, lines, lambda *at: _lines(merchant_id, people, lines, *at))
        schema = REGISTRY.facts["tags.life"].arrow_schema()
        append("tags.life", schema, people // 5, lambda *at: _life(merchant_id, people, *at))
        _grade(merchant_id)
    return merchant_id


def index(merchant_id: int) -> None:
    with tenancy.scope(merchant_id):
        building.refresh(merchant_id)


def append(name: str, schema: pa.Schema, count: int, block: Any) -> None:
    table = catalog.table(name)
    folder = Path(settings.LAKE) / "made"
    folder.mkdir(parents=True, exist_ok=True)

    def write(first: int) -> str:
        columns = block(first, min(BLOCK, count - first))
        path = folder / f"{columns['merchant_id'][0]}.{name}.{first}.parquet"
        size = len(columns["merchant_id"])
        arrays = [columns.get(field.name, pa.nulls(size, field.type)) for field in schema]
        made = pa.table([a if isinstance(a, pa.Array) else pa.array(a) for a in arrays], names=schema.names)
        pq.write_table(made, path, compression="zstd", compression_level=1, store_schema=False)
        return str(path)

    with ThreadPoolExecutor(2) as threads:
        table.add_files(list(threads.map(write, range(0, count, BLOCK))))


def _people(merchant_id: int, first: int, size: int) -> dict[str, Any]:
    rng = np.random.default_rng((1, first))
    days = rng.integers(0, DAYS, size)
    last = days + (rng.random(size) * (DAYS - days)).astype(np.int64)
    bought = rng.poisson(3, size)
    return {
        "merchant_id": np.full(size, merchant_id),
        "customer_id": np.arange(first + 1, first + size + 1),
        "source": picked(rng, ["taobao", "jd", "pos", "youzan"], size),
        "gender": picked(rng, ["", "f", "m"], size),
        "birthday": pa.array(np.datetime64("1955-01-01") + rng.integers(0, 19_000, size), mask=rng.random(size) < 0.3),
        "country": picked(rng, ["", "中国"], size),
        "province": picked(rng, ["", "浙江", "江苏", "上海"], size),
        "city": picked(rng, CITIES, size),
        "accepts_marketing": pa.array(rng.random(size) < 0.6, mask=rng.random(size) < 0.2),
        "home_node_id": rng.integers(1, 26, size),
        "first_seen_on": FIRST + days,
        "purchases": bought,
        "purchase_days": bought,
        "net_amount": rng.gamma(1.5, 30_000, size).astype(np.int64) * (bought > 0),
        "first_purchase_on": pa.array(FIRST + days, mask=bought == 0),
        "last_purchase_on": pa.array(FIRST + last, mask=bought == 0),
        "tags": _tags(rng, size),
    }


def _tags(rng: np.random.Generator, size: int) -> pa.Array:
    """One or two of forty tags a person on average, the first ones more often; none for a third."""
    held = rng.poisson(1.2, size)
    ends = np.concatenate([[0], np.cumsum(held)])
    values = (TAGS * rng.random(ends[-1]) ** 2).astype(np.int64) + 1
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(values), mask=pa.array(held == 0))


def _life(merchant_id: int, people: int, first: int, size: int) -> dict[str, Any]:
    """Children and own birthdays, a third by the lunar calendar."""
    rng = np.random.default_rng((3, first))
    born = np.datetime64("1960-01-01") + rng.integers(0, 24_000, size)
    return {
        "merchant_id": np.full(size, merchant_id),
        "id": np.arange(first + 1, first + size + 1),
        "is_reversal": np.zeros(size, dtype=bool),
        "kind": picked(rng, ["child", "birthday"], size),
        "detail": picked(rng, ["girl", "boy"], size),
        "calendar": picked(rng, ["solar", "solar", "lunar"], size),
        "month": rng.integers(1, 13, size),
        "day": rng.integers(1, 31, size),
        "is_leap": np.zeros(size, dtype=bool),
        "born_on": born,
        "recorded_on": FIRST + rng.integers(0, DAYS, size),
        "home_customer_id": rng.integers(1, people + 1, size),
    }


def _grade(merchant_id: int) -> None:
    Boundaries.objects.create(
        merchant_id=merchant_id, day=TODAY - timedelta(days=1), people=1, source="bench", recency=RECENCY,
        frequency=FREQUENCY, monetary=MONETARY,
    )  # fmt: skip
    Ladder.objects.create(
        merchant_id=merchant_id, measure="net", window_days=None, middle_from=MIDDLE_FROM, big_from=BIG_FROM,
        created_by="bench",
    )  # fmt: skip


def _lines(merchant_id: int, people: int, total: int, first: int, size: int) -> dict[str, Any]:
    rng = np.random.default_rng((2, first))
    number = np.arange(first, first + size)
    back = number % 100 == 99
    taken = np.arange(size) - back  # the line a reversal takes back is the one before it
    sign = np.where(back, -1, 1)
    at = FIRST.astype("datetime64[us]") + (number[taken] / total * DAYS * 86_400).astype("timedelta64[s]")
    often = rng.random(size) < 0.5
    person = np.where(often, rng.integers(1, people // 10 + 1, size), rng.integers(1, people + 1, size))[taken]
    return {
        "merchant_id": np.full(size, merchant_id),
        "id": number + 1,
        "order_id": number[taken] // 2 + 1,
        "is_reversal": back,
        "kind": picked(rng, ["goods", "goods", "goods", "goods", "freight", "refund"], size, taken),
        "product_code": picked(rng, [f"P{n:03d}" for n in range(300)], size, taken),
        "sku_code": picked(rng, [f"S{n:04d}" for n in range(900)], size, taken),
        "title": picked(rng, TITLES, size, taken),
        "quantity": rng.integers(1, 4, size)[taken] * sign,
        "amount": rng.gamma(2, 2_000, size).astype(np.int64)[taken] * sign,
        "occurred_at": pa.array(at).cast(pa.timestamp("us", "UTC")),
        "occurred_on": at.astype("datetime64[D]"),
        "identity_id": person,
        "home_customer_id": pa.array(person, mask=(rng.random(size) < 0.05)[taken]),
        "channel_id": rng.integers(1, 6, size)[taken],
        "node_id": rng.integers(1, 26, size)[taken],
    }


def picked(rng: np.random.Generator, values: list[str], size: int, places: Any = None) -> pa.Array:
    codes = rng.integers(0, len(values), size).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes if places is None else codes[places]), pa.array(values))

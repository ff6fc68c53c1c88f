"""Any file through upload and run: an error that a person can read, or an import; nothing half done."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.areas.imports import test_taobao
from tests.areas.imports.runs import MAPPING, pool, text
from yutang.areas.imports import services
from yutang.areas.imports.errors import ImportFileError
from yutang.areas.imports.layouts import LAYOUTS
from yutang.areas.imports.models import ImportRun
from yutang.core.errors import DomainError

SEEDS = [
    test_taobao.ORDERS.encode("gbk"),
    text("1,a,2026-01-05 10:00,,12.50,2,1.00,Toast,13800138000,C1", "2,a,2026-01-06,,8.00,1,,Cake").encode(),
    "﻿订单号,订单状态,下单时间\n".encode(),
]
quick = settings(max_examples=60, deadline=None)
damages = st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=6), st.integers(0, 40)), max_size=8)


def attempt(data: bytes, actor, **options) -> None:
    before = pool()
    try:
        run = services.upload(files=[("x.csv", io.BytesIO(data))], actor=actor, **options)
        services.start(run_id=run.pk, dry_run=False, actor=actor)
        services.execute(run_id=run.pk, actor=actor)
    except DomainError as error:
        assert str(error)  # noqa: PT017
        assert pool() == before
    except ImportFileError as error:
        assert error.code.startswith("file.")  # noqa: PT017
        assert pool() == before
    open_runs = ImportRun.objects.filter(state__in=["queued", "running"])
    assert not open_runs.exists()


@quick
@given(st.binary(max_size=300), st.sampled_from([None, *LAYOUTS]))
def test_any_bytes(actor, data: bytes, layout: str | None) -> None:
    attempt(data, actor, layout=layout)


@quick
@given(st.sampled_from(SEEDS), damages, st.sampled_from([None, MAPPING]))
def test_damaged_files(actor, seed: bytes, damages: list[tuple[int, bytes, int]], mapping: str | None) -> None:
    for place, new, cut in damages:
        seed = seed[: place % (len(seed) + 1)] + new + seed[place % (len(seed) + 1) + cut :]
    attempt(seed, actor, mapping=mapping)


@quick
@given(st.lists(st.lists(st.text(max_size=8) | st.sampled_from(["1E+20", "9" * 30, "-9007199254740991", "2026-13-45",
       "a" * 5000, "\ud800", "2099-12-31 23:59:59", "1900-01-01"]), min_size=12, max_size=12), max_size=6))  # fmt: skip
def test_odd_cells(actor, cells: list[list[str]]) -> None:
    rows = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
    attempt(text(*rows).encode("utf-8", "surrogatepass"), actor, mapping=MAPPING)


@quick
@given(st.text(max_size=200) | st.builds(lambda a, b, c: MAPPING[:a] + b + MAPPING[a + c :],
       st.integers(0, len(MAPPING)), st.text(max_size=8), st.integers(0, 9)))  # fmt: skip
def test_odd_mappings(actor, mapping: str) -> None:
    attempt(SEEDS[1], actor, mapping=mapping)


def test_extreme_rows_arrive_or_are_named(actor):
    rows = [
        f"{'9' * 200},{'k' * 200},1900-01-01,2099-12-31,90071992547409.91,9007199254740991,,{'t' * 3000},1,{'c' * 999}",
        "2,a,2026-01-01,,-90071992547409.91,-9007199254740991,90071992547409.91",
    ]
    attempt(text(*rows).encode(), actor, mapping=MAPPING)

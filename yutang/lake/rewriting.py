"""Changes rows that lie in the lake: for what the law wants gone, never for figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.lake import catalog, compacting, writer
from yutang.lake.tables import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa


def rewrite(fact: str, merchant_id: int, change: Callable[[pa.Table], pa.Table]) -> int:
    """Puts the changed rows in the place of the merchant's files; how many files. Each is a commit: doing it again
    finds nothing to change. Earlier states keep the old rows until they expire (expiry.py). Call outside any
    transaction.
    """
    changed = 0
    with writer.paused():
        if not catalog.exists(fact):
            return 0
        schema = REGISTRY.facts[fact].arrow_schema()
        for task in catalog.table(fact).scan(row_filter=catalog.of_merchant(merchant_id)).plan_files():
            rows = compacting.read(compacting.path(task.file), schema)
            new = change(rows)
            if not new.equals(rows):
                compacting.replace(fact, [task.file], new)
                changed += 1
    return changed

"""Orders to ship to a file, page by page."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext

from yutang.areas.imports import tables
from yutang.areas.imports.shipments.columns import COLUMNS, EDIT
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders import queries_list, queries_shop
from yutang.core import audit
from yutang.core.crypto import written_phone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yutang.areas.imports.shipments.columns import Problem
    from yutang.areas.imports.tables import Cell
    from yutang.core.access import Actor

UNMASK = "customers.unmask"


def export(*, node_id: int | None, target: IO[bytes], is_csv: bool, actor: Actor) -> int:
    """Writes one row for each order that waits to be sent, the oldest first; how many. `node_id`: of this part of the
    tree only. Recipients stand in full for those orders whose recipients the actor may see."""
    rows = _rows(node_id, actor)
    count = tables.write(headers=[column.label for column in COLUMNS], rows=rows, target=target, is_csv=is_csv)
    audit.record(
        "orders.export", actor=actor, object_type="order",
        detail={"orders": count, "in_full": actor.may(UNMASK), "node": node_id},
    )  # fmt: skip
    return count


def problems_csv(problems: Sequence[Problem], target: IO[bytes]) -> int:
    headers = [gettext("Row"), gettext("Order number"), gettext("Reason")]
    rows: list[list[Cell]] = [[one.row, one.order_no, one.reason] for one in problems]
    return tables.write(headers=headers, rows=rows, target=target, is_csv=True)


def _rows(node_id: int | None, actor: Actor) -> Iterator[list[Cell]]:
    stores = {node.pk: node.name for node in merchants.tree()}
    nodes = merchants.descendants(frozenset({node_id})) if node_id is not None else None
    everywhere = actor.may(UNMASK) and actor.nodes(UNMASK) is None
    unmasked = actor.nodes(UNMASK) or frozenset[int]() if actor.may(UNMASK) else frozenset[int]()
    for page in queries_list.to_ship(actor, nodes=nodes, permission=EDIT):
        items = queries_list.items_of(order.pk for order in page)
        for order in page:
            is_masked = not everywhere and order.node_id not in unmasked
            to = queries_shop.recipient(order.shop, is_masked=is_masked)
            left = [item for item in items.get(order.pk, []) if item.left]
            names = (" ".join(filter(None, [item.shown_title, item.spec, f"× {item.left}"])) for item in left)
            senders = dict.fromkeys(stores.get(item.node_id, "") for item in left)
            parts = (
                (to.name, written_phone(to.phone), to.province, to.city, to.district, to.street) if to else ("",) * 6
            )
            cells: list[Cell] = [
                order.order_no, timezone.localtime(order.ordered_at).strftime("%Y-%m-%d %H:%M"), ", ".join(senders),
                "; ".join(names), sum(item.left for item in left), *parts, order.shop.buyer_note, "", "",
            ]  # fmt: skip
            yield cells

"""What happens at tills: one of a couple shows the member card, the other scans a code, and the sale is rung up anew.

The voided receipt names two people. It is in no truth: it sells nothing and shows nobody who was not known, so every
figure stays as it is. An importer must not unite the two; it asks a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from importlib.resources import files as package_files
from pathlib import Path

from .files import ExportFile, pos
from .files.common import write_csv
from .truth import CLOSED, SHANGHAI, Order, Truth

MOST = 6


@dataclass(frozen=True, slots=True)
class Mixup:
    receipt: Order
    card_of: int  # person numbers
    code_of: int


def mixups(truth: Truth) -> tuple[Mixup, ...]:
    """Up to six pairs who buy at one store; both showed a card and a code together before."""
    shown: dict[str, dict[int, Order]] = {}  # store -> person -> such a receipt
    for order in truth.orders:
        if order.store_code and {"member_card", "unionid"} <= dict(order.identifiers).keys():
            shown.setdefault(order.store_code, {}).setdefault(order.buyer_no, order)
    pairs = []
    for _store, receipts in sorted(shown.items()):
        people = sorted(receipts)
        pairs += [(receipts[one], receipts[other]) for one, other in zip(people[::2], people[1::2], strict=False)]
    evening = datetime.combine(truth.as_of, time(18, 30), SHANGHAI)
    return tuple(
        Mixup(_receipt(card, code, evening - timedelta(days=number), number), card.buyer_no, code.buyer_no)
        for number, (card, code) in enumerate(pairs[:MOST])
    )


def write_mixups(truth: Truth, directory: Path) -> ExportFile | None:
    """The voided receipts as one more file of the till, to be imported after all others; None where there are none."""
    found = [mixup.receipt for mixup in mixups(truth)]
    if not found:
        return None
    mapping = directory / "pos_mapping.toml"
    mapping.write_bytes((package_files(f"{__package__}.files") / "pos_mapping.toml").read_bytes())
    path = directory / "门店作废单.csv"
    rows = write_csv(path, pos.HEADERS, pos.rows(found, truth), encoding=pos.ENCODING, footer=pos.FOOTER)
    return ExportFile(
        path=path,
        source="pos",
        layout="pos",
        shop=found[0].shop,
        encoding=pos.ENCODING,
        rows=rows,
        companion=None,
        companion_rows=0,
        mapping=mapping,
        exported_at=datetime.combine(truth.as_of + timedelta(days=1), time(), SHANGHAI),
        is_early=False,
    )


def _receipt(card: Order, code: Order, at: datetime, number: int) -> Order:
    """The first one's usual purchase with the other's code, voided."""
    identifiers = (
        ("member_card", dict(card.identifiers)["member_card"]),
        ("unionid", dict(code.identifiers)["unionid"]),
    )
    return replace(
        card,
        order_no=f"{card.store_code}-{at:%y%m%d}-V{number:06d}",
        identifiers=identifiers,
        phone_shown="",
        ordered_at=at,
        paid_at=None,
        shipped_at=None,
        completed_at=None,
        closed_at=at + timedelta(minutes=2),
        status=CLOSED,
        refunds=(),
        note="作废重开",
    )

"""Writes about orders and carts: one file per use case. Those of carts, of the
till and of invoices go by their short names: `carting.put`, `baskets.add`, `selling.sell`, `invoicing.request`."""

from __future__ import annotations

from yutang.areas.customers.addresses import Recipient
from yutang.areas.orders.services import baskets, carting, choosing, invoicing, selling
from yutang.areas.orders.services.channels import channels
from yutang.areas.orders.services.correcting import correct_parcel
from yutang.areas.orders.services.fulfilling import pick_up, ship
from yutang.areas.orders.services.local import District, deliver, save_local
from yutang.areas.orders.services.noting import add_note, record_look, record_print
from yutang.areas.orders.services.paying import close, close_expired, lock
from yutang.areas.orders.services.placing import PAYABLE, place
from yutang.areas.orders.services.quoting import Wish, quote
from yutang.areas.orders.services.readdressing import change_address
from yutang.areas.orders.services.receiving import complete, complete_received, extend
from yutang.areas.orders.services.recording import LINES, Recorded, record_lines, sold
from yutang.areas.orders.services.refunding import Back, Effects, StockBack, effects, freight_left, refund, worth
from yutang.areas.orders.services.replacing import hold_replacement, lock_exchange, release_replacement, replace
from yutang.areas.orders.services.repricing import change_price
from yutang.areas.orders.services.reviewing import review
from yutang.areas.orders.services.setting import save_terms
from yutang.areas.orders.services.statistics import recompute_next_statistics, recompute_statistics

__all__ = [
    "LINES", "PAYABLE", "Back", "District", "Effects", "Recipient", "Recorded", "StockBack", "Wish", "add_note",
    "baskets", "carting", "change_address", "change_price", "channels", "choosing", "close", "close_expired",
    "complete", "complete_received", "correct_parcel", "deliver", "effects", "extend", "freight_left",
    "hold_replacement", "invoicing", "lock", "lock_exchange", "pick_up", "place", "quote", "recompute_next_statistics",
    "recompute_statistics", "record_lines", "record_look", "record_print", "refund", "release_replacement", "replace",
    "review", "save_local", "save_terms", "selling", "ship", "sold", "worth",
]  # fmt: skip

"""Writes: templates, issuing, codes, gifts, use by orders, runs over many people."""

from __future__ import annotations

from yutang.areas.coupons.services.coding import export, is_code, make_codes, redeem_code
from yutang.areas.coupons.services.designing import Draft, Limits, create, save, set_state
from yutang.areas.coupons.services.giving import accept_gift, offer_gift
from yutang.areas.coupons.services.issuing import claim, issue, withdraw
from yutang.areas.coupons.services.running import execute, resume, start, stop
from yutang.areas.coupons.services.using import Taken, give_back, take

__all__ = [
    "Draft",
    "Limits",
    "Taken",
    "accept_gift",
    "claim",
    "create",
    "execute",
    "export",
    "give_back",
    "is_code",
    "issue",
    "make_codes",
    "offer_gift",
    "redeem_code",
    "resume",
    "save",
    "set_state",
    "start",
    "stop",
    "take",
    "withdraw",
]

"""Writes about after-sale: one file per use case."""

from __future__ import annotations

from yutang.areas.aftersale.rules import Side
from yutang.areas.aftersale.services.answering import accept, agree, agreed_parts, refuse, reject
from yutang.areas.aftersale.services.deadlines import act, act_on_deadlines
from yutang.areas.aftersale.services.disputing import checked_amount, escalate, must_be_impartial, rule, ruled_parts
from yutang.areas.aftersale.services.opening import Ask, change, open_case, withdraw
from yutang.areas.aftersale.services.returning import (
    order_shipped,
    receive,
    received_parts,
    replacement_sent,
    resend,
    send_back,
)
from yutang.areas.aftersale.services.setting import save_terms
from yutang.areas.aftersale.services.settling import effects, said
from yutang.areas.aftersale.services.showing import add_evidence, add_note

__all__ = [
    "Ask", "Side", "accept", "act", "act_on_deadlines", "add_evidence", "add_note", "agree", "agreed_parts", "change",
    "checked_amount", "effects", "escalate", "must_be_impartial", "open_case", "order_shipped", "receive",
    "received_parts", "refuse", "reject", "replacement_sent", "resend", "rule", "ruled_parts", "said", "save_terms",
    "send_back", "withdraw",
]  # fmt: skip

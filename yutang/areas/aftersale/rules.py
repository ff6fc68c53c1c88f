"""What may happen in an after-sale case, by whom, and until when; why things are given back; how a store is scored.
Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _


class Side(StrEnum):
    """Who acts. `TIME`: a deadline passed."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    ARBITER = "arbiter"
    TIME = "time"


B, M, A, T = Side.BUYER, Side.MERCHANT, Side.ARBITER, Side.TIME
REFUND, RETURN, EXCHANGE = "refund_only", "return_refund", "exchange"
GOODS_BACK = frozenset({RETURN, EXCHANGE})
ALL = frozenset({REFUND, RETURN, EXCHANGE})
OPEN = ("asked", "refused", "sending", "returning", "resending", "disputed")


@dataclass(frozen=True)
class Step:
    """One row of the machine: in `state` one of `sides` may do `action`, and the case is in `to` with the deadline
    `term` (a field of Terms; None: it waits for nobody). `is_sent`: only where the buyer has sent the goods, or has
    not."""

    state: str
    action: str
    sides: tuple[Side, ...]
    to: str
    term: str | None = None
    kinds: frozenset[str] = ALL
    is_sent: bool | None = None


# The whole machine: docs/algorithms/after-sale.md draws it. A deadline is an action of TIME like any other.
STEPS = (
    Step("asked", "agree", (M, T), "done", None, frozenset({REFUND})),
    Step("asked", "agree", (M, T), "sending", "send_days", GOODS_BACK, is_sent=False),
    Step("asked", "agree", (M, T), "returning", "receive_days", GOODS_BACK, is_sent=True),
    Step("asked", "refuse", (M,), "refused", "appeal_days"),
    Step("asked", "change", (B,), "asked", "answer_hours"),
    Step("asked", "withdraw", (B,), "closed"),
    Step("refused", "change", (B,), "asked", "answer_hours"),
    Step("refused", "accept", (B,), "done", None, frozenset({REFUND})),
    Step("refused", "accept", (B,), "sending", "send_days", frozenset({RETURN}), is_sent=False),
    Step("refused", "accept", (B,), "done", None, frozenset({RETURN}), is_sent=True),
    Step("refused", "escalate", (B, M), "disputed", "evidence_days"),
    Step("refused", "receive", (M,), "done", None, frozenset({RETURN}), is_sent=True),
    Step("refused", "receive", (M,), "resending", "resend_days", frozenset({EXCHANGE}), is_sent=True),
    Step("refused", "withdraw", (B,), "closed"),
    Step("refused", "lapse", (T,), "closed"),
    Step("sending", "send_back", (B,), "returning", "receive_days", GOODS_BACK),
    Step("sending", "receive", (M,), "done", None, frozenset({RETURN})),  # brought to the store
    Step("sending", "receive", (M,), "resending", "resend_days", frozenset({EXCHANGE})),
    Step("sending", "withdraw", (B,), "closed"),
    Step("sending", "lapse", (T,), "closed"),
    Step("returning", "receive", (M, T), "done", None, frozenset({RETURN})),
    Step("returning", "receive", (M, T), "resending", "resend_days", frozenset({EXCHANGE})),
    Step("returning", "reject", (M,), "refused", "appeal_days", GOODS_BACK),
    Step("returning", "withdraw", (B,), "closed"),
    Step("resending", "resend", (M,), "done", None, frozenset({EXCHANGE})),
    Step("resending", "refund_instead", (T,), "done", None, frozenset({EXCHANGE})),
    Step("disputed", "hear", (T,), "disputed", "rule_days"),
    Step("disputed", "rule_buyer", (A, T), "done", None, frozenset({REFUND})),
    Step("disputed", "rule_buyer", (A, T), "sending", "send_days", GOODS_BACK, is_sent=False),
    Step("disputed", "rule_buyer", (A, T), "done", None, frozenset({RETURN}), is_sent=True),
    Step("disputed", "rule_buyer", (A, T), "resending", "resend_days", frozenset({EXCHANGE}), is_sent=True),
    Step("disputed", "rule_split", (A,), "done"),
    Step("disputed", "rule_merchant", (A,), "closed"),
    Step("disputed", "withdraw", (B,), "closed"),
)


def step(state: str, action: str, side: Side, *, kind: str, is_sent: bool) -> Step | None:
    """The row that fits, or None: then it may not be done."""
    return next((row for row in STEPS if row.action == action and _fits(row, state, side, kind, is_sent)), None)


def actions(state: str, side: Side, *, kind: str, is_sent: bool) -> frozenset[str]:
    """What a side may do now."""
    return frozenset(row.action for row in STEPS if _fits(row, state, side, kind, is_sent))


def _fits(row: Step, state: str, side: Side, kind: str, is_sent: bool) -> bool:
    return row.state == state and side in row.sides and kind in row.kinds and row.is_sent in (None, is_sent)


# -- deadlines ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bound:
    """What a merchant may set: its own times only shorter than the default, the buyer's only longer."""

    least: int
    most: int
    default: int


BOUNDS: Mapping[str, Bound] = {
    "answer_hours": Bound(12, 48, 48),
    "cancel_hours": Bound(6, 24, 24),
    "send_days": Bound(7, 30, 7),
    "receive_days": Bound(3, 10, 10),
    "appeal_days": Bound(7, 30, 7),
    "resend_days": Bound(1, 7, 7),
    "evidence_days": Bound(3, 7, 3),
    "rule_days": Bound(1, 7, 7),
    "quality_days": Bound(15, 365, 15),
}
# Days in which goods of a kind may be sent back without a reason; the law wants seven of what is sold at a distance.
NO_REASON: Mapping[str, Bound] = {
    "goods": Bound(7, 90, 7), "service": Bound(0, 90, 0), "virtual": Bound(0, 90, 0), "gift_card": Bound(0, 90, 0),
}  # fmt: skip


# -- reasons -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reason:
    """Why something is asked. `before`: for pieces that have not left; `after`: kinds for those that have.
    `is_fault`: the merchant's, who then also bears the freight; else it counts as "without a reason"."""

    code: str
    label: str | LazyText
    before: bool = False
    after: frozenset[str] = frozenset()
    is_fault: bool = False


REASONS: Mapping[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason("unwanted", _("No longer wanted"), before=True, after=frozenset({RETURN})),
        Reason("wrong_choice", _("Ordered by mistake"), before=True, after=frozenset({RETURN})),
        Reason("wrong_size", _("Wrong size or colour chosen"), before=True, after=GOODS_BACK),
        Reason("late", _("Not shipped as promised"), before=True, is_fault=True),
        Reason("not_received", _("Never arrived"), after=frozenset({REFUND}), is_fault=True),
        Reason("missing", _("Pieces missing"), after=frozenset({REFUND}), is_fault=True),
        Reason("quality", _("Bad quality"), after=ALL, is_fault=True),
        Reason("damaged", _("Arrived damaged"), after=ALL, is_fault=True),
        Reason("not_as_described", _("Not as described"), after=ALL, is_fault=True),
        Reason("agreed", _("Agreed with the shop"), before=True, after=ALL, is_fault=True),
        Reason("other", _("Other"), before=True, after=ALL),
    )
}


def reasons(kind: str, *, is_unshipped: bool) -> list[Reason]:
    """Those that may be given, in their order."""
    return [row for row in REASONS.values() if ((row.before and kind == REFUND) if is_unshipped else kind in row.after)]


# -- service score -----------------------------------------------------------------------------------------------------

WEIGHTS = {"cases": 0.35, "answer": 0.25, "overturned": 0.25, "receipts": 0.15}
HALF_SHARE = 0.05  # this share of orders with a case halves its part
HALF_HOURS = 24.0  # so many hours to the first answer halve theirs


@dataclass(frozen=True)
class Record:
    """What a store did in some days. `hours`: the median to its first answer; None without any."""

    orders: int = 0
    cases: int = 0
    hours: float | None = None
    refused: int = 0
    overturned: int = 0
    receipts: int = 0
    late_receipts: int = 0

    def parts(self) -> dict[str, float]:
        """Each between 0 (bad) and 1. One thing that went well is counted to every share, so that a single slip of a
        small store is not its whole record."""
        share = self.cases / (self.orders + 1)
        return {
            "cases": 2.0 ** (-share / HALF_SHARE),
            "answer": 2.0 ** (-(self.hours or 0.0) / HALF_HOURS),
            "overturned": 1 - self.overturned / (self.refused + 1),
            "receipts": 1 - self.late_receipts / (self.receipts + 1),
        }

    @property
    def score(self) -> float:
        """0 to 100: docs/algorithms/service-score.md."""
        return 100 * sum(WEIGHTS[name] * part for name, part in self.parts().items())

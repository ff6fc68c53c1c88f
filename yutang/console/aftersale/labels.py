"""Words for what after-sale stores as codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext, pgettext

from yutang.areas.aftersale import queries
from yutang.areas.aftersale.models import Case, Dispute
from yutang.core import clock

if TYPE_CHECKING:
    from datetime import datetime

    from yutang.areas.aftersale.models import CaseStep

State = Case.State
COLOURS = {
    State.ASKED: "orange", State.REFUSED: "red", State.SENDING: "azure", State.RETURNING: "orange",
    State.RESENDING: "orange", State.DISPUTED: "purple", State.DONE: "green", State.CLOSED: "secondary",
}  # fmt: skip
DISPUTE_COLOURS = {
    Dispute.State.EVIDENCE: "azure", Dispute.State.RULING: "orange", Dispute.State.RULED: "green",
    Dispute.State.DROPPED: "secondary",
}  # fmt: skip


def tabs() -> dict[str, str]:
    return {
        "": gettext("All"), "to_answer": gettext("To answer"), "to_receive": gettext("Goods to receive"),
        "to_resend": gettext("To send again"), "disputed": gettext("Disputed"),
        "with_buyer": gettext("Waits for the buyer"), "done": pgettext("after-sale", "Done"),
        "closed": pgettext("after-sale", "Closed"),
    }  # fmt: skip


def reason(code: str) -> str:
    return next((str(row.label) for row in queries.reasons() if row.code == code), code)


def reasons() -> list[tuple[str, str]]:
    return [(row.code, str(row.label)) for row in queries.reasons()]


def behind() -> dict[str, str]:
    """Cases that a part of the service score counts."""
    return {
        "cases": gettext("All cases"), "answer": gettext("Answered cases"), "refused": gettext("Refused cases"),
        "overturned": gettext("Refused, then ruled for the buyer"), "receipts": gettext("Goods that came back"),
        "late_receipts": gettext("Received by itself, too late"),
    }  # fmt: skip


def left(until: datetime | None) -> str:
    """How long somebody still has: days from two days on, then hours, then minutes."""
    if until is None:
        return ""
    minutes = max(int((until - clock.now()).total_seconds() // 60), 0)
    if minutes >= 48 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": days}
    if minutes >= 60:
        return ngettext("%(count)s hour left", "%(count)s hours left", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)s minute left", "%(count)s minutes left", minutes) % {"count": minutes}


def then(case: Case, dispute: Dispute | None) -> str:
    """What happens by itself at the deadline."""
    if case.state == State.DISPUTED:
        is_heard = dispute is not None and dispute.state == Dispute.State.RULING
        return (
            gettext("Then it is ruled for the buyer by itself.")
            if is_heard
            else gettext("Until then both sides may add evidence.")
        )
    return {
        State.ASKED: gettext("Then it is agreed to by itself."),
        State.REFUSED: gettext("Then the refusal stands and the case is closed."),
        State.SENDING: gettext("Then it is closed, because nothing was sent."),
        State.RETURNING: gettext("Then the goods count as received, outside stock."),
        State.RESENDING: gettext("Then the money goes back instead."),
    }.get(State(case.state), "")


def closed_because(code: str) -> str:
    own = {
        "refunded": gettext("refunded"), "exchanged": gettext("exchanged"),
        "withdrawn": gettext("withdrawn by the buyer"), "not_sent": gettext("nothing was sent back"),
        "refused": gettext("the refusal stands"), "for_shop": gettext("ruled for the shop"),
        "settled_elsewhere": gettext("given back on the page of the order"),
    }  # fmt: skip
    return own.get(code, code)


def side(code: str) -> str:
    own = {
        "buyer": gettext("Buyer"), "merchant": pgettext("after-sale", "Shop"), "arbiter": gettext("Arbiter"),
        "time": gettext("Deadline"),
    }  # fmt: skip
    return own.get(code, code)


def step(row: CaseStep) -> tuple[str, str]:
    """Icon and title of a line of the log."""
    own = {
        "opened": ("plus", pgettext("after-sale", "Asked")), "change": ("pencil", gettext("Request changed")),
        "withdraw": ("x", gettext("Withdrawn")), "agree": ("check", gettext("Agreed")),
        "refuse": ("alert-circle", gettext("Refused")), "accept": ("check", gettext("Offer accepted")),
        "send_back": ("upload", gettext("Sent back")), "receive": ("download", gettext("Received")),
        "reject": ("alert-circle", gettext("Goods turned down")), "resend": ("upload", gettext("Replacement shipped")),
        "refund_instead": ("arrow-back-up", gettext("Refunded instead of a replacement")),
        "sold_out": ("alert-triangle", gettext("Nothing left to exchange: refund instead")),
        "escalate": ("shield-lock", gettext("Dispute opened")), "hear": ("clock", gettext("Evidence closed")),
        "evidence": ("eye", gettext("Evidence")), "rule_buyer": ("shield-lock", gettext("Ruled for the buyer")),
        "rule_split": ("shield-lock", gettext("Ruled: split")),
        "rule_merchant": ("shield-lock", gettext("Ruled for the shop")),
        "lapse": ("clock", pgettext("after-sale", "Closed")), "noted": ("note", gettext("Note")),
    }  # fmt: skip
    return own.get(row.what, ("history", row.what))


def said(row: CaseStep) -> str:
    """What a line says beyond its name; amounts stand beside it."""
    detail = row.detail
    pictures = detail.get("pictures")
    parts = [
        closed_because(detail["because"]) if "because" in detail else "", detail.get("text", ""),
        " ".join(filter(None, [detail.get("carrier"), detail.get("tracking_no")])),
        ngettext("%(count)s picture", "%(count)s pictures", pictures) % {"count": pictures} if pictures else "",
    ]  # fmt: skip
    return " · ".join(part for part in parts if part)

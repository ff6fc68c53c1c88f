"""After-sale in the words of a buyer: where a case stands, what happens next, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yutang.areas.aftersale import queries
from yutang.areas.aftersale.models import Case, Dispute
from yutang.core import clock

if TYPE_CHECKING:
    from datetime import datetime

    from yutang.areas.aftersale.models import CaseStep

State, Kind = Case.State, Case.Kind


def kind(code: str) -> tuple[str, str, str]:
    """Icon, name and what it means."""
    return {
        Kind.REFUND_ONLY: ("receipt", gettext("Refund only"), gettext("The goods have not come, or you keep them.")),
        Kind.RETURN_REFUND: (
            "arrow-back-up", gettext("Return and refund"), gettext("You send the goods back and get the money."),
        ),
        Kind.EXCHANGE: (
            "refresh", pgettext("after-sale", "Exchange"), gettext("You send one item back and get another for it."),
        ),
    }[Kind(code)]  # fmt: skip


def reason(code: str) -> str:
    return next((str(row.label) for row in queries.reasons() if row.code == code), code)


def state(case: Case, dispute: Dispute | None = None) -> str:
    if case.state == State.DISPUTED and dispute is not None and dispute.state == Dispute.State.RULING:
        return gettext("Waits for the ruling")
    return {
        State.ASKED: gettext("The shop is looking at it"), State.REFUSED: gettext("The shop has refused"),
        State.SENDING: gettext("Please send it back"), State.RETURNING: gettext("On its way to the shop"),
        State.RESENDING: gettext("The shop sends the replacement"), State.DISPUTED: gettext("An arbiter steps in"),
        State.DONE: _done(case), State.CLOSED: pgettext("after-sale", "Closed"),
    }[State(case.state)]  # fmt: skip


def _done(case: Case) -> str:
    return gettext("Exchanged") if case.closed_because == "exchanged" else gettext("Money given back")


def then(case: Case, dispute: Dispute | None) -> str:
    """What happens by itself when the time is over."""
    if case.state == State.DISPUTED:
        is_heard = dispute is not None and dispute.state == Dispute.State.RULING
        return (
            gettext("Without a ruling until then it is decided in your favour.")
            if is_heard
            else gettext("Until then you and the shop can show what you have; then somebody who took no part decides.")
        )
    is_exchange = case.kind == Kind.EXCHANGE
    return {
        State.ASKED: gettext("If the shop does not answer until then, it counts as agreed."),
        State.REFUSED: gettext("If you do nothing until then, the request is closed."),
        State.SENDING: gettext("Send the goods and enter the parcel until then, or the request is closed."),
        State.RETURNING: (
            gettext("If the shop says nothing until then, the goods count as received and the replacement is sent.")
            if is_exchange
            else gettext("If the shop says nothing until then, the goods count as received and you get the money.")
        ),
        State.RESENDING: gettext("If it is not sent until then, you get the money instead."),
    }.get(State(case.state), "")


def closed_because(code: str) -> str:
    return {
        "withdrawn": gettext("You have withdrawn it."), "not_sent": gettext("The goods were not sent in time."),
        "refused": gettext("You did not object to the refusal in time."),
        "for_shop": gettext("The ruling was in favour of the shop."),
        "settled_elsewhere": gettext("The shop has given the money back already."),
    }.get(code, "")  # fmt: skip


def left(until: datetime | None) -> str:
    """How long there is still; the page counts on by itself."""
    if until is None:
        return ""
    minutes = max(int((until - clock.now()).total_seconds() // 60), 0)
    days, hours = minutes // (24 * 60), minutes // 60
    if days >= 2:
        return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": days}
    if hours:
        return ngettext("%(count)s hour left", "%(count)s hours left", hours) % {"count": hours}
    return ngettext("%(count)s minute left", "%(count)s minutes left", minutes) % {"count": minutes}


def side(code: str) -> str:
    """Who; colleagues of the shop have no names here."""
    return {
        "buyer": pgettext("after-sale", "You"), "merchant": pgettext("after-sale", "Shop"),
        "arbiter": gettext("Arbiter"), "time": pgettext("after-sale", "By itself"),
    }.get(code, code)  # fmt: skip


_STEPS = {
    "opened": _("Request made"), "change": _("Request changed"),
    "withdraw": _("Withdrawn"), "agree": _("Agreed"),
    "refuse": _("Refused"), "accept": _("Offer accepted"),
    "send_back": _("Sent back"), "receive": _("Received by the shop"),
    "reject": _("Goods turned down"), "resend": _("Replacement shipped"),
    "refund_instead": _("Refunded instead of a replacement"),
    "sold_out": _("Nothing left to exchange: refund instead"),
    "escalate": _("A ruling was asked for"), "hear": _("Evidence closed"),
    "evidence": _("Evidence"), "rule_buyer": _("Ruled for you"),
    "rule_split": _("Ruled: split"), "rule_merchant": _("Ruled for the shop"),
    "lapse": pgettext_lazy("after-sale", "Closed"),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A line of the log."""

    row: CaseStep
    title: str
    side: str
    text: str


def entry(row: CaseStep) -> Entry:
    detail = row.detail
    pictures = detail.get("pictures")
    parts = [
        closed_because(detail.get("because", "")), detail.get("text", ""),
        " ".join(filter(None, [detail.get("carrier"), detail.get("tracking_no")])),
        ngettext("%(count)s picture", "%(count)s pictures", pictures) % {"count": pictures} if pictures else "",
    ]  # fmt: skip
    return Entry(row, str(_STEPS.get(row.what, row.what)), side(row.side), "\n".join(part for part in parts if part))

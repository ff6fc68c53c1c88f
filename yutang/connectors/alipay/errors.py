"""What may go wrong with Alipay. What matters most is whether the gateway may have acted: see `OutcomeUnknown`."""

from __future__ import annotations


class AlipayError(Exception):
    """Base of all. `code` is Alipay's own where it answered (`ACQ.TRADE_NOT_EXIST`), else a word of ours."""

    code = "alipay"

    def __init__(self, message: str = "", *, code: str = "") -> None:
        self.code = code or type(self).code
        self.message = message
        super().__init__(f"{self.code}: {message}" if message else self.code)


class OutcomeUnknown(AlipayError):
    """Time-out, broken connection, 5xx, an answer that cannot be believed or read, a gateway that does not know itself.

    What was asked may have been done: query by the same number. Never treat it as failed, never try a new number.
    """

    code = "outcome_unknown"


class Refused(AlipayError):
    """Alipay answered and did not do it."""

    code = "refused"


class BadSignature(Refused):
    """Alipay does not accept our signature: wrong key, certificate or clock."""


class NotFound(Refused):
    """No such trade, or the buyer has not opened the page or scanned the code yet."""


class AlreadyPaid(Refused):
    """The trade has been paid."""


class AlreadyClosed(Refused):
    """The trade has been closed."""


class AlreadyFinished(Refused):
    """The time for refunds is over."""


class WrongState(Refused):
    """The trade's state does not allow it: closing a paid trade, refunding an unpaid one."""


class AmountRefused(Refused):
    """More than is left to refund, or more than may be paid at once."""


class NumberTaken(Refused):
    """The number stands for a trade with another amount or subject."""


class RateLimited(Refused):
    """Too many requests; nothing was done, try again later."""


class NotEnoughFunds(Refused):
    """The merchant's balance does not cover the refund."""


class NoBill(Refused):
    """No bill of that day: not made yet, or nothing happened."""


class Invalid(AlipayError):
    """A value that Alipay would refuse, found before anything was sent. `field` names it."""

    code = "invalid"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


class Untrusted(AlipayError):
    """A notice that is not proved to be Alipay's word for this merchant. Never act on it, never answer `success`."""

    code = "untrusted"


class Foreign(Untrusted):
    """Signed by Alipay, but for another application or another seller."""

    code = "foreign"


class Stale(Untrusted):
    """Signed by Alipay, but from the future, or older than notices are repeated."""

    code = "stale"


class Malformed(AlipayError):
    """An authentic notice, or a key or certificate of ours, which cannot be understood. The text never quotes a key."""

    code = "malformed"


class BrokenBill(AlipayError):
    """The bill cannot be read to its end, or is not laid out as known."""

    code = "broken_bill"


# Ends of codes (in capitals) after which the thing may have been done all the same. The last one answers a refund whose
# number was used before with another amount: what became of that one is the question.
_UNKNOWN = (
    "SYSTEM_ERROR",
    "UNKNOW-ERROR",
    "UNKNOW_ERROR",
    "UNKNOWN-ERROR",
    "UNKNOWN_ERROR",
    "DISCORDANT_REPEAT_REQUEST",
)

_REFUSALS: dict[str, type[Refused]] = {
    "isv.invalid-signature": BadSignature,
    "isv.invalid-timestamp": BadSignature,
    "ACQ.TRADE_NOT_EXIST": NotFound,
    "ACQ.TRADE_HAS_SUCCESS": AlreadyPaid,
    "ACQ.TRADE_HAS_CLOSE": AlreadyClosed,
    "ACQ.TRADE_HAS_FINISHED": AlreadyFinished,
    "ACQ.TRADE_STATUS_ERROR": WrongState,
    "ACQ.REASON_TRADE_STATUS_INVALID": WrongState,
    "ACQ.REASON_ILLEGAL_STATUS": WrongState,
    "ACQ.TRADE_NOT_ALLOW_REFUND": WrongState,
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": AmountRefused,
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": AmountRefused,
    "ACQ.REFUND_FEE_ERROR": AmountRefused,
    "ACQ.TOTAL_FEE_EXCEED": AmountRefused,
    "ACQ.CONTEXT_INCONSISTENT": NumberTaken,
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": NotEnoughFunds,
    # The gateway writes the first; the published list of codes has the second.
    "isp.bill_not_exist": NoBill,
    "BILL_NOT_EXIST": NoBill,
}


def refusal(code: str, sub_code: str, message: str) -> AlipayError:
    """The error for an answer whose code is not 10000.

    4xxxx and a refused authorisation (20001) are final. 20000 and whatever else is new: the gateway may have acted.
    """
    is_final = code.startswith("4") or code == "20001"
    if not is_final or sub_code.upper().endswith(_UNKNOWN):
        return OutcomeUnknown(message, code=sub_code or code)
    error = RateLimited if code == "40005" else _REFUSALS.get(sub_code, Refused)
    return error(message, code=sub_code or code)

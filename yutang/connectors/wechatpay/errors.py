"""What may go wrong with WeChat Pay. What matters most is whether the platform may have acted: see `OutcomeUnknown`."""

from __future__ import annotations


class WechatPayError(Exception):
    """Base of all. `code` is the platform's own where it answered, else a word of ours."""

    code = "wechatpay"

    def __init__(self, message: str = "", *, code: str = "", status: int = 0, request_id: str = "") -> None:
        self.code = code or type(self).code
        self.message = message
        self.status = status  # of HTTP, 0 where nothing was answered
        self.request_id = request_id  # what the platform's support asks for
        super().__init__(f"{self.code}: {message}" if message else self.code)


class OutcomeUnknown(WechatPayError):
    """5xx, time-out, broken connection or an answer that cannot be believed. The platform may have done what was asked:
    query by the same number. Never treat it as failed, never try again with a new number."""

    code = "outcome_unknown"


class Refused(WechatPayError):
    """The platform answered and did not do it (4xx)."""

    code = "refused"


class BadSignature(Refused):
    """The platform does not accept our signature: wrong key, serial number or clock."""


class NotFound(Refused):
    """There is no such transaction or refund."""


class AlreadyPaid(Refused):
    """The transaction has been paid, so it can neither be made again nor closed."""


class AlreadyClosed(Refused):
    """The transaction has been closed."""


class NumberTaken(Refused):
    """The number stands for another transaction."""


class RateLimited(Refused):
    """Too many requests; nothing was done, try again later."""


class NotEnoughFunds(Refused):
    """The merchant's balance does not cover the refund."""


class BillNotReady(Refused):
    """The platform is still writing the bill."""


class NoBill(Refused):
    """Nothing happened on that day."""


class Untrusted(WechatPayError):
    """A message that is not proved to come from the platform. Answer it with 4xx, never act on it."""

    code = "untrusted"


class UnknownSerial(Untrusted):
    """Signed with a key we do not have; it may be a new one."""

    code = "unknown_serial"


class SignatureProbe(Untrusted):
    """The platform signs wrongly on purpose now and then, to see whether we look."""

    code = "signature_probe"


class Malformed(WechatPayError):
    """A message that is authentic, or a key of ours, which cannot be understood."""

    code = "malformed"


class BrokenBill(WechatPayError):
    """The bill is not the file that was announced, or not laid out as documented."""

    code = "broken_bill"


# Codes are spelt differently from interface to interface; both spellings occur.
REFUSALS: dict[str, type[Refused]] = {
    "SIGN_ERROR": BadSignature,
    "ORDER_NOT_EXIST": NotFound,
    "ORDERNOTEXIST": NotFound,
    "RESOURCE_NOT_EXISTS": NotFound,
    "NOT_FOUND": NotFound,
    "ORDERPAID": AlreadyPaid,
    "ORDER_PAID": AlreadyPaid,
    "ORDERCLOSED": AlreadyClosed,
    "ORDER_CLOSED": AlreadyClosed,
    "OUT_TRADE_NO_USED": NumberTaken,
    "FREQUENCY_LIMITED": RateLimited,
    "FREQUENCY_LIMIT_EXCEED": RateLimited,
    "RATELIMIT_EXCEEDED": RateLimited,
    "RATELIMIT_EXCEED": RateLimited,
    "NOT_ENOUGH": NotEnoughFunds,
    "STATEMENT_CREATING": BillNotReady,
    "NO_STATEMENT_EXIST": NoBill,
}
# Said with a 4xx status on some interfaces, yet the platform does not know itself what became of the request.
UNKNOWN_CODES = frozenset({"SYSTEM_ERROR", "SYSTEMERROR", "BANK_ERROR", "BANKERROR"})


def refusal(code: str, message: str, status: int, request_id: str) -> WechatPayError:
    """The error for an answer with status 4xx."""
    if code in UNKNOWN_CODES:
        return OutcomeUnknown(message, code=code, status=status, request_id=request_id)
    error = RateLimited if status == 429 else REFUSALS.get(code, Refused)
    return error(message, code=code, status=status, request_id=request_id)

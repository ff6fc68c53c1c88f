"""What may go wrong with Aliyun SMS. What matters most is whether a message may have gone out: see `OutcomeUnknown`."""

from __future__ import annotations


class SmsError(Exception):
    """Base of all. `code` is Aliyun's own where it answered (`isv.MOBILE_NUMBER_ILLEGAL`), else a word of ours."""

    code = "sms"

    def __init__(self, message: str = "", *, code: str = "", request_id: str = "") -> None:
        self.code = code or type(self).code
        self.message = message
        self.request_id = request_id  # what Aliyun's support asks for
        super().__init__(f"{self.code}: {message}" if message else self.code)


class NotReached(SmsError):
    """No connection came about: nothing was sent."""

    code = "not_reached"


class OutcomeUnknown(SmsError):
    """Time-out, broken connection, 5xx or an answer that cannot be read. The message may have gone out: Aliyun knows no
    number of ours by which a second request would be the same one."""

    code = "outcome_unknown"


class Refused(SmsError):
    """Aliyun answered and sent nothing."""

    code = "refused"


class BadSignature(Refused):
    """Aliyun does not accept our signature: wrong key or clock."""


class WrongNumber(Refused):
    """This is no phone that gets messages."""


class RateLimited(Refused):
    """Too many messages to this phone, or of this account; nothing was sent."""


class NotEnoughFunds(Refused):
    """The account is empty."""


_REFUSALS: dict[str, type[Refused]] = {
    "SignatureDoesNotMatch": BadSignature,
    "IncompleteSignature": BadSignature,
    "InvalidAccessKeyId.NotFound": BadSignature,
    "InvalidAccessKeyId.Inactive": BadSignature,
    "InvalidTimeStamp.Expired": BadSignature,
    "isv.MOBILE_NUMBER_ILLEGAL": WrongNumber,
    "isv.BUSINESS_LIMIT_CONTROL": RateLimited,
    "isv.DAY_LIMIT_CONTROL": RateLimited,
    "isv.MONTH_LIMIT_CONTROL": RateLimited,
    "isv.OUT_OF_SERVICE": NotEnoughFunds,
    "isv.AMOUNT_NOT_ENOUGH": NotEnoughFunds,
}
# A used nonce: the same request was taken before, so somebody in between has repeated it.
_UNKNOWN = frozenset({"isp.SYSTEM_ERROR", "SignatureNonceUsed"})


def refusal(code: str, message: str, request_id: str) -> SmsError:
    """The error for an answer whose code is not OK."""
    if code in _UNKNOWN:
        return OutcomeUnknown(message, code=code, request_id=request_id)
    error = RateLimited if code.startswith("Throttling") else _REFUSALS.get(code, Refused)
    return error(message, code=code, request_id=request_id)

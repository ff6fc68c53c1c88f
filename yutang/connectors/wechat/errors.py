"""What may go wrong with WeChat's Official Account interfaces."""

from __future__ import annotations


class WechatError(Exception):
    """Base of all. `code` is WeChat's `errcode` where it answered, else 0."""

    def __init__(self, message: str = "", *, code: int = 0) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}" if code else message)


class Unanswered(WechatError):
    """No connection, time-out, 5xx, "busy", or an answer that cannot be read. Asking again is harmless, but a code may
    have been used up."""


class Refused(WechatError):
    """WeChat answered and did not do it."""


class BadCode(Refused):
    """The code of an authorisation is unknown, too old, or used already."""


class BadCredentials(Refused):
    """App ID or secret is wrong."""


class Snapshot(Refused):
    """The page is open as a snapshot (快照页): the account is made up and must be neither kept nor bound."""


_REFUSALS: dict[int, type[WechatError]] = {
    -1: Unanswered, 40001: BadCredentials, 40013: BadCredentials, 40125: BadCredentials, 41004: BadCredentials,
    40029: BadCode, 40163: BadCode, 41008: BadCode,
}  # fmt: skip


def refusal(code: int, message: str) -> WechatError:
    return _REFUSALS.get(code, Refused)(message, code=code)

"""Answers of the gateway: `{"alipay_trade_query_response": {…}, "sign": "…"}`.

The signature covers the text of the node as it was sent, so that text is cut out and verified before anybody reads it;
written anew it would differ (escaped slashes, order, spaces).
"""

from __future__ import annotations

import json
import re

from .errors import OutcomeUnknown, refusal
from .keys import Keys
from .signing import is_signed

SUCCESS = "10000"
# Numbers stay texts: amounts never pass a float, long ids keep their digits.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_SPACE = re.compile(r"[ \t\r\n]*")


def _unreadable(what: str) -> OutcomeUnknown:
    return OutcomeUnknown(what, code="unreadable_answer")


class Node:
    """What was answered, verified. Reading a field that is missing or no text raises OutcomeUnknown."""

    def __init__(self, fields: dict[str, object]) -> None:
        self._fields = fields

    def text(self, name: str) -> str:
        value = self.optional(name)
        if not value:
            raise _unreadable(f"the answer lacks {name}")
        return value

    def optional(self, name: str) -> str:
        value = self._fields.get(name, "")
        if value is None:
            return ""
        if not isinstance(value, str):
            raise _unreadable(f"the answer's {name} is no text")
        return value


def opened(content: bytes, method: str, keys: Keys) -> Node:
    """The verified node of a method's answer. Raises OutcomeUnknown, or what `refusal` finds."""
    try:
        parts = members(content.decode())
    except (ValueError, RecursionError) as error:
        raise _unreadable("the answer is no JSON object") from error
    raw = parts.get(method.replace(".", "_") + "_response") or parts.get("error_response")
    if raw is None:
        raise _unreadable("the answer is for another method")
    if not _is_verified(raw, parts, keys):
        raise OutcomeUnknown(f"the answer's signature is missing or wrong{_said(raw)}", code="unverified_answer")
    fields = _value(raw)
    if not isinstance(fields, dict):
        raise _unreadable("the answer holds no object")
    node = Node(fields)
    code = node.text("code")
    if code != SUCCESS:
        raise refusal(code, node.optional("sub_code"), node.optional("sub_msg") or node.optional("msg"))
    return node


def _is_verified(raw: str, parts: dict[str, str], keys: Keys) -> bool:
    used = parts.get("alipay_cert_sn")
    if used and keys.alipay_cert_sn and _value(used) != keys.alipay_cert_sn:
        message = "the answer is signed with another certificate of Alipay: download the new one"
        raise OutcomeUnknown(message, code="unverified_answer")
    signature = _value(parts.get("sign", '""'))
    return isinstance(signature, str) and is_signed(raw, signature, keys.alipay_key)


def _said(raw: str) -> str:
    """The gateway signs nothing for an application it does not know. Its code proves nothing but helps to mend that."""
    fields = _value(raw)
    if not isinstance(fields, dict) or fields.get("code") == SUCCESS:
        return ""
    return f": {fields.get('code')} {fields.get('sub_code')}"


def _value(raw: str) -> object:
    value: object = _DECODER.decode(raw)
    return value


def members(text: str) -> dict[str, str]:
    """The members of an object, each as raw text. Raises ValueError or RecursionError."""
    found: dict[str, str] = {}
    at = _past(text, 0, "{")
    if text[at : at + 1] == "}":
        at += 1
    else:
        while True:
            name, at = _DECODER.raw_decode(text, at)
            if not isinstance(name, str) or name in found:
                raise ValueError("a name twice, or none")
            start = _past(text, at, ":")
            _, at = _DECODER.raw_decode(text, start)
            found[name] = text[start:at]
            at = _skip(text, at)
            if text[at : at + 1] == "}":
                at += 1
                break
            at = _past(text, at, ",")
    if _skip(text, at) != len(text):
        raise ValueError("something behind the object")
    return found


def _past(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(f"{mark} expected at {at}")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at

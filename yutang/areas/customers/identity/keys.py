"""How identifiers become keys: normal form, namespace, blind index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.customers.models import Identity
from yutang.core import crypto

if TYPE_CHECKING:
    from collections.abc import Sequence

# canonical import column -> identity kind, in filing order
COLUMNS = {
    "unionid": "unionid", "external_userid": "external_userid", "buyer_id": "buyer", "member_card": "member_card",
    "openid": "openid", "phone": "phone", "email": "email", "oaid": "oaid",
}  # fmt: skip
# Only unique inside one platform or app; the others are unique in the world (or the merchant).
NAMESPACED = frozenset({"buyer", "openid", "oaid"})


def key(kind: str, namespace: str, value: str, merchant_id: int) -> bytes:
    return keys(kind, namespace, [value], merchant_id)[0]


def keys(kind: str, namespace: str, values: Sequence[str], merchant_id: int) -> list[bytes]:
    """Blind indexes (16 bytes each) of values of one kind."""
    scope = f"identity:{kind}:{namespace if kind in NAMESPACED else ''}"
    return crypto.blind_indexes(scope, list(values), merchant_id)


def tail_key(phone: str, merchant_id: int) -> bytes:
    """Blind index of the last four digits: the way staff look people up."""
    return crypto.blind_index("phone-tail", phone[-4:], merchant_id)


def readable(identity: Identity) -> str:
    """The full value; callers must be allowed to unmask."""
    if identity.value_encrypted is not None:
        return crypto.decrypt(bytes(identity.value_encrypted), identity.merchant_id)
    return identity.value


def masked(identity: Identity) -> str:
    """As anybody may see it."""
    if identity.kind == Identity.Kind.PHONE:
        return crypto.mask_phone(readable(identity))
    if identity.kind == Identity.Kind.EMAIL:
        return crypto.mask_email(readable(identity))
    return identity.value

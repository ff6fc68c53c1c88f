"""What follows from nothing but its arguments and chance."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from yutang.core import money

PRINCIPAL_FIRST, GIFT_FIRST = "principal", "gift"
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else
CARD_LENGTH = 16  # 31^16: more than 79 bits


def split(amount: int, *, principal: int, gift: int, spending: str) -> tuple[int, int]:
    """(principal, gift) that pay `amount` out of these two balances, whose sum must reach."""
    if not 0 <= amount <= principal + gift:
        raise ValueError("more than there is")
    if spending == PRINCIPAL_FIRST:
        own = min(amount, principal)
    elif spending == GIFT_FIRST:
        own = amount - min(amount, gift)
    else:
        own = money.allocated(amount, [principal, gift])[0]
    return own, amount - own


def give_back(
    amount: int, *, principal: int, gift: int, principal_back: int, gift_back: int, spending: str
) -> tuple[int, int]:
    """(principal, gift) that come back of a payment of (principal, gift), of which so much came back before. What was
    taken last comes back first; in proportion, the parts of all refunds sum to what was paid, to the cent."""
    left_principal, left_gift = principal - principal_back, gift - gift_back
    if not 0 < amount <= left_principal + left_gift:
        raise ValueError("more than was paid")
    if spending == PRINCIPAL_FIRST:
        own = amount - min(amount, left_gift)
    elif spending == GIFT_FIRST:
        own = min(amount, left_principal)
    else:
        done = principal_back + gift_back + amount
        own = money.part(principal, done, principal + gift) - principal_back
        own = min(max(own, amount - left_gift, 0), left_principal, amount)
    return own, amount - own


@dataclass(frozen=True)
class Trial:
    """What a refund of all that is left of a recharge comes to. Minor units.

    The agreed price: who paid 1,000 and got 200 besides bought goods for 1,200 at 1,000/1,200 each. Gift follows the
    principal: the part of the gift that belongs to the refunded principal is withdrawn. Where more gift was used than
    belongs to the used principal, the difference is paid for at the agreed price."""

    amount: int  # recharged
    gift: int  # given with it
    principal_left: int
    principal_used: int
    gift_left: int
    gift_used: int
    gift_expired: int
    deducted: int  # of the principal, for gift used beyond its part
    refund: int  # money that goes back
    withdrawn: int  # of the gift
    gift_stays: int

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def trial(
    *, amount: int, gift: int, principal_left: int, principal_used: int, gift_left: int, gift_used: int,
    gift_expired: int,
) -> Trial:  # fmt: skip
    """What was refunded before is neither left nor used."""
    due = 0
    if gift_used * amount > gift * principal_used:  # more gift was used than belongs to the principal used
        used_at_price = -(-(principal_used + gift_used) * amount // (amount + gift))  # a started cent is a cent
        due = max(0, used_at_price - principal_used)
    deducted = min(due, principal_left)
    # What may stay: the gift that belongs to the principal that was used or kept.
    belongs = gift * (principal_used + deducted) // amount
    stays = min(gift_left, max(0, belongs - gift_used))
    return Trial(
        amount=amount, gift=gift, principal_left=principal_left, principal_used=principal_used, gift_left=gift_left,
        gift_used=gift_used, gift_expired=gift_expired, deducted=deducted, refund=principal_left - deducted,
        withdrawn=gift_left - stays, gift_stays=stays,
    )  # fmt: skip


def new_no(at: datetime) -> str:
    return f"CZ{at:%y%m%d}{secrets.token_hex(5).upper()}"


def new_pay_code() -> str:
    """18 digits, as tills scan them."""
    return f"{secrets.randbelow(10**18):018d}"


def is_pay_code(text: str) -> bool:
    return len(text) == 18 and text.isascii() and text.isdecimal()


def new_card_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(CARD_LENGTH))


def card_code(typed: str) -> str:
    """As people type it, with spaces, dashes or in small letters → as it was made; "" for what cannot be one."""
    plain = "".join(typed.split()).replace("-", "").upper()
    return plain if len(plain) == CARD_LENGTH and set(plain) <= set(_ALPHABET) else ""


def written(code: str) -> str:
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_id_number(text: str) -> bool:
    """A resident identity card (GB 11643-1999): 17 digits and a check character, ISO 7064 MOD 11-2."""
    if len(text) != 18 or not text.isascii() or not text[:17].isdecimal():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[17].upper()

"""What each channel's export lets an importer know about a buyer.

Marketplaces mask: a phone is printed full only now and then, else as 138****8000, as a virtual number with an
extension, or as cipher text. Only what is printed in full becomes an identifier of the order.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from .people import Draft
from .truth import Identifier


@dataclass(frozen=True, slots=True)
class Shown:
    identifiers: tuple[Identifier, ...]
    account: str
    phone: str


Show = Callable[[random.Random, Draft, bool], Shown]


def national(phone: str) -> str:
    return phone.removeprefix("+86")


def masked(phone: str) -> str:
    number = national(phone)
    return f"{number[:3]}****{number[-4:]}"


def virtual(rng: random.Random) -> str:
    """A privacy number as couriers get it: always with an extension or in the 95013 range."""
    number = f"184{rng.randrange(10**7, 10**8)}"
    return rng.choice(
        (
            f"{number}-{rng.randrange(1000, 9999)}",
            f"{number}转{rng.randrange(1000, 9999)}",
            f"95013{rng.randrange(10**9, 10**10)}",
        )
    )


def cipher(rng: random.Random) -> str:
    return rng.choice(("##", "$$")) + f"{rng.getrandbits(160):040x}" + rng.choice(("##", "$1$", "=="))


def _phone(rng: random.Random, draft: Draft, *, full: float, masked_share: float) -> tuple[tuple[Identifier, ...], str]:
    """The phone as printed and, when full, as identifier."""
    draw = rng.random()
    if draw < full:
        return (("phone", draft.phone),), national(draft.phone)
    return (), masked(draft.phone) if draw < full + masked_share else virtual(rng)


def show(rng: random.Random, draft: Draft, channel: str, *, household_open: bool) -> Shown:
    """What an order of `draft` on `channel` shows. `household_open`: this household's phone may be printed."""
    return _SHOW[channel](rng, draft, household_open)


def _marketplace(channel: str, full: float) -> Show:
    def shown(rng: random.Random, draft: Draft, household_open: bool) -> Shown:
        account = rng.choice(draft.accounts[channel])
        share = full
        if draft.household_no is not None:
            share = 1.0 if household_open else 0.0
        phone_ids, phone = _phone(rng, draft, full=share, masked_share=0.65 * (1 - share))
        return Shown(((channel, account), *phone_ids), account, phone)

    return shown


def _pinduoduo(rng: random.Random, draft: Draft, _household_open: bool) -> Shown:
    if rng.random() < 0.6:
        return Shown((), "", "")
    ids, phone = _phone(rng, draft, full=0.2, masked_share=0.5)
    return Shown(ids, "", phone)


def _douyin(rng: random.Random, draft: Draft, _household_open: bool) -> Shown:
    return Shown((), "", cipher(rng) if rng.random() < 0.7 else masked(draft.phone))


def _youzan(rng: random.Random, draft: Draft, _household_open: bool) -> Shown:
    ids, phone = _phone(rng, draft, full=0.9, masked_share=0.1)
    return Shown(ids, "", phone)


def _weixin_shop(rng: random.Random, draft: Draft, _household_open: bool) -> Shown:
    ids, phone = _phone(rng, draft, full=0.3, masked_share=0.3)
    wecom = draft.accounts.get("external_userid")
    if wecom and rng.random() < 0.75:
        return Shown((*ids, ("external_userid", wecom[0])), "", phone)
    return Shown(ids, "", phone)


def _shopify(rng: random.Random, draft: Draft, _household_open: bool) -> Shown:
    ids: tuple[Identifier, ...] = (("email", draft.email),)
    if draft.country == "CN" and rng.random() < 0.7:
        return Shown((*ids, ("phone", draft.phone)), "", draft.phone)
    return Shown(ids, "", "")


def _pos(rng: random.Random, draft: Draft, _household_open: bool) -> Shown:
    """At the till people say their number, show a card, scan a code, or nothing."""
    if not draft.is_staff and rng.random() < 0.17:
        return Shown((), "", "")
    ids: list[Identifier] = []
    card, unionid = draft.accounts.get("member_card"), draft.accounts.get("unionid")
    if card and rng.random() < 0.7:
        ids.append(("member_card", card[0]))
    if unionid and rng.random() < 0.5:
        ids.append(("unionid", unionid[0]))
    phone = ""
    if not ids or rng.random() < 0.5:
        ids.append(("phone", draft.phone))
        phone = national(draft.phone)
    return Shown(tuple(ids), "", phone)


_SHOW: dict[str, Show] = {
    "taobao": _marketplace("taobao", 0.12),
    "jd": _marketplace("jd", 0.08),
    "pinduoduo": _pinduoduo,
    "douyin": _douyin,
    "youzan": _youzan,
    "weixin_shop": _weixin_shop,
    "shopify": _shopify,
    "pos": _pos,
}

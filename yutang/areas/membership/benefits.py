"""The catalogue of what a level or a card gives, and which of two gives more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from django.utils.translation import get_language, gettext, gettext_noop

from yutang.core import money, rewards
from yutang.core.rewards import Reward

MOST_OFF, MOST_POINTS = 90, 1000  # percent


@dataclass(frozen=True)
class Benefits:
    """`percent_off` of the goods; `free_freight_from`: goods worth so much (minor units) are sent free, None: never;
    `points_percent`: 150 gives half as many points again; the lists are given to people by a job."""

    level_price: bool = False
    percent_off: int = 0
    free_freight_from: int | None = None
    points_percent: int = 100
    birthday: list[Reward] = field(default_factory=list)
    monthly: list[Reward] = field(default_factory=list)
    priority: bool = False
    vip: bool = False
    exclusive: bool = False  # opens goods for holders of cards; goods name their levels themselves

    @classmethod
    def read(cls, saved: dict[str, Any]) -> Benefits:
        """From JSON as `as_json` wrote it; what it does not name is not given."""
        known = {one.name: saved[one.name] for one in fields(cls) if one.name in saved}
        for name in ("birthday", "monthly"):
            known[name] = rewards.read(known.get(name, []))
        return cls(**known)

    @property
    def as_json(self) -> dict[str, Any]:
        """Only what is given."""
        written = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in ("birthday", "monthly"):
            written[name] = [reward.as_json for reward in written[name]]
        return {name: value for name, value in written.items() if value != getattr(NONE, name)}


NONE = Benefits()


@dataclass(frozen=True)
class Kind:
    """An entry of the catalogue. `says(benefits, currency)`: what is given, in the active language; "" for nothing."""

    key: str
    label: str  # English msgid
    icon: str
    says: Callable[[Benefits, str], str]


def _freight(given: Benefits, currency: str) -> str:
    if given.free_freight_from is None:
        return ""
    if not given.free_freight_from:
        return gettext("Whatever the amount")
    amount = money.formatted(given.free_freight_from, currency, get_language() or "en")
    return gettext("From %(amount)s on") % {"amount": amount}


def _discount(given: Benefits, currency: str) -> str:
    """Chinese says what is left to pay: 9.5 折."""
    del currency
    if not given.percent_off:
        return ""
    if (get_language() or "").startswith("zh"):
        return f"{(100 - given.percent_off) / 10:g} 折"
    return gettext("%(off)s%% off") % {"off": given.percent_off}


def _listed(found: list[Reward]) -> str:
    return gettext(", ").join(rewards.describe(found))


CATALOGUE: tuple[Kind, ...] = (
    Kind("level_price", gettext_noop("Member prices"), "tag", lambda given, _: gettext("Yes") * given.level_price),
    Kind("percent_off", gettext_noop("Member discount"), "discount", _discount),
    Kind("free_freight_from", gettext_noop("Free delivery"), "truck", _freight),
    Kind(
        "points_percent", gettext_noop("More points"), "coins",
        lambda given, _: f"×{given.points_percent / 100:g}" if given.points_percent > 100 else "",
    ),
    Kind("birthday", gettext_noop("Birthday gift"), "cake", lambda given, _: _listed(given.birthday)),
    Kind("monthly", gettext_noop("Monthly gift"), "gift", lambda given, _: _listed(given.monthly)),
    Kind("priority", gettext_noop("Priority service"), "headset", lambda given, _: gettext("Yes") * given.priority),
    Kind("vip", gettext_noop("VIP entrance"), "crown", lambda given, _: gettext("Yes") * given.vip),
    Kind("exclusive", gettext_noop("Exclusive goods"), "lock", lambda given, _: gettext("Yes") * given.exclusive),
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    key: str
    label: str
    icon: str
    text: str


def described(given: Benefits, currency: str) -> list[Said]:
    """What is given, in the catalogue's order and the active language."""
    found = ((kind, kind.says(given, currency)) for kind in CATALOGUE)
    return [Said(kind.key, gettext(kind.label), kind.icon, text) for kind, text in found if text]


def best(given: Iterable[Benefits]) -> Benefits:
    """The best of each; gifts of all of them. (Whose prices hold is decided SKU by SKU.)"""
    all_ = list(given)
    froms = [one.free_freight_from for one in all_ if one.free_freight_from is not None]
    return Benefits(
        level_price=any(one.level_price for one in all_),
        percent_off=max((one.percent_off for one in all_), default=0),
        free_freight_from=min(froms, default=None),
        points_percent=max((one.points_percent for one in all_), default=100),
        birthday=[reward for one in all_ for reward in one.birthday],
        monthly=[reward for one in all_ for reward in one.monthly],
        priority=any(one.priority for one in all_),
        vip=any(one.vip for one in all_),
        exclusive=any(one.exclusive for one in all_),
    )

"""What people are given for something: points, coupons, growth, days of a card, gift balance.

Areas that can give register a kind in `apps.ready()`; areas that reward (tasks, levels, recharge plans, cards) keep a
list of rewards as JSON and hand it to `give`, without knowing who gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError
from yutang.core.register import Register

if TYPE_CHECKING:
    from yutang.core.access import Actor

MOST_AMOUNT = 10**9


class UnknownReward(DomainError):
    code = "rewards.unknown"
    message = gettext_noop("There is no such reward (%(provider)s).")
    status = 422


class ImpossibleReward(DomainError):
    code = "rewards.impossible"
    message = gettext_noop("%(label)s: choose what is given, and an amount above 0.")
    status = 422


@dataclass(frozen=True, slots=True)
class Reward:
    """`amount` in the kind's smallest step (points, pieces, days, minor units); `target_id`: which coupon or card."""

    kind: str
    amount: int
    target_id: int | None = None

    @property
    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "amount": self.amount, "target": self.target_id}


@dataclass(frozen=True)
class Occasion:
    """Why something is given. `key` is unique per merchant: the same occasion gives once, whatever is repeated."""

    key: str
    source: tuple[str, int]
    reason: str  # English msgid, or a name that the merchant chose


class Kind(Protocol):
    key: str
    label: str  # English msgid

    def targets(self) -> list[tuple[int, str]] | None:
        """What may be chosen, with names; None where the amount is all there is to say."""

    def describe(self, reward: Reward) -> str:
        """For people, in the active language: "100 points"."""

    def give(self, reward: Reward, *, customer_id: int, occasion: Occasion, actor: Actor) -> None:
        """In the caller's transaction; `occasion.key` again gives nothing more."""

    def is_possible(self, reward: Reward) -> bool:
        """Whether it may be chosen now (its target is there)."""


@runtime_checkable
class Returning(Protocol):
    """A kind of which what nobody has used yet can be taken back."""

    def unused(self, reward: Reward, *, occasion: Occasion) -> int:
        """How much of what the occasion gave is still there."""

    def take_back(self, reward: Reward, *, occasion: Occasion, actor: Actor) -> int:
        """In the caller's transaction; how much came back. Again: nothing."""


_kinds: Register[Kind] = Register(UnknownReward)
register, get = _kinds.register, _kinds.get


def kinds() -> list[Kind]:
    return _kinds.all()


def read(saved: Iterable[dict[str, Any]]) -> list[Reward]:
    """From JSON as `Reward.as_json` wrote it."""
    return [Reward(one["kind"], one["amount"], one.get("target")) for one in saved]


def check(rewards: Sequence[Reward]) -> None:
    """UnknownReward, ImpossibleReward: for who saves a list."""
    for reward in rewards:
        kind = get(reward.kind)
        if not 0 < reward.amount <= MOST_AMOUNT or not kind.is_possible(reward):
            raise ImpossibleReward(field="rewards", label=kind.label)


def describe(rewards: Iterable[Reward]) -> list[str]:
    return [get(reward.kind).describe(reward) for reward in rewards]


def give(rewards: Iterable[Reward], *, customer_id: int, occasion: Occasion, actor: Actor) -> None:
    """All of them, each once per occasion: the n-th of a list has a key of its own."""
    for number, reward in enumerate(rewards):
        get(reward.kind).give(reward, customer_id=customer_id, occasion=_own(occasion, number), actor=actor)


def unused(rewards: Sequence[Reward], *, occasion: Occasion) -> list[int | None]:
    """Of each, in the order of `give`, what can still be taken back; None: of this kind nothing ever is."""
    kinds = [get(reward.kind) for reward in rewards]
    return [
        kind.unused(reward, occasion=_own(occasion, number)) if isinstance(kind, Returning) else None
        for number, (kind, reward) in enumerate(zip(kinds, rewards, strict=True))
    ]


def take_back(rewards: Sequence[Reward], *, first: int = 0, occasion: Occasion, actor: Actor) -> int:
    """What `give` gave with these and this occasion, from the n-th on, as far as it can be; how many pieces."""
    back = 0
    for number, reward in list(enumerate(rewards))[first:]:
        kind = get(reward.kind)
        if isinstance(kind, Returning):
            back += kind.take_back(reward, occasion=_own(occasion, number), actor=actor)
    return back


def place_of(key: str) -> tuple[str, int]:
    """The caller's occasion key and the place in its list, of the key that one reward got."""
    occasion, number = key.rsplit(":", 1)
    return occasion, int(number)


def _own(occasion: Occasion, number: int) -> Occasion:
    return Occasion(f"{occasion.key}:{number}", occasion.source, occasion.reason)

"""What follows from what happened. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yutang.core import money

WHOLE = 10_000


@dataclass(frozen=True)
class Line:
    """`base`: what happened, over `count` rows; `due`: what follows, + is owed to the party."""

    what: str
    base: int
    due: int
    count: int


@dataclass(frozen=True)
class Terms:
    """Shares in hundredths of a percent."""

    share: int
    serve_share: int
    gift_share: int


def of_share(amount: int, share: int) -> int:
    """Rounded half-even, the same for a refund as for the sale it takes back."""
    part = money.part(abs(amount), share, WHOLE)
    return part if amount >= 0 else -part


def store_lines(
    terms: Terms, *, sold: tuple[int, int], served_for: Iterable[tuple[int, int]],
    served_by: Iterable[tuple[int, int, int]], cash: tuple[int, int], held: tuple[int, int],
    gift: tuple[int, int],
) -> list[Line]:  # fmt: skip
    """Each (amount, rows); served goods by the other store, so that both sides round alike. `served_by`: (amount, rows,
    share of the store that served). `held`: as the ledger has it,
    − is money that the store holds. A line about nothing is left out."""
    by, out = list(served_by), list(served_for)
    lines = [
        Line("sold", sold[0], of_share(sold[0], terms.share), sold[1]),
        Line(
            "served_for",
            sum(a for a, _ in out),
            sum(of_share(a, terms.serve_share) for a, _ in out),
            sum(n for _, n in out),
        ),
        Line("served_by", sum(a for a, _, _ in by), -sum(of_share(a, s) for a, _, s in by), sum(n for _, n, _ in by)),
        Line("cash", cash[0], -cash[0], cash[1]),
        Line("recharged", -held[0], held[0], held[1]),
        Line("gift", gift[0], -of_share(gift[0], terms.gift_share), gift[1]),
    ]
    return [line for line in lines if line.count]


def difference(now: Iterable[Line], booked: Iterable[Line]) -> list[Line]:
    """What a closed period has become beyond what was booked about it, line by line; only what changed."""
    was: dict[str, tuple[int, int, int]] = {}
    for line in booked:
        base, due, count = was.get(line.what, (0, 0, 0))
        was[line.what] = (base + line.base, due + line.due, count + line.count)
    found = []
    for line in now:
        base, due, count = was.pop(line.what, (0, 0, 0))
        if (line.base, line.due) != (base, due):
            found.append(Line(line.what, line.base - base, line.due - due, line.count - count))
    found += [Line(what, -base, -due, -count) for what, (base, due, count) in was.items() if base or due]
    return found

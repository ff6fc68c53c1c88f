"""What goes wrong, and when: chances for notices and answers, drawn from a seed so that a run can be repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum, auto


class AnswerFault(Enum):
    """What happens to one answer. The names beginning with DONE say that the platform acted all the same."""

    SYSTEM_ERROR = auto()  # 500, nothing was done
    RATE_LIMITED = auto()  # 429, nothing was done
    DONE_BUT_ERROR = auto()  # 500
    DONE_BUT_CUT = auto()  # the connection breaks
    DONE_BUT_SLOW = auto()  # no answer before the client gives up
    DONE_BUT_UNSIGNED = auto()
    DONE_BUT_FORGED = auto()  # signed with another key
    DONE_BUT_STALE = auto()  # signed ten minutes ago
    DONE_BUT_PROBE = auto()  # signed wrongly on purpose
    DONE_BUT_ALTERED = auto()  # the body is not the one that was signed or hashed


# What random trouble consists of.
USUAL = (AnswerFault.SYSTEM_ERROR, AnswerFault.DONE_BUT_ERROR, AnswerFault.DONE_BUT_CUT)


@dataclass(frozen=True)
class Faults:
    """Chances between 0 and 1, each drawn on its own."""

    lost: float = 0  # never sent
    late: float = 0
    duplicated: float = 0
    out_of_order: float = 0  # sent after the next notice about the same transaction
    forged: float = 0  # somebody else sends one too, first
    probed: float = 0  # the platform sends one with a wrong signature first
    answers: float = 0  # of an answer to fail in one of the usual ways


@dataclass(frozen=True)
class Fate:
    """What becomes of one notice."""

    is_lost: bool
    is_late: bool
    is_duplicated: bool
    is_held: bool
    is_forged: bool
    is_probed: bool


def fate(faults: Faults, seed: int, key: str) -> Fate:
    """The same for the same seed and key, whatever else happens in between."""
    dice = random.Random(f"{seed}/{key}")
    return Fate(
        is_lost=dice.random() < faults.lost,
        is_late=dice.random() < faults.late,
        is_duplicated=dice.random() < faults.duplicated,
        is_held=dice.random() < faults.out_of_order,
        is_forged=dice.random() < faults.forged,
        is_probed=dice.random() < faults.probed,
    )

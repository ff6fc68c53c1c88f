"""What goes wrong on purpose."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum, auto


class AnswerFault(Enum):
    """Of one answer of the gateway. In all but DOWN the thing itself has been done."""

    DOWN = auto()
    """503 before anything is done."""
    LOST = auto()
    """Done; the connection breaks without an answer."""
    SILENT = auto()
    """Done; no answer until the other side gives up."""
    BUSY = auto()
    """Done; the answer says ACQ.SYSTEM_ERROR."""
    UNSIGNED = auto()
    FORGED = auto()
    """The signature belongs to another text."""
    TWISTED = auto()
    """Something was put in after signing."""


@dataclass(frozen=True, kw_only=True)
class NoticeFaults:
    """How likely each fault is for a notice, 0 to 1. The same seed and the same notices give the same faults."""

    seed: int = 0
    late: float = 0
    late_by: float = 2.0
    """Seconds."""
    lost: float = 0
    """Never sent, however often it would be repeated."""
    duplicate: float = 0
    forged: float = 0
    """Something with a wrong signature comes first."""
    out_of_order: float = 0
    """It waits until another notice has overtaken it, or for `held_for`, or until somebody waits for the rest."""
    held_for: float = 30.0
    """Seconds."""


@dataclass(frozen=True)
class Fate:
    """What happens to one notice."""

    delay: float
    is_lost: bool
    copies: int
    is_forged_before: bool
    is_held: bool


class Fortune:
    """Draws the fates of one notice after the other."""

    def __init__(self, faults: NoticeFaults) -> None:
        self._faults = faults
        self._random = random.Random(faults.seed)

    def next(self) -> Fate:
        faults = self._faults
        late, lost, duplicate, forged, held = (
            self._random.random() < chance
            for chance in (faults.late, faults.lost, faults.duplicate, faults.forged, faults.out_of_order)
        )
        return Fate(faults.late_by if late else 0.0, lost, 2 if duplicate else 1, forged, held)

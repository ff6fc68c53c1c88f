from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PlaceOffered(DomainEvent):
    """A place became free and is held for somebody who waited. `hold`: how often places were held for them."""

    name: ClassVar[str] = "bookings.place_offered"
    booking_id: int
    hold: int

    def lock(self) -> str | None:
        return f"booking:{self.booking_id}"

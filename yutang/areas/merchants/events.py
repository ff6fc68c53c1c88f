from __future__ import annotations

from dataclasses import dataclass

from yutang.core.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class TimezoneChanged(DomainEvent):
    """Every day that was worked out from a time may be another one now."""

    name = "merchants.timezone_changed"

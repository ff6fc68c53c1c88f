"""What stands on the page of a member."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Asset:
    """`value` as it is shown ("1,200", "¥88.00"); `label` in the active language."""

    label: str
    value: str
    address: str
    icon: str

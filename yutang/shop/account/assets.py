"""What a member has, on their page: points, balance, coupons, a card. One entry each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True)
class Asset:
    """`value` as it is shown ("1,200", "¥88.00"); `label` in the active language."""

    label: str
    value: str
    address: str
    icon: str


def assets(request: HttpRequest) -> list[Asset]:
    """Those that this merchant and this person have anything to do with."""
    return [found for one in ASSETS if (found := one(request)) is not None]


# They import what stands above.
from yutang.shop.points.asset import points  # noqa: E402

ASSETS: tuple[Callable[[HttpRequest], Asset | None], ...] = (points,)

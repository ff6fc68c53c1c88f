"""Reads about orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.orders.models import Order, SalesChannel

if TYPE_CHECKING:
    from collections.abc import Iterable


def channels(ids: Iterable[int]) -> dict[int, SalesChannel]:
    return SalesChannel.objects.in_bulk(list(ids))


def order_numbers(ids: Iterable[int]) -> dict[int, str]:
    return dict(Order.objects.filter(pk__in=list(ids)).values_list("pk", "order_no"))

"""Reads about people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.customers.models import Customer, ReviewCase

if TYPE_CHECKING:
    from collections.abc import Iterable


def names(ids: Iterable[int]) -> dict[int, str]:
    """Names as screens show them; who has none is shown by number."""
    return {customer.pk: str(customer) for customer in Customer.objects.filter(pk__in=list(ids)).only("name")}


def open_case_count() -> int:
    """Review cases that wait for an answer."""
    return ReviewCase.objects.filter(state=ReviewCase.State.OPEN).count()

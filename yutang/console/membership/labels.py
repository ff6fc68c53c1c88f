"""Colours of what membership stores as codes."""

from __future__ import annotations

# By the stage of a card.
CARD = {
    "unpaid": "orange", "gift": "blue", "ahead": "azure", "active": "green", "over": "secondary",
    "refunded": "secondary", "closed": "secondary",
}  # fmt: skip

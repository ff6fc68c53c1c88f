"""The kinds of interaction everybody knows, and what their properties must look like. Other kinds are kept as sent.

A schema types the properties it names and lets others through: what a merchant adds is the merchant's own.
"""

from __future__ import annotations

from typing import Annotated, Literal

from django.utils.translation import gettext, gettext_noop
from pydantic import BaseModel, ConfigDict, Field

_Text = Annotated[str, Field(max_length=200)]
_Needed = Annotated[str, Field(min_length=1, max_length=200)]
_Minor = Annotated[int, Field(ge=0, lt=2**63)]


class Properties(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class Follow(Properties):
    account: _Text = ""


class Unfollow(Follow):
    reason: _Text = ""


class Menu(Properties):
    key: _Needed


class Click(Properties):
    target: _Text = ""


class View(Properties):
    title: _Text = ""
    seconds: Annotated[float, Field(ge=0)] = 0


class Search(Properties):
    query: _Needed
    results: Annotated[int, Field(ge=0)] | None = None


class Share(Properties):
    to: _Text = ""


class Cart(Properties):
    action: Literal["add", "remove"] = "add"
    quantity: Annotated[int, Field(ge=1, lt=2**31)] = 1
    amount: _Minor | None = None


class Payment(Properties):
    amount: _Minor
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    order_no: _Text = ""


class Scan(Properties):
    code: _Needed


class Identify(Properties):
    pass


KINDS: dict[str, tuple[str, type[Properties]]] = {
    "follow": (gettext_noop("Followed"), Follow),
    "unfollow": (gettext_noop("Unfollowed"), Unfollow),
    "menu": (gettext_noop("Tapped a menu"), Menu),
    "click": (gettext_noop("Clicked"), Click),
    "view": (gettext_noop("Viewed"), View),
    "search": (gettext_noop("Searched"), Search),
    "share": (gettext_noop("Shared"), Share),
    "cart": (gettext_noop("Changed the cart"), Cart),
    "payment": (gettext_noop("Paid"), Payment),
    "scan": (gettext_noop("Scanned a code"), Scan),
    "identify": (gettext_noop("Was recognised"), Identify),
}


def label(kind: str) -> str:
    """As screens show it; an own kind by its own name."""
    return gettext(KINDS[kind][0]) if kind in KINDS else kind

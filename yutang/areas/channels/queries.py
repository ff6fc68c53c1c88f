"""Reads of the merchant's accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yutang.areas.channels.models import OfficialAccount
from yutang.core.errors import NotAllowed

if TYPE_CHECKING:
    from yutang.core.access import Actor

SETUP = "channels.setup"


def official_account() -> OfficialAccount | None:
    return OfficialAccount.objects.first()


def app_id() -> str:
    """Of the Official Account by which people of the merchant in scope may log in now; "" where there is none."""
    return OfficialAccount.objects.filter(is_active=True).values_list("app_id", flat=True).first() or ""


def require_everything(actor: Actor) -> None:
    """The accounts belong to the whole company."""
    if actor.nodes(SETUP) is not None:
        raise NotAllowed(permission=SETUP)

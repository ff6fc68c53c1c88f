"""What waits for somebody: shown only to those who may do it, and only when the page to do it on exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from yutang.areas.aftersale import queries as aftersale
from yutang.areas.customers import queries as customers
from yutang.areas.imports import queries as imports
from yutang.areas.inventory import queries as inventory
from yutang.areas.orders import queries_list as orders
from yutang.console.shell.listing import bounded

if TYPE_CHECKING:
    from yutang.core.access import Actor


@dataclass(frozen=True)
class Task:
    label: str
    count: int
    icon: str
    address: str

    @property
    def shown(self) -> str:
        return bounded(self.count)


def tasks(actor: Actor) -> list[Task]:
    found = _daily(actor)
    address = link("console:reviews")
    if address and actor.may("customers.merge") and (count := customers.open_case_count(actor)):
        found.append(Task(gettext("Accounts to check: one person or two?"), count, "git-merge", address))
    address = link("console:imports")
    if address and actor.may("imports.view") and (count := imports.need_attention(actor=actor)):
        found.append(Task(gettext("Imports that failed or left rows out"), count, "file-alert", address))
    address = link("console:aftersale")
    if address and actor.may(aftersale.HANDLE) and (count := aftersale.waiting_for_shop(actor)):
        found.append(Task(gettext("After-sale cases that wait for the shop"), count, "arrow-back-up", address))
    address = link("console:disputes")
    if address and actor.may(aftersale.RULE) and (count := aftersale.waiting_for_ruling(actor)):
        found.append(Task(gettext("Disputes that wait for a ruling"), count, "shield-lock", f"{address}?state=ruling"))
    return found


def _daily(actor: Actor) -> list[Task]:
    """What leaves, and what runs out."""
    found = []
    address = link("console:orders")
    if address and actor.may("orders.view"):
        waiting = orders.waiting(actor, {"to_ship": "orders.edit", "to_pick_up": "orders.pickup"})
        kinds = {
            "to_ship": (gettext("Orders to ship"), "truck"),
            "to_pick_up": (gettext("Orders to pick up"), "building-store"),
        }
        for tab, (label, icon) in kinds.items():
            if count := waiting.get(tab):
                found.append(Task(label, count, icon, f"{address}?tab={tab}"))
    address = link("console:stock")
    if address and actor.may("inventory.view") and (count := inventory.low_count(actor)):
        found.append(Task(gettext("Goods that run low"), count, "alert-triangle", f"{address}?tab=low"))
    return found


def link(name: str, *args: object) -> str:
    """The address of a page, empty where it does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""

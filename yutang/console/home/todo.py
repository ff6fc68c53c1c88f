"""What waits for somebody: shown only to those who may do it, and only when the page to do it on exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from yutang.areas.aftersale import queries as aftersale
from yutang.areas.customers import queries as customers
from yutang.areas.imports import queries as imports

if TYPE_CHECKING:
    from yutang.core.access import Actor


@dataclass(frozen=True)
class Task:
    label: str
    count: int
    icon: str
    address: str


def tasks(actor: Actor) -> list[Task]:
    found = []
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


def link(name: str, *args: object) -> str:
    """The address of a page, empty where it does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""

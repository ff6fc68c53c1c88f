"""Writes: roles, who brought whom, who looks after whom."""

from __future__ import annotations

from yutang.areas.relations.services.guiding import assign, assign_by_code, assign_many, release
from yutang.areas.relations.services.labelling import give_role, take_role
from yutang.areas.relations.services.referring import bring, bring_by_code, decide, forget_bringer
from yutang.areas.relations.services.saying import unname_code

__all__ = [
    "assign",
    "assign_by_code",
    "assign_many",
    "bring",
    "bring_by_code",
    "decide",
    "forget_bringer",
    "give_role",
    "release",
    "take_role",
    "unname_code",
]

"""The door by which people leave a segment to be acted on: campaigns, journeys and exports say what for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap64

from yutang.areas.privacy.models import Channel
from yutang.areas.privacy.reach import Use, reachable
from yutang.areas.segments import queries
from yutang.core.access import Actor


@dataclass(frozen=True)
class Audience:
    """`people` may be reached for the use asked for; `size` is how many fulfil the rule."""

    people: BitMap64
    size: int


def audience(
    rule: Any, *, use: Use = Use.PERSONALISED, channel: Channel = Channel.ANY, actor: Actor,
    nodes: frozenset[int] | None = None,
) -> Audience:  # fmt: skip
    """Everybody who fulfils the rule and may be reached. Who refused personalised treatment is left out unless the
    use says that nobody is chosen by who they are."""
    members = queries.bitmap(rule, actor=actor, nodes=nodes)
    return Audience(reachable(members, use=use, channel=channel), len(members))

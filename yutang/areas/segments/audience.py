"""The door by which people leave a segment to be acted on: campaigns, journeys and exports say what for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pyroaring import BitMap64

from yutang.areas.privacy.models import Channel
from yutang.areas.privacy.reach import Use, newest_statement, reachable
from yutang.areas.segments import evaluator, queries
from yutang.core.access import Actor
from yutang.lake.index import reading


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


# What a marketer asks first: whom may this address at all, and by a message on which channel?
WAYS = (
    (Use.PERSONALISED, Channel.ANY), (Use.MESSAGE, Channel.SMS), (Use.MESSAGE, Channel.WECOM),
    (Use.MESSAGE, Channel.WECHAT), (Use.MESSAGE, Channel.EMAIL),
)  # fmt: skip


@dataclass(frozen=True)
class Reach:
    use: Use
    channel: Channel
    people: int


def reach(rule: Any, *, actor: Actor) -> list[Reach]:
    """How many of the people of a rule each way may reach; a figure while the rule is being built. Whoever acts on it
    asks `audience`."""
    found = queries.people(rule, actor=actor)
    if isinstance(found, evaluator.Found):
        newest = newest_statement()
        held = ((way, _allowed(found.snapshot, *way, newest)) for way in WAYS)
        return [Reach(*way, int(np.count_nonzero(found.holds & allowed))) for way, allowed in held]
    members = BitMap64(found.ids())
    return [Reach(*way, len(reachable(members, use=way[0], channel=way[1]))) for way in WAYS]


def _allowed(
    snapshot: reading.Snapshot, use: Use, channel: Channel, newest: int
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """bool by number: who may be reached, of the whole pool. Kept until somebody says something new: what else changes
    it (files, merges, erasure) makes another snapshot."""
    key = ("reach", use, channel, newest)
    kept = snapshot.kept.get(key)
    if not isinstance(kept, np.ndarray):
        people = reachable(BitMap64(snapshot.ids[snapshot.exists]), use=use, channel=channel)
        kept = np.packbits(np.isin(snapshot.ids, np.array(people, dtype=snapshot.ids.dtype)))
        snapshot.keep(key, kept)
    return np.unpackbits(kept, count=snapshot.size).view(np.bool_)

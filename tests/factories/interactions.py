from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import Any

from yutang.areas.interactions import reading, services
from yutang.core import access, clock, tenancy

_numbers = itertools.count(1)


def event(**overrides: Any) -> dict[str, Any]:
    """An event as a client sends it: a view of a minute ago, each with an id of its own."""
    number = next(_numbers)
    at = (clock.now() - timedelta(minutes=1)).isoformat()
    return {"id": f"event-{number}", "kind": "view", "occurred_at": at, **overrides}


def read(*events: dict[str, Any], **options: Any) -> reading.Read:
    options = {"now": clock.now(), "region": "CN", **options}
    return reading.many(json.dumps(events).encode(), **options)


def record(*events: dict[str, Any], actor: access.Actor | None = None) -> int:
    """Records the events in the running scope; all must be right."""
    found = read(*events)
    assert found.rejected == []
    actor = actor or access.system(tenancy.require_merchant_id())
    return services.record(events=found.events, actor=actor)


def link(actor: access.Actor | None = None) -> int:
    return services.link(actor=actor or access.system(tenancy.require_merchant_id()))

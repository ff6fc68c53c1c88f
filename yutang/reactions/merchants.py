from __future__ import annotations

from yutang.areas.merchants.events import TimezoneChanged
from yutang.core import events, jobs


@events.on(TimezoneChanged)
def redate(event: TimezoneChanged) -> None:
    """One job after the other, whoever asks: each makes the whole lake anew."""
    name = f"reactions.redate:{event.merchant_id}"
    jobs.defer("reactions.redate", lock="reactions.redate", queueing_lock=name, merchant_id=event.merchant_id)

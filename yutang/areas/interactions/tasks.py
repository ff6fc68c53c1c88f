"""Job entry points of interactions."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yutang.areas.interactions import partitions, queries, services
from yutang.core import access, tenancy


@app.task(name="interactions.link")
def link(merchant_id: int) -> None:
    with tenancy.scope(merchant_id):
        while services.link(actor=access.system(merchant_id)):
            pass


@app.periodic(cron="* * * * *")
@app.task(name="interactions.link_waiting", queueing_lock="interactions.link_waiting")
def link_waiting(timestamp: int) -> None:  # noqa: ARG001  the minute it was due
    """A claim that came while its job was already running."""
    for merchant_id in queries.merchants_with_claims():
        link(merchant_id)


@app.periodic(cron="7 * * * *")
@app.task(name="interactions.partitions", queueing_lock="interactions.partitions")
def keep_partitions(timestamp: int) -> None:  # noqa: ARG001
    partitions.ensure_ahead()
    partitions.drop_old()


@app.task(name="interactions.credit")
def credit(merchant_id: int, customer_ids: list[int]) -> None:
    with tenancy.scope(merchant_id):
        services.credit(customer_ids=customer_ids, actor=access.system(merchant_id))

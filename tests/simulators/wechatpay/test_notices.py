"""Notices under all the trouble that the real ones know."""

from __future__ import annotations

import json

import pytest

from tests.connectors.wechatpay import rig
from tests.connectors.wechatpay.rig import client_of, merchant, new, refund_of
from yutang.connectors.wechatpay import errors
from yutang.simulators.wechatpay.faults import Faults, fate
from yutang.simulators.wechatpay.notifier import Kind

NUMBER = "YT20261122-0001"


@pytest.fixture
def world(clock, receiver):
    """A function: runs a payment and a refund under these faults, gives the platform when all notices are out."""
    running = []

    def run(faults: Faults, statuses: tuple[int, ...] = (), **options):
        platform = rig.simulator(clock, faults=faults, **options)
        platform.__enter__()
        running.append(platform)
        receiver.statuses.extend(statuses)
        with client_of(platform, clock) as client:
            client.create_native(new(notify_url=receiver.url))
            platform.pay(NUMBER)
            client.refund(refund_of(notify_url=receiver.url))
        platform.drain()
        return platform

    yield run
    for platform in running:
        platform.__exit__(None, None, None)


def events(receiver) -> list[str]:
    return [json.loads(body)["event_type"] for _, body in receiver.received]


def kinds(platform) -> list[tuple[Kind, int]]:
    return [(delivery.kind, delivery.attempt) for delivery in platform.deliveries]


def test_without_faults_each_comes_once_in_order(world, receiver):
    world(Faults())
    assert events(receiver) == ["TRANSACTION.SUCCESS", "REFUND.SUCCESS"]


def test_lost_ones_never_come(world, receiver):
    platform = world(Faults(lost=1))
    assert events(receiver) == []
    assert platform.deliveries == []


def test_duplicates_have_the_same_id(world, receiver):
    world(Faults(duplicated=1))
    ids = [json.loads(body)["id"] for _, body in receiver.received]
    assert len(ids) == 4
    assert len(set(ids)) == 2


def test_out_of_order_the_refund_comes_first(world, receiver):
    world(Faults(out_of_order=1))
    assert events(receiver) == ["REFUND.SUCCESS", "TRANSACTION.SUCCESS"]


def test_late_ones_wait_until_they_are_due(clock, receiver):
    with rig.simulator(clock, faults=Faults(late=1), late=3600) as platform, client_of(platform, clock) as client:
        client.create_native(new(notify_url=receiver.url))
        platform.pay(NUMBER)
        assert platform.deliveries == []
        platform.drain()
        assert events(receiver) == ["TRANSACTION.SUCCESS"]


@pytest.mark.parametrize(
    ("faults", "kind", "error"),
    [
        (Faults(forged=1), Kind.FORGED, errors.Untrusted),
        (Faults(probed=1), Kind.PROBE, errors.SignatureProbe),
    ],
)
def test_false_ones_come_before_the_genuine_and_are_refused_by_the_client(world, receiver, clock, faults, kind, error):
    platform = world(faults, statuses=(401, 204, 401, 204))
    assert kinds(platform) == [(kind, 1), (Kind.GENUINE, 1)] * 2
    with client_of(platform, clock) as client:
        for at in (0, 2):
            with pytest.raises(error):
                client.open_notice(*receiver.received[at])
            assert client.open_notice(*receiver.received[at + 1]).mchid == merchant().mchid


@pytest.mark.parametrize(
    ("statuses", "tries"), [((500, 401, 204), 3), ((200,), 1), ((503, 503, 503, 503, 204), 4), ((302, 204), 2)]
)
def test_what_is_not_taken_comes_again_until_the_ladder_ends(clock, receiver, statuses, tries):
    receiver.statuses.extend(statuses)
    with rig.simulator(clock, ladder=(3600,) * 3) as platform, client_of(platform, clock) as client:
        client.create_native(new(notify_url=receiver.url))
        platform.pay(NUMBER)
        platform.drain()
        assert [(one.attempt, one.status) for one in platform.deliveries] == [*enumerate(statuses[:tries], 1)]


def test_nobody_at_home_is_no_accident(clock):
    with rig.simulator(clock) as platform, client_of(platform, clock) as client:
        client.create_native(new())
        platform.pay(NUMBER)
        platform.drain()
        assert [(delivery.status, delivery.is_taken) for delivery in platform.deliveries] == [(0, False)] * 4


def test_every_try_is_signed_anew(world, receiver):
    world(Faults(), statuses=(500,))
    first, again = (headers for headers, body in receiver.received if b"TRANSACTION" in body)
    assert first["Wechatpay-Nonce"] != again["Wechatpay-Nonce"]
    assert first["Wechatpay-Signature"] != again["Wechatpay-Signature"]


def test_the_same_seed_gives_the_same_trouble():
    faults = Faults(lost=0.3, late=0.3, duplicated=0.3, out_of_order=0.3, forged=0.3, probed=0.3)
    keys = [f"m/TRANSACTION.SUCCESS/{number}" for number in range(100)]
    once = [fate(faults, 7, key) for key in keys]
    assert once == [fate(faults, 7, key) for key in keys]
    assert once != [fate(faults, 8, key) for key in keys]
    assert 15 <= sum(one.is_lost for one in once) <= 45


def test_ending_leaves_no_thread_behind(clock, receiver):
    with rig.simulator(clock, faults=Faults(late=1), late=3600) as platform, client_of(platform, clock) as client:
        client.create_native(new(notify_url=receiver.url))
        platform.pay(NUMBER)
    assert not platform._notifier._thread.is_alive()
    assert not platform._thread.is_alive()
    assert receiver.received == []

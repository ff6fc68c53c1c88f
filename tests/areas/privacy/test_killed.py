"""An erasure killed at any moment goes on; a backup brought back brings nobody back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.areas.privacy import world as w
from tests.areas.privacy.test_erasing import NOW, known, search_for
from tests.killing import Children, environment
from yutang.areas.customers.models import Customer
from yutang.areas.privacy import erasing, journal, services
from yutang.areas.privacy.errors import StillErasing
from yutang.areas.privacy.models import Request
from yutang.core import tenancy

pytestmark = pytest.mark.django_db(transaction=True)


def erase_on(merchant_id: int, request_id: int) -> None:
    """In the child."""
    while True:
        try:
            erasing.run(request_id=request_id, merchant_id=merchant_id, grace=timedelta(0))
        except StillErasing:  # the lock of a writer killed before is not free yet
            continue
        return


@pytest.mark.kill
def test_killed_until_it_is_done(settings, tmp_path):
    world = w.make_world()
    dossier, before = known(world), w.totals(world)
    with tenancy.scope(world.merchant.pk):
        request = services.request_erasure(
            customer_id=world.customer.pk, typed=str(world.customer.pk), actor=world.actor
        )

    def steps() -> list[str]:
        with tenancy.scope(world.merchant.pk):
            return Request.objects.get(pk=request.pk).steps_done

    with Children("tests.areas.privacy.test_killed.erase_on", environment(settings, tmp_path)) as children:
        while children.run(world.merchant.pk, request.pk, progress=steps):
            pass
    while True:
        try:
            done = erasing.run(request_id=request.pk, merchant_id=world.merchant.pk, grace=NOW)
            break
        except StillErasing:
            continue
    assert children.hits > 0
    assert (done.state, done.dossier, done.proof["places"]) == ("done", None, {})
    assert search_for(dossier).places == {}
    assert w.totals(world) == before


def test_a_backup_brings_nobody_back():
    """The journal's line meets a database from before the erasure."""
    world = w.make_world()
    dossier = known(world)
    homes = sorted(dossier.person.homes)
    line = journal.Line(merchant=world.merchant.pk, customer=world.customer.pk, homes=homes, at="2026-01-01T00:00:00")
    journal.append([line, line])
    assert journal.read() == [line]
    assert [erasing.again(known_line) for known_line in journal.read()] == [1]
    assert search_for(dossier).places == {}
    assert erasing.again(line) == 0
    with tenancy.scope(world.merchant.pk):
        assert Request.objects.get().state == "done"


def test_whoever_was_tied_to_them_in_the_backup_stays():
    world = w.make_world()
    only = [home for home in known(world).person.homes if home != world.customer.pk]
    line = journal.Line(merchant=world.merchant.pk, customer=only[0], homes=only, at="2026-01-01T00:00:00")
    assert erasing.again(line) == 1
    with tenancy.scope(world.merchant.pk):
        stays = Customer.objects.get(pk=world.customer.pk)
        assert (stays.name, stays.address, stays.erased_at) == (w.OLD_NAME, None, None)
        assert Customer.objects.get(pk=only[0]).erased_at is not None


def test_a_line_cut_off_by_a_crash_is_left_out():
    assert journal.parse('{"merchant": 1}\n{"merchant": 2, "ho') == [{"merchant": 1}]

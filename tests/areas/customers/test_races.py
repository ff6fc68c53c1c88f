"""Two imports at the same moment find the same people."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection

from tests.factories.customers import resolve
from tests.factories.merchants import make_merchant
from tests.patience import PATIENCE
from yutang.areas.customers import merging, services
from yutang.areas.customers.identity import bulk
from yutang.areas.customers.models import Customer, Identity
from yutang.areas.merchants import queries as merchants
from yutang.core import access, tenancy

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = [{"buyer_id": f"b{n}", "phone": f"+86138000000{n:02d}"} for n in range(20)]


def run_twice(merchant_id: int, work) -> list[BaseException]:
    errors: list[BaseException] = []

    def one() -> None:
        try:
            with tenancy.scope(merchant_id):
                work()
        except IntegrityError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_the_race_exists_without_the_lock(monkeypatch):
    monkeypatch.setattr(merging, "lock_identities", lambda merchant_id: None)
    asked = threading.Barrier(2, timeout=PATIENCE)
    known = bulk.known

    def both_have_asked(*arguments):
        found = known(*arguments)
        asked.wait()
        return found

    monkeypatch.setattr(bulk, "known", both_have_asked)
    assert len(run_twice(make_merchant().pk, lambda: resolve(*ROWS))) == 1


def test_with_the_lock_there_is_one_person_per_key():
    merchant = make_merchant()
    assert run_twice(merchant.pk, lambda: resolve(*ROWS)) == []
    with tenancy.scope(merchant.pk):
        assert Customer.objects.count() == 20
        assert Identity.objects.count() == 40


def test_identifying_one_account_twice_at_once_makes_one_person():
    merchant = make_merchant()

    def identify():
        services.identify(
            kind="phone", value="+8613800000000", node_id=merchants.root_node().pk, source="api", name="Ada",
            actor=access.system(merchant.pk),
        )  # fmt: skip

    assert run_twice(merchant.pk, identify) == []
    with tenancy.scope(merchant.pk):
        assert Customer.objects.count() == Identity.objects.count() == 1

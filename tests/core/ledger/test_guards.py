"""What PostgreSQL refuses by itself, whoever writes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from tests.core.ledger.kinds import NOON, commission, customer, earn, pay_in
from tests.factories.merchants import make_merchant
from yutang.core import access, tenancy
from yutang.core.audit import entries as audit_entries
from yutang.core.ledger import queries, services, tasks
from yutang.core.ledger.models import Account, Entry, Lot, Posting
from yutang.core.ledger.queries import Discrepancy

ANN = customer(1)
PAST = datetime(2025, 1, 1, tzinfo=UTC)


def add_posting(entry: Entry, kind: str, amount: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_posting (merchant_id, entry_id, account_id, amount, balance_after)"
            " SELECT merchant_id, %s, id, %s, 0 FROM ledger_account WHERE kind = %s",
            [entry.pk, amount, kind],
        )


@pytest.mark.django_db(transaction=True)
def test_an_unbalanced_entry_fails_at_commit_although_the_scope_is_closed_by_then():
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        entry = services.post(key="a", kind="k", lines=pay_in(ANN, 5), actor=access.system(merchant.pk))

    reached = []

    def add(*changes: tuple[str, int]) -> None:
        with tenancy.scope(merchant.pk):
            for kind, amount in changes:
                add_posting(entry, kind, amount)
            reached.append(Posting.objects.count())

    with pytest.raises(IntegrityError, match="does not balance: CNY is off by 7"):
        add(("test.wallet", 7))
    with tenancy.scope(merchant.pk):
        assert Posting.objects.count() == 2
    add(("test.wallet", 7), ("test.bank", -7))  # the check looks at the end, not at each step
    assert reached == [3, 4]


@pytest.mark.parametrize("model", [Entry, Posting])
def test_entries_and_postings_are_append_only(actor, model):
    services.post(key="a", kind="k", lines=pay_in(ANN, 5), actor=actor)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.update(merchant_id=F("merchant_id"))
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        cursor.execute(f"DELETE FROM {model._meta.db_table}")
    assert model.objects.count() > 0


def test_of_a_lot_only_the_remaining_amount_changes_and_stays_within_the_grant(actor):
    services.post(key="a", kind="k", lines=earn(ANN, 5, NOON), actor=actor)
    for change in ({"granted": 6}, {"expires_at": None}, {"origin": "x"}):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Lot.objects.update(**change)
    for remaining in (-1, 6):
        with pytest.raises(IntegrityError, match="ledger_lot_within_grant"), transaction.atomic():
            Lot.objects.update(remaining=remaining)
    Lot.objects.update(remaining=4)


def test_a_balance_cannot_fall_below_zero_unless_its_kind_may(actor):
    services.post(key="a", kind="k", lines=[*pay_in(ANN, 5), *commission(ANN, -3)], actor=actor)
    with pytest.raises(IntegrityError, match="ledger_account_floor"), transaction.atomic():
        Account.objects.filter(kind="test.wallet").update(balance=-1)
    assert queries.balance(kind="test.commission", unit="CNY", holder=ANN) == -3


def test_the_audit_finds_what_does_not_add_up_and_keeps_it(merchant, actor):
    services.post(key="a", kind="k", lines=[*pay_in(ANN, 5), *earn(ANN, 9)], actor=actor)
    wallet, points = Account.objects.get(kind="test.wallet"), Account.objects.get(kind="test.points")
    lot = Lot.objects.get()
    Account.objects.filter(pk=wallet.pk).update(balance=6)
    Lot.objects.update(remaining=8)
    assert queries.audit_balances(merchant_id=merchant.pk) == [
        Discrepancy("balance", wallet.pk, 5, 6),
        Discrepancy("lot", lot.pk, 9, 8),
        Discrepancy("lots", points.pk, 8, 9),
    ]
    tasks.audit_balances(0)
    found = audit_entries(actor=actor).filter(action="ledger.discrepancy")
    assert {(e.object_type, e.object_id) for e in found} == {
        ("ledger_balance", str(wallet.pk)), ("ledger_lot", str(lot.pk)), ("ledger_lots", str(points.pk)),
    }  # fmt: skip


def test_the_hourly_job_expires_for_every_merchant(db):
    merchants = [make_merchant(), make_merchant()]
    for merchant in merchants:
        with tenancy.scope(merchant.pk):
            services.post(key="a", kind="k", lines=earn(ANN, 9, PAST), at=PAST, actor=access.system(merchant.pk))
    tasks.expire(0)
    for merchant in merchants:
        with tenancy.scope(merchant.pk):
            assert queries.balance(kind="test.points", unit="points", holder=ANN) == 0

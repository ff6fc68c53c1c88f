"""Locks by name, from two sessions of the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tests.patience import PATIENCE
from yutang.core import locks
from yutang.core.locks import Lock


def elsewhere(lock, of="", *, taken=locks.attempted):
    """Whether another session gets it; at once, or by waiting with `locks.held`."""

    def ask():
        try:
            with taken(lock, of) as is_ours:
                return is_ours is not False
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        return other.submit(ask).result(timeout=PATIENCE)


@pytest.mark.django_db(transaction=True)
def test_held_keeps_others_out_of_the_same_thing_only():
    with locks.held(Lock.TAGGING_RUN, 7):
        assert not elsewhere(Lock.TAGGING_RUN, 7)
        assert elsewhere(Lock.TAGGING_RUN, 8)
        assert elsewhere(Lock.IMPORT_RUN, 7)
        assert elsewhere(Lock.TAGGING_RUN)
    assert elsewhere(Lock.TAGGING_RUN, 7)


@pytest.mark.django_db(transaction=True)
def test_an_error_and_a_lost_connection_give_it_back():
    with pytest.raises(LookupError), locks.held(Lock.ERASURE, 2**62):
        raise LookupError
    assert elsewhere(Lock.ERASURE, 2**62)
    with locks.held(Lock.ERASURE, 1):
        connection.connection.close()
        assert elsewhere(Lock.ERASURE, 1, taken=locks.held), "the server needs an instant to see that we are gone"
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_until_commit_ends_with_the_transaction():
    with transaction.atomic():
        locks.until_commit(Lock.SEGMENTS, 1)
        assert not elsewhere(Lock.SEGMENTS, 1)
    assert elsewhere(Lock.SEGMENTS, 1)


def test_no_two_share_a_number():
    assert len({lock.value for lock in Lock.__members__.values()}) == len(Lock.__members__)

"""Guesses that arrive together count together, also where each request is one transaction."""

from __future__ import annotations

import pytest

from tests.concurrency.threads import together
from tests.factories.merchants import make_merchant
from yutang.areas.merchants.errors import TooManyAttempts, WrongCredentials
from yutang.areas.merchants.services import account
from yutang.core import tenancy

pytestmark = pytest.mark.django_db(transaction=True)


def test_somebody_logged_in_guesses_no_more_often_than_a_stranger():
    merchant_id = make_merchant().pk

    def guess(number, barrier):
        barrier.wait()
        with tenancy.scope(merchant_id):  # the console's middleware enters it for who is logged in
            try:
                account.check_password(email="victim@example.com", password=f"guess {number}", ip="10.0.0.1")
            except (WrongCredentials, TooManyAttempts) as error:
                return type(error)
        raise AssertionError

    assert together(guess, threads=12).count(WrongCredentials) == account.LIMITS["email"]

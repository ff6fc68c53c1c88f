"""Two taps send one message, whoever is first uses a code, and guesses that arrive together count together."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.concurrency.threads import together
from tests.factories.merchants import make_merchant
from tests.factories.messaging import PHONE, check, connect, send, wrong
from yutang.areas.messaging import queries
from yutang.areas.messaging.errors import CodeExpired, TooManyCodes, TooManyTries, TooSoon, WrongCode
from yutang.areas.messaging.models import OneTimeCode
from yutang.areas.messaging.providers import aliyun
from yutang.core import clock, tenancy
from yutang.simulators.sms_aliyun import AliyunSmsSimulator

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 20


@pytest.fixture
def merchant():
    return make_merchant()


@pytest.fixture
def sms(merchant, settings):
    with AliyunSmsSimulator() as made:
        settings.ALIYUN_SMS_URL = made.url
        connect(merchant, made.account)
        yield made
        aliyun.http().close()
        aliyun.http.cache_clear()


def rows(merchant) -> list[OneTimeCode]:
    with tenancy.scope(merchant.pk):
        return list(OneTimeCode.objects.order_by("pk"))


def outcome(act, *refusals):
    """What it gave, or the refusal's class."""
    try:
        return act()
    except refusals as error:
        return type(error)


def test_the_race_exists_look_then_write(merchant):
    def naive(number, barrier):
        with tenancy.scope(merchant.pk):
            is_first = not OneTimeCode.objects.filter(phone_key=queries.phone_key(PHONE, merchant.pk)).exists()
        connection.close()
        barrier.wait()
        if is_first:
            with tenancy.scope(merchant.pk):
                OneTimeCode.objects.create(
                    merchant_id=merchant.pk, purpose="login", phone_key=queries.phone_key(PHONE, merchant.pk),
                    phone_shown="", address_key=b"", salt=b"", code_hash=b"", provider="", expires_at=clock.now(),
                )  # fmt: skip
        return is_first

    assert sum(together(naive, THREADS)) == len(rows(merchant)) == THREADS  # twenty messages for one tap too many


def test_twenty_taps_send_one_message(merchant, sms):
    def tap(number, barrier):
        barrier.wait()
        return outcome(lambda: send(merchant), TooSoon)

    found = together(tap, THREADS)
    assert found.count(TooSoon) == THREADS - 1
    assert len(sms.messages) == len(rows(merchant)) == 1
    assert check(merchant, sms.messages[0].params["code"]) == PHONE


def test_the_merchants_limit_holds_too(merchant, sms):
    connect(merchant, sms.account, codes_per_day=3)

    def ask(number, barrier):
        barrier.wait()
        return outcome(lambda: send(merchant, f"+861380013{number:04d}", ip=f"10.0.0.{number}"), TooManyCodes)

    assert together(ask, THREADS).count(TooManyCodes) == THREADS - 3
    assert len(sms.messages) == 3


def test_the_race_exists_look_then_use(merchant):
    send(merchant)
    (row,) = rows(merchant)

    def naive(number, barrier):
        with tenancy.scope(merchant.pk):
            is_unused = OneTimeCode.objects.get(pk=row.pk).used_at is None
        connection.close()
        barrier.wait()
        if is_unused:
            with tenancy.scope(merchant.pk):
                OneTimeCode.objects.filter(pk=row.pk).update(used_at=clock.now())
        return is_unused

    assert sum(together(naive, THREADS)) == THREADS  # twenty log-ins by one code


def test_of_twenty_who_bring_the_code_one_gets_in(merchant):
    code = send(merchant).shown

    def use(number, barrier):
        barrier.wait()
        return outcome(lambda: check(merchant, code), CodeExpired)

    found = together(use, THREADS)
    assert (found.count(PHONE), found.count(CodeExpired)) == (1, THREADS - 1)


def test_parallel_guesses_are_five(merchant):
    code = send(merchant).shown

    def guess(number, barrier):
        barrier.wait()
        return outcome(lambda: check(merchant, wrong(code)), WrongCode, TooManyTries)

    found = together(guess, THREADS)
    assert (found.count(WrongCode), found.count(TooManyTries)) == (4, THREADS - 4)
    assert [row.tries for row in rows(merchant)] == [5]

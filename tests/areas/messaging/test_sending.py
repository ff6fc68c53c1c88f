"""Who gets a code, how often, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.areas.messaging.conftest import NOON
from tests.factories.merchants import make_merchant
from tests.factories.messaging import PHONE, check, connect, send
from yutang import settings as written
from yutang.areas.messaging import queries
from yutang.areas.messaging.errors import BadPhone, CodeExpired, NotConnected, TooManyCodes, TooSoon
from yutang.areas.messaging.models import OneTimeCode
from yutang.areas.privacy import retention
from yutang.core import access, tenancy


def test_the_sandbox_shows_the_code_and_the_row_hides_it(merchant, clock, rows):
    sent = send(merchant)
    assert (sent.expires_at, sent.next_at) == (NOON + timedelta(minutes=5), NOON + timedelta(minutes=1))
    assert len(sent.shown) == 6
    assert sent.shown not in repr(sent)
    assert rows("purpose", "phone_shown", "provider", "state", "tries", "used_at", "sent_at", "expires_at") == [
        ("login", "138****8000", "sandbox", "sent", 0, None, NOON, sent.expires_at)
    ]
    with tenancy.scope(merchant.pk), connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM messaging_onetimecode t")
        (whole,) = cursor.fetchone()
    for plain in (sent.shown, "13800138000", "203.0.113.7"):
        assert plain not in whole
        assert plain.encode().hex() not in whole


@pytest.mark.parametrize(
    "typed", ["13800138000", "+8613800138000", "0086 138 0013 8000", "138-0013-8000", " 138 0013 8000 "]
)
def test_a_phone_may_be_typed_in_many_ways(merchant, typed):
    assert check(merchant, send(merchant, typed).shown, PHONE) == PHONE


def test_a_phone_abroad(merchant):
    assert check(merchant, send(merchant, "+852 9123 4567").shown, "+85291234567") == "+85291234567"


@pytest.mark.parametrize(
    "typed", ["", "138", "12800138000", "010 8888 8888", "1380013800a", "+861380013", "+1234", "x" * 500, "１３８"]
)
def test_what_gets_no_messages_is_refused_at_the_field(merchant, rows, typed):
    with pytest.raises(BadPhone) as refused:
        send(merchant, typed)
    assert refused.value.field == "phone"
    assert rows("pk") == []


def test_one_a_minute_to_a_phone_whatever_it_is_for(merchant, clock, rows):
    send(merchant)
    clock.go(seconds=59)
    with pytest.raises(TooSoon) as refused:
        send(merchant, purpose="bind", ip="198.51.100.1")
    assert (refused.value.params, refused.value.status) == ({"wait": "1 second", "seconds": 1}, 429)
    assert str(refused.value) == "A code was just sent. You can ask for another one in 1 second."
    send(merchant, "+8613800138001")
    clock.go(seconds=1)
    send(merchant)
    assert len(rows("pk")) == 3


def test_ten_a_day_to_a_phone(merchant, clock):
    for _ in range(10):
        send(merchant)
        clock.go(minutes=2)
    with pytest.raises(TooManyCodes) as refused:
        send(merchant)
    assert refused.value.params == {"of": "phone", "wait": "24 hours", "seconds": 24 * 3600 - 20 * 60}
    clock.go(hours=23, minutes=40)
    send(merchant)
    with pytest.raises(TooSoon):
        send(merchant)


def test_thirty_an_hour_from_one_place(merchant, clock):
    for number in range(30):
        send(merchant, f"+861380013{number:04d}")
    with pytest.raises(TooManyCodes) as refused:
        send(merchant, "+8613900000000")
    assert refused.value.params == {"of": "address", "wait": "60 minutes", "seconds": 3600}
    send(merchant, "+8613900000000", ip="198.51.100.1")
    clock.go(hours=1)
    send(merchant, "+8613900000001")


def test_a_place_of_ipv6_is_its_network(merchant, clock):
    for number in range(30):
        send(merchant, f"+861380013{number:04d}", ip=f"2001:db8::{number:x}")
    with pytest.raises(TooManyCodes):
        send(merchant, ip="2001:db8::ffff:1")
    send(merchant, ip="2001:db8:0:1::1")


def test_the_merchant_decides_how_many_a_day(merchant, clock, sms):
    connect(merchant, codes_per_day=3)
    for number in range(3):
        send(merchant, f"+861380013000{number}", ip=f"10.0.0.{number}")
        clock.go(hours=1)
    with pytest.raises(TooManyCodes) as refused:
        send(merchant, ip="10.0.1.1")
    assert refused.value.params == {"of": "merchant", "wait": "21 hours", "seconds": 21 * 3600}
    assert len(sms.messages) == 3
    clock.go(hours=21)
    send(merchant, ip="10.0.1.1")


def test_limits_are_each_merchants_own(merchant, clock):
    send(merchant)
    other = make_merchant()
    sent = send(other)
    with pytest.raises(CodeExpired):
        check(make_merchant(), sent.shown)
    assert check(other, sent.shown) == PHONE


def test_a_wait_is_told_in_the_readers_language(merchant, clock):
    send(merchant)
    with translation.override("zh-hans"), pytest.raises(TooSoon) as refused:
        send(merchant)
    with translation.override("zh-hans"):
        assert str(refused.value) == "验证码刚刚已发送，请在 60 秒后再获取。"


def test_without_account_and_sandbox_nothing_is_offered(merchant, settings, rows):
    settings.SANDBOX = False
    with tenancy.scope(merchant.pk):
        assert not queries.can_send()
    with pytest.raises(NotConnected):
        send(merchant)
    assert rows("pk") == []
    connect(merchant, is_active=False)
    with pytest.raises(NotConnected):
        send(merchant)
    settings.SANDBOX = True
    with tenancy.scope(merchant.pk):
        assert queries.can_send()


def test_the_sandbox_is_off_unless_asked_for():
    assert written.SANDBOX is False


def test_never_inside_a_transaction(merchant, rows):
    with tenancy.scope(merchant.pk), pytest.raises(RuntimeError):
        send(merchant)
    with tenancy.scope(merchant.pk), pytest.raises(RuntimeError):
        check(merchant, "000000")
    assert rows("pk") == []


def test_the_cost_does_not_grow(merchant, clock):
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            send(merchant)
        return len([query for query in seen.captured_queries if "messaging_" in query["sql"]])

    first = cost()
    for number in range(9):
        clock.go(minutes=2)
        send(merchant, f"+861390013000{number}")
    clock.go(minutes=2)
    # The account, the phone's rows, the address's, the day's, the new row, its state.
    assert (first, cost()) == (6, 6)


def test_old_ones_go_by_themselves(merchant, clock, rows):
    send(merchant)
    clock.go(days=4)
    send(merchant)
    clock.go(days=4)
    with tenancy.scope(merchant.pk):
        lines = {line.timer.kind: line for line in retention.overview(actor=access.system(merchant.pk))}
        assert lines["one_time_codes"].due == 1
        assert retention.sweep(actor=access.system(merchant.pk))["one_time_codes"] == 1
        assert OneTimeCode.objects.count() == 1

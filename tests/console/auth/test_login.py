from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine

from tests.console.conftest import make_member
from tests.factories.merchants import PASSWORD, make_merchant
from yutang.areas.merchants import services
from yutang.areas.merchants.models import LoginAttempt, Member, User
from yutang.core import access, tenancy
from yutang.core.models import AuditEntry

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@pytest.fixture
def guide(db):
    """Somebody whose role needs no second factor."""
    return make_member(make_merchant(), "guide")


def log_in(client, email, password=PASSWORD, headers=None, **more):
    return client.post("/login", {"email": email, "password": password, **more}, headers=headers)


def enrolled(member):
    secret = services.account.begin_factor(user=member.user)
    totp = pyotp.TOTP(secret)
    codes = services.account.confirm_factor(user=member.user, code=totp.now(), ip=None)
    return totp, codes


def test_password_lets_in_and_stands_in_the_log(client, guide):
    before = client.session.session_key
    response = log_in(client, guide.user.email.upper())
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(guide.user_id)
    assert client.session.session_key != before
    with tenancy.scope(guide.merchant_id):
        assert AuditEntry.objects.filter(action="auth.login", actor_id=guide.user_id).count() == 1


@pytest.mark.parametrize("known", [True, False])
def test_wrong_password_and_unknown_email_read_the_same(client, guide, known):
    response = log_in(client, guide.user.email if known else "nobody@example.com", "wrong")
    assert response.status_code == 422
    assert "E-mail and password do not match." in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_unknown_email_costs_a_hash_too(client, db, monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    log_in(client, "nobody@example.com", "guess")
    assert hashed == ["guess"]


@pytest.mark.parametrize("known", [True, False])
def test_the_sixth_attempt_waits_even_with_the_right_password(client, guide, known):
    email = guide.user.email if known else "nobody@example.com"
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            assert log_in(client, email, "wrong").status_code == 422
        refused = log_in(client, email)
        assert "Too many failed attempts. Try again in 15 min." in refused.content.decode()
        assert "_auth_user_id" not in client.session
        clock.shift(timedelta(minutes=15, seconds=1))
        assert log_in(client, email).status_code == (302 if known else 422)


def test_an_address_that_tries_many_accounts_waits(client, guide):
    for number in range(30):
        log_in(client, f"nobody-{number}@example.com", "wrong")
    assert "Too many failed attempts" in log_in(client, guide.user.email).content.decode()


def test_success_forgets_the_failures(client, guide):
    for _ in range(4):
        log_in(client, guide.user.email, "wrong")
    log_in(client, guide.user.email)
    assert LoginAttempt.objects.filter(key=f"email:{guide.user.email}").count() == 0


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_next_leads_nowhere_else(client, guide, elsewhere):
    assert "evil" not in log_in(client, guide.user.email, next=elsewhere)["Location"]
    assert "javascript" not in log_in(client, guide.user.email, next=elsewhere)["Location"]


@pytest.mark.parametrize("word", ["abc", "a b", "?x", "湖", "%00", "console:login"])
def test_a_bare_word_is_no_address(client, guide, word):
    assert client.post("/language", {"language": "en", "next": word})["Location"] == "/"
    assert log_in(client, guide.user.email, next=word)["Location"].startswith("/")


def test_next_leads_back(client, guide):
    assert log_in(client, guide.user.email, next="/account?tab=1")["Location"] == "/account?tab=1"


@pytest.mark.parametrize("role", ["owner", "finance"])
def test_owner_and_finance_must_set_up_a_second_factor(client, db, role):
    member = make_member(make_merchant(), role)
    assert log_in(client, member.user.email)["Location"] == "/login/enrol"
    assert client.get("/account")["Location"].startswith("/login")  # the password alone opens nothing
    page = client.get("/login/enrol").content.decode()
    assert "<svg" in page
    secret = services.account.begin_factor(user=member.user)
    assert " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) in page
    wrong = client.post("/login/enrol", {"code": "000000"})
    assert wrong.status_code == 422
    done = client.post("/login/enrol", {"code": pyotp.TOTP(secret).now()})
    assert done.content.decode().count("<li><code") == 10
    assert client.get("/account").status_code == 200
    member.user.refresh_from_db()
    assert secret.encode() not in bytes(member.user.totp_secret)
    assert len(member.user.recovery_hashes) == 10


def test_the_merchant_may_ask_for_none(client, db):
    merchant = make_merchant()
    with tenancy.scope(merchant.pk):
        services.merchants.change(
            name=merchant.name, timezone=merchant.timezone, second_factor="optional", actor=access.system(merchant.pk)
        )
    member = make_member(merchant, "owner")
    assert log_in(client, member.user.email)["Location"] not in {"/login/enrol", "/login/code"}


def test_a_code_is_good_once(client, guide):
    with time_machine.travel(NOON, tick=False) as clock:
        totp, _ = enrolled(guide)
        log_in(client, guide.user.email)
        assert client.post("/login/code", {"code": totp.now()}).status_code == 422  # used to set it up
        clock.shift(timedelta(seconds=30))
        assert client.post("/login/code", {"code": totp.now()}).status_code == 302
        client.post("/logout")
        log_in(client, guide.user.email)
        assert client.post("/login/code", {"code": totp.now()}).status_code == 422
        assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("drift", "status"), [(-60, 422), (-30, 302), (0, 302), (30, 302), (60, 422)])
def test_one_step_of_drift_is_forgiven(client, guide, drift, status):
    with time_machine.travel(NOON, tick=False) as clock:
        totp, _ = enrolled(guide)
        clock.shift(timedelta(minutes=10))
        log_in(client, guide.user.email)
        code = totp.at(datetime.now(UTC) + timedelta(seconds=drift))
        assert client.post("/login/code", {"code": code}).status_code == status


def test_failed_codes_are_logged_and_limited(client, guide):
    with time_machine.travel(NOON, tick=False) as clock:
        totp, _ = enrolled(guide)
        clock.shift(timedelta(minutes=1))
        log_in(client, guide.user.email)
        for _ in range(5):
            client.post("/login/code", {"code": "123456"})
        refused = client.post("/login/code", {"code": totp.now()})
        assert "Too many failed attempts" in refused.content.decode()
    with tenancy.scope(guide.merchant_id):
        assert AuditEntry.objects.filter(action="auth.factor_failed").count() == 5


def test_a_recovery_code_is_good_once(client, guide):
    _, codes = enrolled(guide)
    log_in(client, guide.user.email)
    assert client.post("/login/code", {"code": codes[0].lower()}).status_code == 302
    client.post("/logout")
    log_in(client, guide.user.email)
    assert client.post("/login/code", {"code": codes[0]}).status_code == 422


def test_a_pending_log_in_expires(client, guide):
    with time_machine.travel(NOON, tick=False) as clock:
        enrolled(guide)
        log_in(client, guide.user.email)
        clock.shift(timedelta(minutes=11))
        assert client.get("/login/code")["Location"] == "/login"


def test_several_merchants_are_chosen_from(client, guide):
    second = make_merchant()
    with tenancy.scope(second.pk):
        services.add_member(email=guide.user.email, name="", password=None, actor=access.system(second.pk))
    stranger = make_merchant()
    assert log_in(client, guide.user.email)["Location"] == "/merchants?next="
    assert second.name in client.get("/merchants").content.decode()
    assert client.post("/merchants", {"merchant": stranger.pk}).status_code == 422
    assert client.post("/merchants", {"merchant": second.pk}).status_code == 302
    assert second.name in client.get("/account").content.decode()


def test_logging_out_needs_a_post_and_is_logged(client, guide):
    log_in(client, guide.user.email)
    assert client.get("/logout").status_code == 405
    client.post("/logout")
    assert "_auth_user_id" not in client.session
    with tenancy.scope(guide.merchant_id):
        assert AuditEntry.objects.filter(action="auth.logout").count() == 1


def test_a_deactivated_member_is_out_at_once(client, guide):
    log_in(client, guide.user.email)
    with tenancy.scope(guide.merchant_id):
        Member.objects.filter(pk=guide.pk).update(is_active=False)
    assert client.get("/account")["Location"].startswith("/login")
    assert "_auth_user_id" not in client.session
    log_in(client, guide.user.email)
    assert "_auth_user_id" not in client.session


def test_a_new_password_ends_other_sessions(client, guide):
    from django.test import Client

    other = Client()
    log_in(client, guide.user.email)
    log_in(other, guide.user.email)
    new = {"current": PASSWORD, "password": "a fresh long sentence", "again": "a fresh long sentence"}
    assert client.post("/account/password", new).status_code == 302
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"current": "wrong"}, "This is not your current password."),
        ({"again": "different sentence"}, "The two passwords differ."),
        ({"password": "short", "again": "short"}, "too short"),
    ],
)
def test_password_change_refuses(client, guide, change, message):
    log_in(client, guide.user.email)
    sent = {"current": PASSWORD, "password": "a fresh long sentence", "again": "a fresh long sentence", **change}
    response = client.post("/account/password", sent)
    assert response.status_code == 422
    assert message in response.content.decode()
    guide.user.refresh_from_db()
    assert guide.user.check_password(PASSWORD)


def test_second_factor_by_choice_and_off_again(client, guide):
    with time_machine.travel(NOON, tick=False) as clock:
        log_in(client, guide.user.email)
        client.get("/account/factor")
        totp = pyotp.TOTP(services.account.begin_factor(user=guide.user))
        assert "<li><code" in client.post("/account/factor", {"code": totp.now()}).content.decode()
        clock.shift(timedelta(seconds=30))
        renewed = client.post("/account/recovery", {"code": totp.now()})
        assert renewed.content.decode().count("<li><code") == 10
        clock.shift(timedelta(seconds=30))
        assert client.post("/account/factor", {"code": totp.now()}).status_code == 302
    guide.user.refresh_from_db()
    assert guide.user.totp_confirmed_at is None


def test_language_is_remembered_on_the_person(client, guide):
    log_in(client, guide.user.email)
    response = client.post("/language", {"language": "zh-hans", "next": "/account"})
    assert response["Location"] == "/account"
    assert 'lang="zh-hans"' in client.get("/account").content.decode()
    guide.user.refresh_from_db()
    assert guide.user.language == "zh-hans"
    assert client.post("/language", {"language": "xx", "next": "https://evil.example"})["Location"] == "/"


def test_until_a_language_is_chosen_the_browser_decides(client, guide):
    guide.user.language = ""
    guide.user.save()
    log_in(client, guide.user.email)
    for browser, shown in (("en-GB,en;q=0.9", "en"), ("zh-CN,zh;q=0.9", "zh-hans"), ("fi", "zh-hans")):
        page = client.get("/account", headers={"Accept-Language": browser}).content.decode()
        assert f'<html lang="{shown}">' in page, browser
    guide.user.refresh_from_db()
    assert guide.user.language == ""


def test_a_language_chosen_on_the_log_in_page_goes_along_and_stays(client, guide):
    assert guide.user.language == "en"
    client.post("/language", {"language": "zh-hans", "next": "/login"})
    log_in(client, guide.user.email)
    assert '<html lang="zh-hans">' in client.get("/account", headers={"Accept-Language": "en"}).content.decode()
    guide.user.refresh_from_db()
    assert guide.user.language == "zh-hans"


def test_passwords_are_stored_as_argon2():
    import yutang.settings

    assert yutang.settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


# -- whose attempts count together -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.7", "127.0.0.1"),  # anybody may write it
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the visitor wrote the first
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (2, "203.0.113.7", "127.0.0.1"),  # past one of the proxies
        (1, "unknown", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_address_of_the_visitor(client, db, settings, proxies, header, address):
    settings.TRUSTED_PROXIES = proxies
    assert log_in(client, "nobody@example.com", headers={"X-Forwarded-For": header}).status_code == 422
    assert LoginAttempt.objects.filter(key=f"ip:{address}").count() == 1


def test_visitors_behind_one_proxy_do_not_use_up_each_others_attempts(client, guide, settings):
    settings.TRUSTED_PROXIES = 1
    for number in range(services.account.LIMITS["ip"]):
        log_in(client, f"nobody{number}@example.com", headers={"X-Forwarded-For": "203.0.113.7"})
    refused = log_in(client, guide.user.email, headers={"X-Forwarded-For": "203.0.113.7"})
    assert "Too many failed attempts." in refused.content.decode()
    assert "_auth_user_id" not in client.session
    assert log_in(client, guide.user.email, headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 302
    assert client.session["_auth_user_id"] == str(guide.user_id)

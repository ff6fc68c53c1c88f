"""A person's own log-in, whatever merchant they work for: password, second factor, language.

Failures are counted before the secret is checked and forgotten when it was right, so that parallel guesses cannot slip
past the limit. Nothing here is one transaction on purpose: a refused attempt must stay counted.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

import pyotp
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from yutang.areas.merchants import queries
from yutang.areas.merchants.errors import FactorRequired, LinkExpired, TooManyAttempts, WrongCode, WrongCredentials
from yutang.areas.merchants.models import LoginAttempt, User
from yutang.core import audit, clock, crypto, locks, tenancy
from yutang.core.access import Actor
from yutang.core.errors import Invalid
from yutang.core.locks import Lock

WINDOW = timedelta(minutes=15)
LIMITS = {"email": 5, "ip": 30, "factor": 5}
STEP_SECONDS = 30
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_NO_MERCHANT = 0  # a second factor belongs to the person, not to a merchant


# -- password --------------------------------------------------------------------------------------------------------


def check_password(*, email: str, password: str, ip: str | None) -> User:
    """The user with these credentials. Unknown e-mails cost the same time and read the same as wrong passwords."""
    email = email.strip().lower()
    attempts = _count_attempt(("email", email), ("ip", ip or "?"))
    user = User.objects.filter(email=email).first()
    if user is None:
        User().set_password(password)  # the same work as comparing
        raise WrongCredentials
    if not user.check_password(password) or not user.is_active:
        raise WrongCredentials
    _forget(attempts, f"email:{email}")
    return user


@transaction.atomic
def set_password(*, user: User, password: str, actor: Actor | None = None) -> None:
    """A new password by its owner; every other session of the account ends with it."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(field="password", field_label=gettext("Password"), reason=" ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    if actor is not None:
        audit.record("auth.password_changed", actor=actor, object_type="user", object_id=user.pk)


def password_link_token(user: User) -> str:
    """Good for settings.PASSWORD_RESET_TIMEOUT, once: it is bound to the present password and last log-in."""
    return default_token_generator.make_token(user)


@transaction.atomic
def use_link(*, user_id: int, token: str, password: str) -> None:
    """The password its owner chose behind a link. Of several who send it at once, the first."""
    User.objects.select_for_update().filter(pk=user_id).first()
    set_password(user=user_of_link(user_id=user_id, token=token), password=password)


def user_of_link(*, user_id: int, token: str) -> User:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not default_token_generator.check_token(user, token):
        raise LinkExpired
    return user


# -- second factor ---------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_factor(*, user: User) -> str:
    """The secret (base32) to be set up; the same one until a code confirms it."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.totp_confirmed_at is None and user.totp_secret is not None:
        return crypto.decrypt(bytes(user.totp_secret), _NO_MERCHANT)
    if user.totp_confirmed_at is not None:
        raise WrongCode
    secret = pyotp.random_base32()
    user.totp_secret = crypto.encrypt(secret, _NO_MERCHANT)
    user.save(update_fields=["totp_secret"])
    return secret


def confirm_factor(*, user: User, code: str, ip: str | None) -> list[str]:
    """Turns the second factor on with a first code from the app; returns the recovery codes, shown this once."""
    attempts = _count_attempt(("factor", str(user.pk)))
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.totp_secret is None or locked.totp_confirmed_at is not None or not _uses_code(locked, code):
            raise WrongCode(field="code")
        locked.totp_confirmed_at = clock.now()
        codes = _new_recovery_codes(locked)
        locked.save()
    _forget(attempts, f"factor:{user.pk}")
    _record_everywhere(user, "auth.factor_on", ip)
    return codes


def use_factor(*, user: User, code: str, ip: str | None) -> None:
    """Accepts a code of the app or a recovery code, each once. Refusals are logged with every merchant concerned."""
    attempts = _count_attempt(("factor", str(user.pk)))
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        accepted = locked.totp_confirmed_at is not None and (_uses_code(locked, code) or _uses_recovery(locked, code))
        if accepted:
            locked.save(update_fields=["totp_last_step", "recovery_hashes"])
    if not accepted:
        _record_everywhere(user, "auth.factor_failed", ip)
        raise WrongCode(field="code")
    _forget(attempts, f"factor:{user.pk}")


def renew_recovery_codes(*, user: User, code: str, actor: Actor) -> list[str]:
    use_factor(user=user, code=code, ip=actor.ip)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        codes = _new_recovery_codes(locked)
        locked.save(update_fields=["recovery_hashes"])
        audit.record("auth.recovery_renewed", actor=actor, object_type="user", object_id=user.pk)
    return codes


def turn_factor_off(*, user: User, code: str, actor: Actor) -> None:
    if queries.must_have_factor(user):
        raise FactorRequired
    use_factor(user=user, code=code, ip=actor.ip)
    with transaction.atomic():
        clear_factor(user=user)
        audit.record("auth.factor_off", actor=actor, object_type="user", object_id=user.pk)


def clear_factor(*, user: User) -> None:
    """Without a second factor again; the last step stays, so that an old code stays used."""
    User.objects.filter(pk=user.pk).update(totp_secret=None, totp_confirmed_at=None, recovery_hashes=[])


def _uses_code(user: User, code: str) -> bool:
    """RFC 6238, one step of drift either way; a step that was used, and all before it, is gone."""
    code = code.replace(" ", "")
    totp = pyotp.TOTP(crypto.decrypt(bytes(user.totp_secret or b""), _NO_MERCHANT), interval=STEP_SECONDS)
    now = int(clock.now().timestamp()) // STEP_SECONDS
    for step in (now - 1, now, now + 1):
        if step > user.totp_last_step and hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode()):
            user.totp_last_step = step
            return True
    return False


def _new_recovery_codes(user: User) -> list[str]:
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    user.recovery_hashes = [_recovery_hash(user, code) for code in codes]
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _uses_recovery(user: User, code: str) -> bool:
    found = _recovery_hash(user, code.replace("-", "").replace(" ", "").upper())
    if found not in user.recovery_hashes:
        return False
    user.recovery_hashes = [kept for kept in user.recovery_hashes if kept != found]
    return True


def _recovery_hash(user: User, code: str) -> str:
    # 50 random bits under a key of this installation: a slow hash would add nothing.
    return salted_hmac("yutang.recovery", f"{user.pk}:{code}", algorithm="sha256").hexdigest()


# -- coming and going ------------------------------------------------------------------------------------------------


def entered(*, actor: Actor) -> None:
    audit.record("auth.login", actor=actor, object_type="user", object_id=actor.id)


def left(*, actor: Actor) -> None:
    audit.record("auth.logout", actor=actor, object_type="user", object_id=actor.id)


def choose_language(*, user: User, language: str) -> None:
    user.language = language
    user.save(update_fields=["language"])


def _record_everywhere(user: User, action: str, ip: str | None) -> None:
    with tenancy.account_scope(user.pk):
        merchant_ids = [member.merchant_id for member in queries.memberships(user)]
    for merchant_id in merchant_ids:
        with tenancy.scope(merchant_id):
            actor = Actor(kind="user", id=user.pk, name=str(user), merchant_id=merchant_id, ip=ip)
            audit.record(action, actor=actor, object_type="user", object_id=user.pk)


# -- throttling ------------------------------------------------------------------------------------------------------


def _count_attempt(*keys: tuple[str, str]) -> list[int]:
    """Writes the attempt first, then looks whether it is one too many; refused ones do not prolong the wait.

    Inside a request that is one transaction (somebody logged in guesses) the others would not see it: there they wait.
    """
    since = clock.now() - WINDOW
    for kind, value in sorted(keys):
        locks.until_commit(Lock.LOGIN, f"{kind}:{value}")
    rows = LoginAttempt.objects.bulk_create(LoginAttempt(key=f"{kind}:{value}"[:300]) for kind, value in keys)
    mine = [row.pk for row in rows]
    for row, (kind, _) in zip(rows, keys, strict=True):
        recent = list(
            LoginAttempt.objects.filter(key=row.key, at__gte=since).order_by("at")[: LIMITS[kind] + 1].values_list("at")
        )
        if len(recent) > LIMITS[kind]:
            LoginAttempt.objects.filter(pk__in=mine).delete()
            wait = recent[0][0] + WINDOW - clock.now()
            raise TooManyAttempts(minutes=max(1, -(-int(wait.total_seconds()) // 60)))
    return mine


def _forget(attempts: list[int], key: str) -> None:
    """After a success."""
    LoginAttempt.objects.filter(pk__in=attempts).delete()
    LoginAttempt.objects.filter(key=key).delete()


def forget_old_attempts() -> int:
    """Housekeeping: attempts that count no more."""
    deleted, _ = LoginAttempt.objects.filter(at__lt=clock.now() - WINDOW).delete()
    return deleted

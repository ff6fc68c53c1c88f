"""A code is good in the browser that asked for it; what others guess costs its owner nothing."""

from __future__ import annotations

import pytest

from tests.factories.messaging import PHONE, check, send, wrong
from yutang.areas.messaging.errors import CodeExpired, TooManyTries, TooSoon, WrongCode

OWNER, STRANGER = "1" * 32, "2" * 32


def test_guesses_of_others_use_up_no_tries(merchant, rows):
    code = send(merchant, visitor=OWNER).shown
    for guess in [*[wrong(code)] * 6, code]:
        with pytest.raises(CodeExpired):
            check(merchant, guess, visitor=STRANGER)
    assert rows("tries", "used_at") == [(0, None)]
    assert check(merchant, code, visitor=OWNER) == PHONE


def test_a_code_that_others_ask_for_leaves_the_owners_good(merchant, clock, rows):
    owners = send(merchant, visitor=OWNER).shown
    with pytest.raises(TooSoon):  # the phone rings once a minute, whoever asks
        send(merchant, visitor=STRANGER)
    clock.go(minutes=1)
    others = send(merchant, visitor=STRANGER).shown
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode) as refused:
            check(merchant, wrong(others), visitor=STRANGER)
        assert refused.value.params == {"left": left}
    with pytest.raises(TooManyTries):
        check(merchant, wrong(others), visitor=STRANGER)
    assert check(merchant, owners, visitor=OWNER) == PHONE
    assert rows("tries") == [(1,), (5,)]

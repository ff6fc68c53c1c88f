"""A right code works once; guesses are counted and end."""

from __future__ import annotations

import pytest

from tests.factories.messaging import PHONE, check, send, wrong
from yutang.areas.messaging.errors import BadPhone, CodeExpired, TooManyTries, WrongCode


def test_once(merchant, clock, rows):
    code = send(merchant).shown
    assert check(merchant, code) == PHONE
    with pytest.raises(CodeExpired) as refused:
        check(merchant, code)
    assert (refused.value.field, refused.value.status) == ("code", 422)
    assert rows("tries") == [(1,)]


@pytest.mark.parametrize(
    "shape", [" {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "{0[0]}{0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}"]
)
def test_a_code_may_be_typed_with_gaps(merchant, shape):
    code = send(merchant).shown
    assert check(merchant, shape.format(code)) == PHONE


def test_full_width_digits_are_digits(merchant):
    code = send(merchant).shown
    assert check(merchant, code.translate({ord("0") + n: ord("０") + n for n in range(10)})) == PHONE


def test_five_guesses(merchant, clock, rows):
    code = send(merchant).shown
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode) as refused:
            check(merchant, wrong(code))
        assert (refused.value.params, refused.value.field) == ({"left": left}, "code")
        assert str(refused.value) == f"The code is wrong. Tries left: {left}."
    for guess in (wrong(code), code):
        with pytest.raises(TooManyTries):
            check(merchant, guess)
    assert rows("tries", "used_at") == [(5, None)]
    clock.go(minutes=1)
    assert check(merchant, send(merchant).shown) == PHONE


@pytest.mark.parametrize("guess", ["", "12345", "1234567", "abcdef", "12345\ud800", "²³¹⁴⁵⁶x"])
def test_what_is_no_code_is_a_wrong_one(merchant, guess):
    send(merchant)
    with pytest.raises(WrongCode):
        check(merchant, guess)


def test_five_minutes(merchant, clock):
    code = send(merchant).shown
    clock.go(seconds=299)
    with pytest.raises(WrongCode):
        check(merchant, wrong(code))
    clock.go(seconds=1)
    with pytest.raises(CodeExpired):
        check(merchant, code)


def test_a_new_one_makes_the_earlier_worthless(merchant, clock):
    first = send(merchant).shown
    clock.go(minutes=1)
    second = send(merchant).shown
    if first != second:
        with pytest.raises(WrongCode):
            check(merchant, first)
    assert check(merchant, second) == PHONE


def test_for_one_purpose_and_one_phone_only(merchant, clock):
    code = send(merchant).shown
    with pytest.raises(CodeExpired):
        check(merchant, code, purpose="bind")
    with pytest.raises(CodeExpired):
        check(merchant, code, phone="+8613800138001")
    with pytest.raises(BadPhone):
        check(merchant, code, phone="138")
    clock.go(minutes=1)
    other = send(merchant, purpose="bind").shown
    assert check(merchant, code) == PHONE
    assert check(merchant, other, purpose="bind") == PHONE

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from yutang.core import crypto

PHONE = "+8613800138000"


def test_a_value_comes_back_and_is_never_stored_readable():
    stored = crypto.encrypt(PHONE, 7)
    assert crypto.decrypt(stored, 7) == PHONE
    assert b"138" not in stored
    assert crypto.encrypt(PHONE, 7) != stored, "equal values must not look equal"


def test_another_merchant_cannot_decrypt_nor_join():
    with pytest.raises(InvalidTag):
        crypto.decrypt(crypto.encrypt(PHONE, 7), 8)
    assert crypto.blind_index("phone", PHONE, 7) != crypto.blind_index("phone", PHONE, 8)


def test_a_blind_index_is_stable_and_depends_on_the_kind():
    assert crypto.blind_index("phone", PHONE, 7) == crypto.blind_indexes("phone", ["x", PHONE], 7)[1]
    assert crypto.blind_index("phone", PHONE, 7) != crypto.blind_index("email", PHONE, 7)
    assert len(crypto.blind_index("phone", PHONE, 7)) == 16


@pytest.mark.parametrize(
    ("phone", "masked"), [(PHONE, "138****8000"), ("+447911123456", "+44****3456"), ("+85212", "****12")]
)
def test_masks_show_too_little_to_call(phone, masked):
    assert crypto.mask_phone(phone) == masked


def test_written_phones_begin_like_no_formula():
    assert [crypto.written_phone(phone) for phone in (PHONE, "+447911123456")] == ["13800138000", "00447911123456"]


def test_masked_e_mail_keeps_the_domain():
    assert crypto.mask_email("wang@example.com") == "w***@example.com"

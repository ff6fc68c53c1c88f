"""To whom and where something is sent, and what is wrong with what somebody entered."""

from __future__ import annotations

import json
from dataclasses import dataclass

import phonenumbers
from django.utils.translation import gettext, gettext_noop

from yutang.areas.customers.addresses import regions
from yutang.core import crypto

LONGEST_NAME = 40
STREET = (2, 120)
LABELS = {
    "name": gettext_noop("Recipient"), "phone": gettext_noop("Phone"), "province": gettext_noop("Province"),
    "city": gettext_noop("City"), "district": gettext_noop("District"), "street": gettext_noop("Street and number"),
}  # fmt: skip


@dataclass(frozen=True)
class Recipient:
    """To whom and where; stored encrypted."""

    name: str = ""
    phone: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""

    @property
    def written_phone(self) -> str:
        return crypto.written_phone(self.phone)

    @property
    def region(self) -> str:
        """A city that is a province is named once: 上海市静安区."""
        return "".join(dict.fromkeys((self.province, self.city, self.district)))

    def sealed(self, merchant_id: int) -> bytes:
        return crypto.encrypt(json.dumps(vars(self), ensure_ascii=False), merchant_id)

    @classmethod
    def opened(cls, stored: bytes | memoryview, merchant_id: int) -> Recipient:
        return cls(**json.loads(crypto.decrypt(stored, merchant_id)))


def checked(entered: Recipient, *, phone_region: str) -> tuple[Recipient, dict[str, str]]:
    """The normal form (phones in E.164), and what is wrong as {field: reason}, in the order of the fields."""
    found = Recipient(**{field: " ".join(text.split()) for field, text in vars(entered).items()})
    errors: dict[str, str] = {}
    if not 1 <= len(found.name) <= LONGEST_NAME:
        errors["name"] = gettext("Write 1 to %(most)s characters.") % {"most": LONGEST_NAME}
    phone = _phone(found.phone, phone_region)
    if not phone:
        errors["phone"] = gettext("This is no phone number.")
    if wrong := regions.wrong_part(found.province, found.city, found.district):
        errors[wrong] = gettext("Choose one of the list.")
    if not STREET[0] <= len(found.street) <= STREET[1]:
        errors["street"] = gettext("Write %(least)s to %(most)s characters.") % {"least": STREET[0], "most": STREET[1]}
    return Recipient(found.name, phone, found.province, found.city, found.district, found.street), errors


def _phone(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if number.extension or not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

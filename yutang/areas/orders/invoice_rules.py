"""What can stand on an invoice, and where a request stands. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext, gettext_noop
from stdnum.cn import ric, uscc

from yutang.areas.orders.models import Invoice
from yutang.core import crypto

State, Kind = Invoice.State, Invoice.Kind
LONGEST_TITLE, LONGEST_EMAIL, LONGEST_URL = 100, 100, 500
LABELS = {
    "kind": gettext_noop("Invoice for"), "title": gettext_noop("Invoice title"), "tax_no": gettext_noop("Tax number"),
    "email": gettext_noop("E-mail"), "number": gettext_noop("Invoice number"), "issued_on": gettext_noop("Date"),
    "url": gettext_noop("Link"),
}  # fmt: skip
_NUMBER = re.compile(r"[0-9A-Za-z-]{4,40}")
_REGISTERED_BEFORE_2015 = re.compile(r"\d{6}[0-9A-Z]{9}")  # region and organisation code


@dataclass(frozen=True)
class InvoiceDetails:
    """For whom; stored encrypted. `tax_no` of companies only."""

    kind: str = ""
    title: str = ""
    tax_no: str = ""
    email: str = ""

    def sealed(self, merchant_id: int) -> bytes:
        return crypto.encrypt(json.dumps(asdict(self), ensure_ascii=False), merchant_id)

    @classmethod
    def opened(cls, stored: bytes | memoryview, merchant_id: int) -> InvoiceDetails:
        return cls(**json.loads(crypto.decrypt(stored, merchant_id)))

    def masked(self) -> InvoiceDetails:
        """As lists show it."""
        return InvoiceDetails(
            self.kind, self.title[:2] + "***" if len(self.title) > 2 else self.title[:1] + "**",
            f"{self.tax_no[:4]}****{self.tax_no[-4:]}" if self.tax_no else "",
            crypto.mask_email(self.email) if self.email else "",
        )  # fmt: skip


@dataclass(frozen=True)
class Document:
    """What the tax bureau's system gave."""

    number: str
    issued_on: date
    url: str = ""


def checked(entered: InvoiceDetails) -> tuple[InvoiceDetails, dict[str, str]]:
    """The normal form, and what is wrong as {field: reason}, in the order of the fields."""
    is_company = entered.kind == Kind.COMPANY
    found = InvoiceDetails(
        entered.kind, " ".join(entered.title.split()), tax_number(entered.tax_no) if is_company else "",
        entered.email.strip(),
    )  # fmt: skip
    errors: dict[str, str] = {}
    if entered.kind not in Kind.values:
        errors["kind"] = gettext("Choose one of the list.")
    if not 1 <= len(found.title) <= LONGEST_TITLE:
        errors["title"] = gettext("Write 1 to %(most)s characters.") % {"most": LONGEST_TITLE}
    if is_company and not is_tax_number(found.tax_no):
        errors["tax_no"] = gettext("This is no tax number. It has 18 characters; old ones have 15 or 20.")
    if found.email and not _is_email(found.email):
        errors["email"] = gettext("This is no e-mail address.")
    return found, errors


def wrong_in(document: Document, *, today: date) -> dict[str, str]:
    """{field: reason}."""
    errors: dict[str, str] = {}
    if not _NUMBER.fullmatch(document.number):
        errors["number"] = gettext("Write 4 to 40 letters and digits.")
    if document.issued_on > today:
        errors["issued_on"] = gettext("This day is still to come.")
    if document.url and not _is_https(document.url):
        errors["url"] = gettext("Write an address that begins with https://.")
    return errors


def tax_number(text: str) -> str:
    """As people paste it: full-width characters, spaces and dashes between, small letters."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def is_tax_number(number: str) -> bool:
    """18: the unified social credit code (GB 32100), or the identity number of a trader who has none. 15: registered
    before 2015. 20: the identity number of a trader, and two digits."""
    if len(number) == 18:
        return bool(uscc.is_valid(number) or ric.is_valid(number))
    if len(number) == 20:
        return number[18:].isdecimal() and number.isascii() and bool(ric.is_valid(number[:18]))
    return number.isascii() and _REGISTERED_BEFORE_2015.fullmatch(number) is not None


def title_key(title: str) -> str:
    """Under which a title is found: brackets come full-width and half-width."""
    return "".join(unicodedata.normalize("NFKC", title).split()).casefold()


def state(*, is_paid: bool, kept: int, invoiced: int) -> Invoice.State:
    """`kept`: paid and not given back; `invoiced`: Σ documents. Minor units."""
    if not is_paid:
        return State.ASKED
    if kept != invoiced:
        return State.WAITING if kept > invoiced else State.TO_REVERSE
    return State.ISSUED if kept else State.OVER


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_EMAIL


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = len(url) <= LONGEST_URL and not re.search(r"\s", url)
    return parts.scheme == "https" and bool(parts.hostname) and is_plain

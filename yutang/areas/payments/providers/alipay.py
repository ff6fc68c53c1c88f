"""Alipay: wap in browsers of phones, page on computers, precreate as a QR code. Not inside WeChat, which blocks it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from urllib.parse import parse_qsl

from django.conf import settings
from django.utils.translation import gettext_noop

from yutang.areas.payments.errors import (
    BillNotReady,
    Declined,
    ForgedNotice,
    NotEnoughFunds,
    Unreachable,
    UnreadableNotice,
)
from yutang.areas.payments.models import About, Refund, Tender
from yutang.areas.payments.payables import Due
from yutang.areas.payments.providers import Answer, Line, Paid, Payer, Refunded, Started, Told, accounts
from yutang.connectors.alipay import errors, notices, shapes
from yutang.connectors.alipay.client import Client
from yutang.connectors.alipay.keys import Keys, certificate_mode, key_mode
from yutang.core import clock
from yutang.core.credentials import Field

_CERTIFICATES = ("app_certificate", "alipay_certificate", "alipay_root_certificate")
_MOST_FIELDS = 100


class Alipay:
    key = "alipay"
    label = gettext_noop("Alipay")
    is_local = False
    methods = ("wap", "page", "precreate")
    fields = (
        Field("app_id", gettext_noop("App ID")),
        Field("seller_id", gettext_noop("Seller number (2088…)")),
        Field("private_key", gettext_noop("Private key of the app"), is_secret=True, is_long=True),
        Field("alipay_public_key", gettext_noop("Alipay public key"), is_required=False, is_long=True),
        Field("app_certificate", gettext_noop("Certificate of the app"), is_required=False, is_long=True),
        Field("alipay_certificate", gettext_noop("Alipay certificate"), is_required=False, is_long=True),
        Field("alipay_root_certificate", gettext_noop("Alipay root certificate"), is_required=False, is_long=True),
    )

    def account_no(self, credentials: Mapping[str, str]) -> str:
        try:
            _keys(json.dumps(dict(credentials)))
        except errors.Malformed as error:
            raise ValueError(error.message) from error
        return credentials["seller_id"]

    def offers(self, method: str) -> bool:
        return accounts.offers(self.key, method)

    def start(self, tender: Tender, *, due: Due, return_url: str, payer: Payer) -> Started:
        del payer
        client = _client(tender.merchant_id)
        charge = shapes.Charge(
            out_trade_no=tender.no, amount=tender.amount, subject=due.subject[:256], expires_at=tender.expires_at,
            notify_url=accounts.notify_url(self.key, tender.merchant_id),
        )  # fmt: skip
        with _translated():
            if tender.method == "wap":
                return Started({"kind": "redirect", "url": client.wap_pay_url(charge, return_url=return_url)})
            if tender.method == "page":
                return Started({"kind": "redirect", "url": client.page_pay_url(charge, return_url=return_url)})
            return Started({"kind": "qr", "text": client.precreate(charge)})

    def ask(self, tender: Tender) -> Paid | None:
        with _translated():
            try:
                trade = _client(tender.merchant_id).query(out_trade_no=tender.no)
            except errors.NotFound:  # the buyer has not opened the page or scanned the code yet
                return None
        # Paid once and refunded in full since is "closed", with the time of the payment.
        if not (trade.is_paid or trade.paid_at):
            return None
        return Paid(trade.out_trade_no, trade.trade_no, trade.amount, trade.currency, trade.paid_at or clock.now())

    def close(self, tender: Tender) -> None:
        with _translated():
            try:
                _client(tender.merchant_id).close(out_trade_no=tender.no)
            except (errors.AlreadyPaid, errors.AlreadyClosed, errors.WrongState, errors.NotFound):
                return

    def refund(self, refund: Refund) -> Refunded | None:
        with _translated():
            try:
                done = _client(refund.merchant_id).refund(
                    out_request_no=refund.no, amount=refund.amount, out_trade_no=refund.tender.no, reason=refund.reason
                )
            except errors.NotEnoughFunds as error:
                raise NotEnoughFunds from error
        # Nothing moved by a repetition: the first one may have, so it is asked.
        return _refunded(refund, done) if done.is_moved else None

    def ask_refund(self, refund: Refund) -> Refunded | None:
        with _translated():
            done = _client(refund.merchant_id).query_refund(out_request_no=refund.no, out_trade_no=refund.tender.no)
        # None: it has not succeeded, and is repeated with the same number.
        return _refunded(refund, done) if done else self.refund(refund)

    def read_notice(self, merchant_id: int, headers: Mapping[str, str], body: bytes) -> Told | None:
        del headers
        keys = _keys(accounts.credentials(self.key, merchant_id))
        try:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
            notice = notices.open(form, keys=keys, now=clock.now())
        except errors.Untrusted as error:
            raise ForgedNotice from error
        except (errors.Malformed, ValueError) as error:
            raise UnreadableNotice from error
        # Refunds are asked for and answered at once; a notice of one still says that the trade was paid.
        if notice.paid_at is None:
            return None
        said = Paid(notice.out_trade_no, notice.trade_no, notice.amount, notice.currency, notice.paid_at)
        return Told(notice.notify_id, said, {"status": notice.status, "no": notice.out_trade_no})

    def answer(self, error: str = "", status: int = 200) -> Answer:
        return Answer(status, notices.FAILURE.encode()) if error else Answer(200, notices.SUCCESS.encode())

    def bill(self, merchant_id: int, day: date) -> Iterator[Line]:
        with _translated():
            try:
                yield from map(_line, _client(merchant_id).bill(day))
            except errors.NoBill as error:
                raise BillNotReady from error
            except errors.BrokenBill as error:
                raise ValueError(str(error)) from error


def _client(merchant_id: int) -> Client:
    keys = _keys(accounts.credentials(Alipay.key, merchant_id))
    return Client(keys, http=accounts.http(), base_url=settings.ALIPAY_URL)


@lru_cache(maxsize=256)
def _keys(entered: str) -> Keys:
    """Reading keys is slow."""
    values: dict[str, str] = json.loads(entered)
    known = {name: values[name] for name in ("app_id", "seller_id", "private_key")}
    certificates = {name: values[name] for name in _CERTIFICATES if values.get(name)}
    if certificates:
        if len(certificates) < len(_CERTIFICATES):
            raise errors.Malformed("all three certificates are needed")
        return certificate_mode(**known, **certificates)
    return key_mode(**known, alipay_public_key=values.get("alipay_public_key", ""))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (errors.OutcomeUnknown, errors.RateLimited) as error:
        raise Unreachable from error
    except (errors.Refused, errors.Invalid) as error:
        raise Declined(reason=str(error)) from error


def _refunded(refund: Refund, done: shapes.Refund) -> Refunded:
    # Alipay numbers no refunds; the trade's number and ours name it together.
    return Refunded(refund.no, done.trade_no, done.amount, has_succeeded=True, at=done.refunded_at or clock.now())


def _line(line: shapes.BillLine) -> Line:
    if line.kind == shapes.BillKind.REFUND:
        return Line(
            About.REFUND, line.out_request_no, line.trade_no, -line.amount, line.currency, -line.fee, line.finished_at
        )
    # The file writes what the merchant pays as negative.
    return Line(
        About.PAYMENT, line.out_trade_no, line.trade_no, line.amount, line.currency, -line.fee, line.finished_at
    )  # fmt: skip

"""WeChat Pay: JSAPI inside WeChat, H5 in other browsers of phones, native as a QR code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

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
from yutang.connectors.wechatpay import errors, notices, shapes
from yutang.connectors.wechatpay.client import Client
from yutang.connectors.wechatpay.keys import PUBLIC_KEY_PREFIX, Credentials, parse_public_key
from yutang.connectors.wechatpay.shapes import RefundStatus, TradeState
from yutang.core import clock, logs
from yutang.core.credentials import Field

log = logs.get(__name__)


class WechatPay:
    key = "wechatpay"
    label = gettext_noop("WeChat Pay")
    is_local = False
    methods = ("jsapi", "h5", "native")
    fields = (
        Field("mchid", gettext_noop("Merchant number")),
        Field("appid", gettext_noop("App ID")),
        Field("serial", gettext_noop("Serial number of the API certificate")),
        Field("private_key", gettext_noop("Private key (apiclient_key.pem)"), is_secret=True, is_long=True),
        Field("api_key", gettext_noop("APIv3 key"), is_secret=True),
        Field("public_key_id", gettext_noop("Number of the WeChat Pay public key"), is_required=False),
        Field("public_key", gettext_noop("WeChat Pay public key"), is_required=False, is_long=True),
    )

    def account_no(self, credentials: Mapping[str, str]) -> str:
        try:
            _parsed(json.dumps(dict(credentials)), settings.WECHATPAY_URL)
        except errors.Malformed as error:
            raise ValueError(error.message) from error
        return credentials["mchid"]

    def offers(self, method: str) -> bool:
        return accounts.offers(self.key, method)

    def start(self, tender: Tender, *, due: Due, return_url: str, payer: Payer) -> Started:
        client = _client(tender.merchant_id)
        new = shapes.NewTransaction(
            out_trade_no=tender.no, description=due.subject[:127], amount=tender.amount, currency=tender.currency,
            notify_url=accounts.notify_url(self.key, tender.merchant_id), expires_at=tender.expires_at,
        )  # fmt: skip
        with _translated():
            if tender.method == "jsapi":
                prepay_id = client.create_jsapi(new, openid=payer.openid)
                return Started({"kind": "jsapi", "parameters": client.jsapi_parameters(prepay_id)})
            if tender.method == "h5":
                url = client.create_h5(new, client_ip=payer.ip)
                return Started({"kind": "redirect", "url": _with_way_back(url, return_url)})
            return Started({"kind": "qr", "text": client.create_native(new)})

    def ask(self, tender: Tender) -> Paid | None:
        with _translated():
            try:
                return _paid(_client(tender.merchant_id).query(out_trade_no=tender.no))
            except errors.NotFound:  # begun with us, but not there
                return None

    def close(self, tender: Tender) -> None:
        with _translated():
            try:
                _client(tender.merchant_id).close(tender.no)
            except (errors.AlreadyPaid, errors.AlreadyClosed, errors.NotFound):
                return

    def refund(self, refund: Refund) -> Refunded | None:
        tender = refund.tender
        new = shapes.NewRefund(
            out_refund_no=refund.no, amount=refund.amount, total=tender.amount, currency=tender.currency,
            out_trade_no=tender.no, reason=refund.reason,
            notify_url=accounts.notify_url(self.key, refund.merchant_id),
        )  # fmt: skip
        with _translated():
            try:
                return _refunded(_client(refund.merchant_id).refund(new))
            except errors.NotEnoughFunds as error:
                raise NotEnoughFunds from error

    def ask_refund(self, refund: Refund) -> Refunded | None:
        with _translated():
            return _refunded(_client(refund.merchant_id).query_refund(refund.no))

    def read_notice(self, merchant_id: int, headers: Mapping[str, str], body: bytes) -> Told | None:
        client = _client(merchant_id)
        try:
            notice = client.open_notice(headers, body)
        except errors.Untrusted as error:
            raise ForgedNotice from error
        except errors.Malformed as error:
            raise UnreadableNotice from error
        except errors.WechatPayError as error:  # a new certificate was wanted, and could not be had
            raise Unreachable from error
        said: Paid | Refunded | None
        if isinstance(notice, shapes.RefundNotice):
            said = _refunded(notice.refund)
            no = notice.refund.out_refund_no
        else:
            said = _paid(notice.transaction)
            no = notice.transaction.out_trade_no
        return Told(notice.id, said, {"event": notice.event_type, "no": no}) if said else None

    def answer(self, error: str = "", status: int = 200) -> Answer:
        return Answer(status, notices.failure(error), "application/json") if error else Answer(204)

    def bill(self, merchant_id: int, day: date) -> Iterator[Line]:
        with _translated():
            try:
                yield from (_line(line) for line in _client(merchant_id).trade_bill(day) if _has_moved(line))
            except errors.NoBill:
                return
            except errors.BillNotReady as error:
                raise BillNotReady from error
            except errors.BrokenBill as error:
                raise ValueError(str(error)) from error


def _client(merchant_id: int) -> Client:
    return _parsed(accounts.credentials(WechatPay.key, merchant_id), settings.WECHATPAY_URL)


@lru_cache(maxsize=256)
def _parsed(entered: str, base_url: str) -> Client:
    """Reading keys is slow, and a client remembers the platform's certificates."""
    values: dict[str, str] = json.loads(entered)
    known = {}
    if values.get("public_key_id") or values.get("public_key"):
        if not values["public_key_id"].startswith(PUBLIC_KEY_PREFIX):
            raise errors.Malformed(f"the number of the public key begins with {PUBLIC_KEY_PREFIX}")
        known[values["public_key_id"]] = parse_public_key(values["public_key"])
    names = ("mchid", "appid", "serial", "private_key", "api_key")
    owner = Credentials.parse(**{name: values[name] for name in names})
    return Client(owner, http=accounts.http(), platform_keys=known, base_url=base_url)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (errors.OutcomeUnknown, errors.RateLimited) as error:
        raise Unreachable from error
    except errors.Refused as error:
        raise Declined(reason=str(error)) from error


def _with_way_back(url: str, return_url: str) -> str:
    """Where WeChat leads the buyer afterwards, paid or not; else they stay with WeChat's page."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'redirect_url': return_url})}" if return_url else url


def _paid(transaction: shapes.Transaction) -> Paid | None:
    if transaction.trade_state not in (TradeState.SUCCESS, TradeState.REFUND):
        return None
    return Paid(
        transaction.out_trade_no, transaction.transaction_id, transaction.amount or 0, transaction.currency,
        transaction.paid_at or clock.now(),
    )  # fmt: skip


def _refunded(refund: shapes.Refund) -> Refunded | None:
    if refund.status == RefundStatus.ABNORMAL:
        # It has left the merchant's balance and may still arrive, once the merchant names another account there.
        log.error("payments.refund_abnormal", no=refund.out_refund_no)
        return None
    if refund.status not in (RefundStatus.SUCCESS, RefundStatus.CLOSED):
        return None
    has_succeeded = refund.status == RefundStatus.SUCCESS
    return Refunded(
        refund.out_refund_no, refund.refund_id, refund.amount, has_succeeded, refund.refunded_at or clock.now(),
        error="" if has_succeeded else str(refund.status),
    )  # fmt: skip


def _has_moved(line: shapes.BillLine) -> bool:
    return line.refund_status not in ("CLOSED", "FAIL", "CHANGE")


def _line(line: shapes.BillLine) -> Line:
    if not line.out_refund_no:
        return Line(
            About.PAYMENT, line.out_trade_no, line.transaction_id, line.order_amount, line.currency, line.fee,
            line.traded_at,
        )  # fmt: skip
    at = line.refunded_at or line.refund_applied_at or line.traded_at
    amount = line.refund_applied_amount or line.refund_amount
    return Line(About.REFUND, line.out_refund_no, line.refund_id, amount, line.currency, line.fee, at)

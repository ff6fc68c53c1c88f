"""Notices that Alipay posts to `notify_url`: form fields with a signature.

Answer with `SUCCESS` once the notice is stored; after anything else Alipay repeats it, eight times in 25 hours.
Notices come twice, late and out of order: the caller compares number and amount with its own and never goes back from a
later state.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from . import signing
from .errors import Foreign, Malformed, Stale, Untrusted
from .keys import Keys
from .shapes import TradeNotice
from .values import fen, moment

SUCCESS = "success"
FAILURE = "fail"
CLOCK_SKEW = timedelta(minutes=5)
# The last repetition comes after 25 hours; whether it carries the first sending's time is not documented.
LONGEST_REPEAT = timedelta(hours=26)


def open(form: Mapping[str, str], *, keys: Keys, now: datetime) -> TradeNotice:
    """Verifies and reads the decoded fields of a form. Raises Untrusted or Malformed; then answer with `FAILURE`."""
    if form.get("sign_type") != signing.SIGN_TYPE:
        raise Untrusted("not signed with RSA2")
    if not signing.is_signed(signing.notice_text(form), form.get("sign", ""), keys.alipay_key):
        raise Untrusted("the signature is missing or wrong")
    if form.get("app_id") != keys.app_id or form.get("seller_id") != keys.seller_id:
        raise Foreign("for another application or another seller")
    if form.get("notify_type") != "trade_status_sync":
        raise Malformed(f"no notice of a trade: {form.get('notify_type', '')[:40]!r}")
    try:
        notice = _read(form)
    except (KeyError, ValueError) as error:
        raise Malformed(f"cannot be read: {error}") from error
    if not -CLOCK_SKEW <= now - notice.notified_at <= LONGEST_REPEAT:
        raise Stale(f"sent at {notice.notified_at.isoformat()}")
    return notice


def _read(form: Mapping[str, str]) -> TradeNotice:
    return TradeNotice(
        notify_id=form["notify_id"],
        notified_at=moment(form["notify_time"]),
        out_trade_no=form["out_trade_no"],
        trade_no=form["trade_no"],
        status=form["trade_status"],
        amount=fen(form["total_amount"]),
        receipt_amount=fen(form["receipt_amount"]) if form.get("receipt_amount") else None,
        buyer_id=form.get("buyer_id") or form.get("buyer_open_id", ""),
        paid_at=_time(form, "gmt_payment"),
        closed_at=_time(form, "gmt_close"),
        refunded_total=fen(form["refund_fee"]) if form.get("refund_fee") else 0,
        refunded_at=_time(form, "gmt_refund"),
        out_request_no=form.get("out_biz_no", ""),
        passback=form.get("passback_params", ""),
    )


def _time(form: Mapping[str, str], name: str) -> datetime | None:
    return moment(form[name]) if form.get(name) else None

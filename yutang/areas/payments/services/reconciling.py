"""Our books beside the provider's bill, day by day (docs/algorithms/payments.md).

Days are those of Shanghai, whatever the merchant's time zone: that is how both providers cut their bills."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Sum

from yutang.areas.payments import providers
from yutang.areas.payments.errors import BillNotReady, Declined, Unreachable
from yutang.areas.payments.models import About, BillDay, BillEntry, Difference, ProviderAccount, Tender
from yutang.areas.payments.services.asking import ask
from yutang.core import clock, logs, tenancy

if TYPE_CHECKING:
    from yutang.areas.payments.providers import Line
    from yutang.core.access import Actor

SHANGHAI = "Asia/Shanghai"
READY_AT = time(10, 30)  # of the next day
DAYS_BACK = 7  # that a missing bill is still looked for
# Alipay has one answer for "not ready" and "nothing happened": after this it means the second.
EMPTY_AFTER = timedelta(days=3)
_BATCH = 2000
_ASK_AT_MOST = 200

log = logs.get(__name__)
State = BillDay.State


def reconcile_due(*, now: datetime, actor: Actor) -> int:
    """Fetches and compares every bill that should be there and is not compared yet; how many were. A bill that cannot
    be had keeps its reason and is tried at the next call."""
    last = (now.astimezone(ZoneInfo(SHANGHAI)) - _since_midnight(READY_AT)).date() - timedelta(days=1)
    with tenancy.scope(actor.merchant_id):
        due = []
        for account in ProviderAccount.objects.order_by("pk"):
            first = max(account.created_at.astimezone(ZoneInfo(SHANGHAI)).date(), last - timedelta(days=DAYS_BACK - 1))
            done = set(
                BillDay.objects.filter(account=account, day__gte=first, state=State.COMPARED).values_list(
                    "day", flat=True
                )
            )
            days = (first + timedelta(days=number) for number in range((last - first).days + 1))
            due += [(account.pk, day) for day in days if day not in done]
    return sum(
        reconcile(account_id=account_id, day=day, actor=actor).state == State.COMPARED for account_id, day in due
    )


def reconcile(*, account_id: int, day: date, actor: Actor) -> BillDay:
    """Fetches the bill of a day anew and compares it; days beside it are compared again, as a payment about midnight
    may stand in either. Repeating it changes nothing. Call outside any transaction."""
    if connection.in_atomic_block:
        raise RuntimeError("a provider is asked outside any transaction")
    with tenancy.scope(actor.merchant_id):
        account = ProviderAccount.objects.get(pk=account_id)
        bill, _ = BillDay.objects.get_or_create(merchant_id=actor.merchant_id, account=account, day=day)
        BillDay.objects.filter(pk=bill.pk).update(tried_at=clock.now())
    try:
        lines = providers.remote(account.provider).bill(actor.merchant_id, day)
        first = next(lines, None)  # now the network is done
        _store(bill, chain([first], lines) if first else iter(()), actor)
    except (BillNotReady, Unreachable, Declined, ValueError) as error:
        if not (isinstance(error, BillNotReady) and clock.now() > _end(day) + EMPTY_AFTER):
            log.warning("payments.bill_not_read", provider=account.provider, day=day.isoformat(), error=str(error))
            with tenancy.scope(actor.merchant_id):
                BillDay.objects.filter(pk=bill.pk).update(error=str(error)[:200])
                bill.refresh_from_db()
            return bill
        _store(bill, iter(()), actor)
    _ask_for_missed(account, bill, actor)
    with tenancy.scope(actor.merchant_id):
        # One comparison of an account at a time: neighbours would wait for each other's days.
        ProviderAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        BillDay.objects.filter(pk=bill.pk).update(state=State.COMPARED, error="")
        for near in (-1, 0, 1):
            _compare(account, day + timedelta(days=near))
        bill.refresh_from_db()
    return bill


def _store(bill: BillDay, lines: Iterator[Line], actor: Actor) -> None:
    """All lines or none, instead of those of an earlier try."""
    with tenancy.scope(actor.merchant_id):
        BillDay.objects.select_for_update().get(pk=bill.pk)
        BillEntry.objects.filter(bill=bill).delete()
        while batch := list(islice(lines, _BATCH)):
            BillEntry.objects.bulk_create(
                BillEntry(
                    merchant_id=actor.merchant_id, bill=bill, about=line.about, no=line.no,
                    provider_no=line.provider_no, amount=line.amount, currency=line.currency, fee=line.fee, at=line.at,
                )
                for line in batch
            )  # fmt: skip


def _ask_for_missed(account: ProviderAccount, bill: BillDay, actor: Actor) -> None:
    """Tenders that the bill calls paid and we don't: neither a notice nor a question of ours got through."""
    with tenancy.scope(actor.merchant_id):
        paid = BillEntry.objects.filter(bill=bill, about=About.PAYMENT)
        missed = list(
            Tender.objects.filter(provider=account.provider, no__in=paid.values("no"))
            .exclude(state=Tender.State.PAID)
            .order_by("pk")[:_ASK_AT_MOST]
        )
    for tender in missed:
        ask(tender, actor=actor)


@transaction.atomic
def _compare(account: ProviderAccount, day: date) -> None:
    """Writes the differences of a day whose bill is here, anew."""
    bill = BillDay.objects.select_for_update().filter(account=account, day=day, state=State.COMPARED).first()
    if bill is None:
        return
    Difference.objects.filter(bill=bill).delete()
    values: dict[str, int | str | datetime] = {
        "merchant": account.merchant_id, "account": account.pk, "provider": account.provider, "bill": bill.pk,
        "from": clock.start_of_day(day, SHANGHAI), "until": _end(day),
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (_PAYMENTS_OF_BILL, _PAYMENTS_OF_OURS, _REFUNDS_OF_BILL, _REFUNDS_OF_OURS):
            cursor.execute(statement, values)
    entries = BillEntry.objects.filter(bill=bill)
    sums = {about: entries.filter(about=about).aggregate(all=Sum("amount"))["all"] or 0 for about in About}
    count = entries.count()
    differences = Difference.objects.filter(bill=bill)
    bill.entry_count, bill.difference_count = count, differences.count()
    bill.matched_count = count - differences.filter(their_amount__isnull=False).count()
    bill.paid_amount, bill.refunded_amount = sums[About.PAYMENT], sums[About.REFUND]
    bill.fee_amount = entries.aggregate(all=Sum("fee"))["all"] or 0
    bill.compared_at = clock.now()
    bill.save()


def _end(day: date) -> datetime:
    return clock.end_of_day(day, SHANGHAI)


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute)


_INTO = """
INSERT INTO payments_difference
       (merchant_id, bill_id, about, kind, no, provider_no, tender_id, refund_id, our_amount, their_amount, currency,
        at)
"""
# An entry and a tender are the same money when both numbers agree: two payments of one number stay two.
_SAME_PAYMENT = "t.merchant_id = e.merchant_id AND t.no = e.no AND t.provider_no = e.provider_no"
# Mostly that of the day before or after; a refund to a bank card takes days.
_OF_OTHER_BILLS = """
SELECT FROM payments_billentry e JOIN payments_billday b ON b.id = e.bill_id AND b.account_id = %(account)s
 WHERE e.merchant_id = %(merchant)s AND e.bill_id <> %(bill)s
"""
_PAYMENTS_OF_BILL = f"""{_INTO}
SELECT * FROM (
  SELECT e.merchant_id, e.bill_id, 'payment',
         CASE WHEN t.id IS NULL AND (n.amount, n.currency) <> (e.amount, e.currency) THEN 'amount_differs'
              WHEN t.id IS NULL THEN 'only_theirs'
              WHEN (t.amount, t.currency) IS DISTINCT FROM (e.amount, e.currency) THEN 'amount_differs'
              WHEN t.paid_at < %(from)s OR t.paid_at >= %(until)s THEN 'other_day' END AS kind,
         e.no, e.provider_no, COALESCE(t.id, n.id), NULL::bigint,
         CASE WHEN t.paid_at >= %(from)s AND t.paid_at < %(until)s THEN t.amount END, e.amount, e.currency, e.at
    FROM payments_billentry e
    LEFT JOIN payments_tender t ON {_SAME_PAYMENT} AND t.provider = %(provider)s AND t.state = 'paid'
    LEFT JOIN payments_tender n ON n.merchant_id = e.merchant_id AND n.no = e.no AND n.provider = %(provider)s
   WHERE e.merchant_id = %(merchant)s AND e.bill_id = %(bill)s AND e.about = 'payment'
) found WHERE kind IS NOT NULL ORDER BY at
"""  # noqa: S608 – of constants
_PAYMENTS_OF_OURS = f"""{_INTO}
SELECT t.merchant_id, %(bill)s, 'payment',
       CASE WHEN EXISTS ({_OF_OTHER_BILLS} AND e.about = 'payment' AND {_SAME_PAYMENT})
            THEN 'other_day' ELSE 'only_ours' END,
       t.no, t.provider_no, t.id, NULL::bigint, t.amount, NULL::bigint, t.currency, t.paid_at
  FROM payments_tender t
 WHERE t.merchant_id = %(merchant)s AND t.provider = %(provider)s AND t.state = 'paid'
   AND t.paid_at >= %(from)s AND t.paid_at < %(until)s
   AND NOT EXISTS (SELECT FROM payments_billentry e
                    WHERE e.bill_id = %(bill)s AND e.about = 'payment' AND {_SAME_PAYMENT})
 ORDER BY t.paid_at
"""  # noqa: S608
# A refund that is still on its way with us is in the bill already: the same money, whatever its day.
_REFUNDS_OF_BILL = f"""{_INTO}
SELECT * FROM (
  SELECT e.merchant_id, e.bill_id, 'refund',
         CASE WHEN t.id IS NULL THEN 'only_theirs'
              WHEN (r.amount, t.currency) IS DISTINCT FROM (e.amount, e.currency) OR r.state = 'failed'
                THEN 'refund_mismatch'
              WHEN r.state = 'succeeded' AND (r.finished_at < %(from)s OR r.finished_at >= %(until)s)
                THEN 'other_day' END AS kind,
         e.no, e.provider_no, t.id, r.id,
         CASE WHEN r.state = 'succeeded' AND r.finished_at >= %(from)s AND r.finished_at < %(until)s
                OR r.state IN ('requested', 'processing') THEN r.amount END,
         e.amount, e.currency, e.at
    FROM payments_billentry e
    LEFT JOIN (payments_refund r JOIN payments_tender t ON t.id = r.tender_id AND t.provider = %(provider)s)
           ON r.merchant_id = e.merchant_id AND r.no = e.no
   WHERE e.merchant_id = %(merchant)s AND e.bill_id = %(bill)s AND e.about = 'refund'
) found WHERE kind IS NOT NULL ORDER BY at
"""  # noqa: S608
_REFUNDS_OF_OURS = f"""{_INTO}
SELECT r.merchant_id, %(bill)s, 'refund',
       CASE WHEN EXISTS ({_OF_OTHER_BILLS} AND e.about = 'refund' AND e.no = r.no)
            THEN 'other_day' ELSE 'only_ours' END,
       r.no, r.provider_no, t.id, r.id, r.amount, NULL::bigint, t.currency, r.finished_at
  FROM payments_refund r JOIN payments_tender t ON t.id = r.tender_id AND t.provider = %(provider)s
 WHERE r.merchant_id = %(merchant)s AND r.state = 'succeeded'
   AND r.finished_at >= %(from)s AND r.finished_at < %(until)s
   AND NOT EXISTS (SELECT FROM payments_billentry e WHERE e.merchant_id = r.merchant_id AND e.bill_id = %(bill)s
                      AND e.about = 'refund' AND e.no = r.no)
 ORDER BY r.finished_at
"""  # noqa: S608

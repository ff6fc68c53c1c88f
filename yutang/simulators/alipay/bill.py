"""The bill of a day, as the platform lays it out: a zip with GBK names, two GBK tables, comments before and behind."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from yutang.connectors.alipay.shapes import BillKind
from yutang.connectors.alipay.values import ZONE, written, yuan

from .trades import Traded

DETAILS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,"
    "支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)
SUMMARY = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,"
    "服务费（元）,分润（元）,实收净额（元）"
)
_RULE = "#-----------------------------------------{}----------------------------------------"
# The platform's two rules differ by a dash.
_END_OF_DETAILS = "#-----------------------------------------业务明细列表结束------------------------------------"
_END_OF_SUMMARY = "#----------------------------------------业务汇总列表结束-------------------------------------"


@dataclass(frozen=True)
class Line:
    trade: Traded
    kind: BillKind
    at: datetime
    amount: int
    out_request_no: str
    fee: int


def lines(trades: Iterable[Traded], day: date, fee_rate: Decimal) -> list[Line]:
    """What was paid and refunded on that day in Shanghai, in the order of time."""
    found = []
    for trade in trades:
        if trade.paid_at and _day(trade.paid_at) == day:
            amount = trade.charge.amount
            fee = int((amount * fee_rate).quantize(Decimal(1), ROUND_HALF_UP))
            found.append(Line(trade, BillKind.PAYMENT, trade.paid_at, amount, "", -fee))
        found += [
            Line(trade, BillKind.REFUND, refund.at, -refund.amount, refund.out_request_no, 0)
            for refund in trade.refunds
            if _day(refund.at) == day
        ]
    return sorted(found, key=lambda line: line.at)


def packed(of_day: Sequence[Line], *, seller_id: str, day: date, at: datetime) -> bytes:
    """The zip of a day; `at` is the time of making it."""
    file = io.BytesIO()
    account = f"{seller_id}0156"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in (("业务明细", _details(of_day)), ("业务明细(汇总)", _summary(of_day))):
            heading = "业务明细" if name == "业务明细" else "业务汇总"
            head = [f"#支付宝{heading}查询", f"#账号：[{account}]", _span(day)]
            text = "\r\n".join([*head, _RULE.format(f"{heading}列表"), *table, f"#导出时间：[{_long(at)}]", ""])
            # What GBK lacks becomes a question mark on the platform too.
            archive.writestr(_GbkName(f"{account}_{day:%Y%m%d}_{name}.csv"), text.encode("gbk", "replace"))
    return file.getvalue()


class _GbkName(zipfile.ZipInfo):
    """An entry whose name is written in GBK without saying so, as the platform does; the library knows only UTF-8."""

    def __init__(self, filename: str) -> None:
        super().__init__(filename)
        self.compress_type = zipfile.ZIP_DEFLATED

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def _details(of_day: Sequence[Line]) -> list[str]:
    payments, refunds = _split(of_day)
    return [
        DETAILS,
        *(_row(line) for line in of_day),
        _END_OF_DETAILS,
        f"#交易合计：{len(payments)}笔，商家实收共{yuan(_sum(payments))}元，商家优惠共0.00元",
        f"#退款合计：{len(refunds)}笔，商家实收退款共{yuan(_sum(refunds))}元，商家优惠退款共0.00元",
    ]


def _row(line: Line) -> str:
    trade, charge, amount = line.trade, line.trade.charge, yuan(line.amount)
    texts = [trade.trade_no + "\t", charge.out_trade_no + "\t", line.kind + "\t", charge.subject]
    texts += [written(trade.created_at), written(line.at), "\t", "\t", "\t", "\t", "*某(138****0000)\t"]
    sums = [amount, amount, "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00\t", "0.00"]
    rest = [line.out_request_no + "\t", yuan(line.fee), "0.00", charge.body]
    return ",".join(_cell(text) for text in [*texts, *sums, *rest])


def _summary(of_day: Sequence[Line]) -> list[str]:
    payments, refunds = _split(of_day)
    total, fees = yuan(_sum(of_day)), sum(line.fee for line in of_day)
    numbers = [str(len(payments)), str(len(refunds)), total, total, "0.00", "0.00", "0.00", yuan(fees), "0.00"]
    row = ",".join(["合计\t", "\t", *numbers, yuan(_sum(of_day) + fees)])
    return [SUMMARY, row, _END_OF_SUMMARY]


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if {",", '"'} & set(text) else text


def _split(of_day: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    payments = [line for line in of_day if line.kind is BillKind.PAYMENT]
    return payments, [line for line in of_day if line.kind is BillKind.REFUND]


def _sum(some: Sequence[Line]) -> int:
    return sum(line.amount for line in some)


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def _span(day: date) -> str:
    first, last = (f"{found:%Y年%m月%d日} 00:00:00" for found in (day, day + timedelta(days=1)))
    return f"#起始日期：[{first}]   终止日期：[{last}]"


def _long(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y年%m月%d日 %H:%M:%S}"

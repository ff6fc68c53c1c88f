"""WeChat Pay on this machine: `with Simulator([account]) as platform:` and point a client at `platform.base_url`."""

from __future__ import annotations

import random
import secrets
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from yutang.connectors.wechatpay.keys import PlatformKeys
from yutang.connectors.wechatpay.shapes import RefundStatus, TradeState
from yutang.connectors.wechatpay.signing import PROBE
from yutang.core import clock
from yutang.simulators.wechatpay import bridge, notifier, pages
from yutang.simulators.wechatpay.accounts import Account, PlatformKey, stranger
from yutang.simulators.wechatpay.api import Answer, Api, Request
from yutang.simulators.wechatpay.content import refund_notice_json, transaction_json
from yutang.simulators.wechatpay.faults import USUAL, AnswerFault, Fate, Faults, fate
from yutang.simulators.wechatpay.fields import Refusal
from yutang.simulators.wechatpay.trades import Book, Refund, Trade

LONGEST_BODY = 1 << 20
STALE = timedelta(minutes=10)
NOT_DONE = {
    AnswerFault.SYSTEM_ERROR: Refusal(500, "SYSTEM_ERROR", "系统异常，请稍后重试"),
    AnswerFault.RATE_LIMITED: Refusal(429, "FREQUENCY_LIMITED", "请求频率过高，请降低请求频率"),
}


class Mode(Enum):
    PUBLIC_KEY = auto()  # 微信支付公钥
    CERTIFICATE = auto()  # platform certificates


class Simulator:
    """Merchants' requests, people who pay, and notices about both. Ends its threads when the `with` block ends."""

    def __init__(
        self,
        accounts: Iterable[Account],
        *,
        port: int = 0,
        mode: Mode = Mode.PUBLIC_KEY,
        key: PlatformKey | None = None,
        now: Callable[[], datetime] = clock.now,
        faults: Faults | None = None,
        seed: int = 0,
        refund_gap: timedelta = timedelta(minutes=1),
        finishes_refunds: bool = True,
        ladder: Sequence[float] = notifier.LADDER,
        late: float = notifier.LATE,
    ) -> None:
        self.accounts = {account.mchid: account for account in accounts}
        self.mode = mode
        self.faults = faults or Faults()
        self.book = Book(now, refund_gap=refund_gap)
        self.is_ending = threading.Event()
        self._now = now
        self._seed = seed
        self._dice = random.Random(seed)
        self._finishes_refunds = finishes_refunds
        self._answer_faults: deque[AnswerFault | None] = deque()
        self._keys = [key or (PlatformKey.public() if mode is Mode.PUBLIC_KEY else PlatformKey.certified(now()))]
        self._notifier = notifier.Notifier(key=lambda: self.key, now=now, ladder=ladder, late=late)
        self._server = _Server(("127.0.0.1", port), self)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        self._api = Api(
            self.accounts,
            self.book,
            base_url=self.base_url,
            now=now,
            certificates=lambda: [key for key in self._keys if key.certificate],
            refund_accepted=self._refund_accepted,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="wechatpay-simulator")

    def __enter__(self) -> Simulator:
        self._thread.start()
        self._notifier.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.is_ending.set()
        self._notifier.stop()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # What happens at the platform

    def pay(self, out_trade_no: str, *, mchid: str = "", openid: str = "") -> str:
        """Somebody pays. Gives the transaction_id; `LookupError` and `ValueError` where there is nothing to pay."""
        trade = self.book.trade(out_trade_no=out_trade_no, mchid=mchid)
        if trade is None:
            raise LookupError(out_trade_no)
        return self._pay(trade, openid)

    def invoke(self, parameters: Mapping[str, str], *, openid: str, is_agreed: bool = True) -> str:
        """`WeixinJSBridge.invoke("getBrandWCPayRequest", parameters)` in the WeChat of this person, who agrees or not:
        the `err_msg` that the page's script gets."""
        trade = self.book.trade(token=parameters.get("package", "").removeprefix("prepay_id="))
        if trade is None or trade.trade_type != "JSAPI" or not bridge.is_signed(trade, parameters, self._now()):
            return bridge.FAILED
        if trade.openid != openid or trade.state != TradeState.NOTPAY:
            return bridge.FAILED
        if not is_agreed:
            return bridge.CANCELLED
        self._pay(trade, openid)
        return bridge.PAID

    def finish_refund(self, out_refund_no: str, *, mchid: str, status: RefundStatus = RefundStatus.SUCCESS) -> None:
        """A refund comes to its end, or to its next one: `ABNORMAL` may still become `SUCCESS`."""
        self._finish(*self.book.find_refund(self.accounts[mchid], out_refund_no), status)

    def set_balance(self, mchid: str, amount: int) -> None:
        """分 that refunds can be taken from. Without it there is always enough."""
        self.book.balances[mchid] = amount

    def break_answers(self, *faults: AnswerFault | None) -> None:
        """What happens to the next answers, one after the other; `None` leaves one alone."""
        self._answer_faults.extend(faults)

    def rotate(self) -> None:
        """From now on a new certificate's key signs everything but answers to those who ask for an older one."""
        self._keys.insert(0, PlatformKey.certified(self._now()))

    def drain(self, seconds: float = 120) -> None:
        """All notices out, the late and the held ones too."""
        self._notifier.drain(seconds)

    # What can be seen of it

    @property
    def key(self) -> PlatformKey:
        return self._keys[0]

    @property
    def platform_keys(self) -> PlatformKeys:
        """What a merchant gets beforehand: the public key, or nothing, as certificates are fetched."""
        return {self.key.serial: self.key.private_key.public_key()} if self.mode is Mode.PUBLIC_KEY else {}

    @property
    def deliveries(self) -> list[notifier.Delivery]:
        return self._notifier.deliveries()

    @property
    def told(self) -> list[tuple[notifier.Notice, Fate]]:
        return self._notifier.told()

    # Requests

    def answer(self, request: Request) -> Answer | None:
        """`None` breaks the connection."""
        path = urlsplit(request.target).path
        if path.startswith("/pay/"):
            return self._page(request, path.removeprefix("/pay/"))
        fault = self._next_fault()
        if fault in NOT_DONE:
            return self._signed(request, Answer.refusing(NOT_DONE[fault]), None)
        answer = self._api.handle(request)
        if fault is AnswerFault.DONE_BUT_ERROR:
            return self._signed(request, Answer.refusing(NOT_DONE[AnswerFault.SYSTEM_ERROR]), None)
        if fault is AnswerFault.DONE_BUT_SLOW:
            self.is_ending.wait(60)
            return None
        return None if fault is AnswerFault.DONE_BUT_CUT else self._signed(request, answer, fault)

    def _signed(self, request: Request, answer: Answer, fault: AnswerFault | None) -> Answer:
        wanted = request.headers.get("Wechatpay-Serial")
        key = next((key for key in self._keys if key.serial == wanted), self.key)
        headers = {"Content-Type": "application/json; charset=utf-8", "Request-ID": secrets.token_hex(12).upper()}
        if answer.is_signed and fault is not AnswerFault.DONE_BUT_UNSIGNED:
            if fault is AnswerFault.DONE_BUT_FORGED:
                key = PlatformKey(key.serial, stranger())
            headers |= key.headers(
                answer.body, self._now() - (STALE if fault is AnswerFault.DONE_BUT_STALE else timedelta())
            )
            if fault is AnswerFault.DONE_BUT_PROBE:
                headers["Wechatpay-Signature"] = PROBE + headers["Wechatpay-Signature"]
        body = answer.body
        if fault is AnswerFault.DONE_BUT_ALTERED:
            body = body[:-1] + bytes([body[-1] ^ 1]) if body else b"{}"
        return Answer(answer.status, body, headers={**headers, **answer.headers})

    def _page(self, request: Request, token: str) -> Answer:
        trade = self.book.trade(token=token)
        if trade is None:
            return Answer(404, "没有这笔订单".encode(), headers={"Content-Type": "text/plain; charset=utf-8"})
        query = urlsplit(request.target).query
        if request.method == "POST":
            if trade.state == TradeState.NOTPAY:
                self._pay(trade, "")
            back = pages.way_back(query)
            return Answer(303, headers={"Location": back or request.target})
        return Answer(200, pages.confirm(trade, query), headers={"Content-Type": "text/html; charset=utf-8"})

    def _next_fault(self) -> AnswerFault | None:
        with self.book.lock:
            if self._answer_faults:
                return self._answer_faults.popleft()
            return self._dice.choice(USUAL) if self._dice.random() < self.faults.answers else None

    def _pay(self, trade: Trade, openid: str) -> str:
        with self.book.lock:
            self.book.pay(trade, openid=openid)
            self._tell(trade, "TRANSACTION.SUCCESS", trade.notify_url, trade.out_trade_no, transaction_json(trade))
            return trade.transaction_id

    def _refund_accepted(self, trade: Trade, refund: Refund) -> None:
        if self._finishes_refunds and refund.status == RefundStatus.PROCESSING:
            self._finish(trade, refund, RefundStatus.SUCCESS)

    def _finish(self, trade: Trade, refund: Refund, status: RefundStatus) -> None:
        with self.book.lock:
            self.book.finish_refund(trade, refund, status)
            if refund.notify_url:
                content = refund_notice_json(trade, refund)
                self._tell(trade, f"REFUND.{status}", refund.notify_url, refund.out_refund_no, content)

    def _tell(self, trade: Trade, event: str, url: str, number: str, content: dict[str, Any]) -> None:
        account = trade.account
        notice = notifier.notice(
            account,
            event=event,
            url=url,
            about=f"{account.mchid}/{trade.out_trade_no}",
            content=content,
            now=self._now(),
        )
        self._notifier.tell(notice, fate(self.faults, self._seed, f"{account.mchid}/{event}/{number}"))


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for them
    request_queue_size = 128  # many clients may knock at once

    def __init__(self, address: tuple[str, int], simulator: Simulator) -> None:
        self.simulator = simulator
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that gave up is no error of ours.
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5  # a connection on which nothing is said must not keep the simulator from ending

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            self.send_error(413 if length.isdigit() else 411)
            return
        self._answer(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: addresses and numbers do not belong into the log of a demo."""

    def _answer(self, body: bytes) -> None:
        answer = self.server.simulator.answer(Request(self.command, self.path, self.headers, body))
        if answer is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

"""Requests of the merchant's server and of the buyer's browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, urlsplit

from . import pages
from .faults import AnswerFault
from .gateway import PAY_METHODS, Complaint
from .trades import Refusal, Traded

if TYPE_CHECKING:
    from .server import AlipaySimulator, Server

LARGEST_BODY = 1 << 20
BILL = "bill"
"""Where a method's name stands for others, for faults of a bill's download: LOST, else 503."""
_CASHIER = re.compile(r"/cashier/(\d+)(/pay|/leave)?")
_QR = re.compile(r"/qr/(\d+)")
_BILL = re.compile(r"/bill/(\d{4}-\d{2}-\d{2})\.csv\.zip")


class Handler(BaseHTTPRequestHandler):
    @property
    def alipay(self) -> AlipaySimulator:
        return cast("Server", self.server).alipay

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/gateway.do":
            self._gateway(dict(parse_qsl(parts.query)))
        elif found := _QR.fullmatch(parts.path):
            self._guarded(lambda: self._redirect(f"/cashier/{self.alipay.book.begin(trade_no=found[1]).trade_no}"))
        elif (found := _CASHIER.fullmatch(parts.path)) and not found[2]:
            self._guarded(lambda: self._page(pages.cashier(self._trade(found[1]))))
        elif found := _BILL.fullmatch(parts.path):
            self._bill(found[1])
        else:
            self._nothing()

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self._page(pages.failure("413", "太大 Too large"), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(int(length)).decode(errors="replace")
        if parts.path == "/gateway.do":
            self._gateway(dict(parse_qsl(parts.query) + parse_qsl(body)))
        elif (found := _CASHIER.fullmatch(parts.path)) and found[2]:
            self._guarded(lambda: self._leave(found[1], is_paying=found[2] == "/pay"))
        else:
            self._nothing()

    def _gateway(self, params: dict[str, str]) -> None:
        method = params.get("method", "")
        if method in PAY_METHODS:
            self._guarded(lambda: self._redirect(f"/cashier/{self.alipay.gateway.placed(params).trade_no}"))
            return
        fault = self.alipay.next_fault(method)
        if fault is AnswerFault.DOWN:
            self._page(pages.failure("503", "系统繁忙 Busy"), HTTPStatus.SERVICE_UNAVAILABLE)
            return
        answer = self.alipay.gateway.answer(params)
        if fault is AnswerFault.SILENT:
            self.alipay.stopping.wait()
        elif fault is not AnswerFault.LOST:
            self._send(
                self.alipay.gateway.spoilt(method, answer, fault) if fault else answer, "text/html;charset=utf-8"
            )

    def _bill(self, day: str) -> None:
        fault = self.alipay.next_fault(BILL)
        if fault is AnswerFault.LOST:
            return
        if fault:
            self._page(pages.failure("503", "系统繁忙 Busy"), HTTPStatus.SERVICE_UNAVAILABLE)
            return
        try:
            content = self.alipay.bill(date.fromisoformat(day))
        except ValueError:
            self._nothing()
        else:
            self._send(content, "application/zip")

    def _leave(self, trade_no: str, *, is_paying: bool) -> None:
        trade = self._trade(trade_no)
        if is_paying:
            trade = self.alipay.pay(trade.charge.out_trade_no)
        if trade.return_url:
            self._redirect(self.alipay.return_address(trade) if is_paying else trade.return_url)
        else:
            self._redirect(f"/cashier/{trade_no}")

    def _trade(self, trade_no: str) -> Traded:
        return self.alipay.book.find(trade_no=trade_no)

    def _guarded(self, act: Callable[[], None]) -> None:
        """Runs what a browser asked for; a refusal is shown as a page."""
        try:
            act()
        except (Complaint, Refusal) as error:
            self._page(pages.failure(error.sub_code, error.message), HTTPStatus.BAD_REQUEST)

    def _nothing(self) -> None:
        self._page(pages.failure("404", "没有此页 Not found"), HTTPStatus.NOT_FOUND)

    def _redirect(self, address: str) -> None:
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, text: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(text.encode(), "text/html;charset=utf-8", status)

    def _send(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

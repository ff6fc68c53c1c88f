"""The simulated Alipay as a server on 127.0.0.1."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from http.server import ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlencode
from uuid import uuid4

from yutang.connectors.alipay import signing
from yutang.connectors.alipay.keys import Keys
from yutang.connectors.alipay.values import written, yuan
from yutang.core import clock

from . import bill, notices
from .account import Account, make_account
from .faults import AnswerFault, Fate, NoticeFaults
from .gateway import Addresses, Gateway
from .handler import Handler
from .notifier import LADDER, Delivery, Notice, Notifier
from .trades import Book, Refunded, Traded

BUYER = "2088000000009999"


class AlipaySimulator:
    """`with AlipaySimulator() as alipay: Client(alipay.keys, base_url=alipay.gateway_url, …)`.

    `ladder` are the seconds between repetitions of a notice, `fee_rate` the fee that bills name. The server and its
    notices end with the block.
    """

    def __init__(
        self,
        account: Account | None = None,
        *,
        port: int = 0,
        now: Callable[[], datetime] = clock.now,
        ladder: Sequence[float] = LADDER,
        faults: NoticeFaults | None = None,
        fee_rate: Decimal = Decimal(0),
    ) -> None:
        self.account = account or make_account()
        self.book = Book(now, self._announce)
        self.gateway = Gateway(self.account, self.book, now, Addresses(self._qr_url, self._bill_url))
        self.stopping = threading.Event()
        self._now = now
        self._fee_rate = fee_rate
        self._faults: dict[str, list[AnswerFault]] = {}
        self._lock = threading.Lock()
        self._notifier = Notifier(ladder=ladder, faults=faults or NoticeFaults())
        self._server = Server(("127.0.0.1", port), self)
        # Looks for the end of the block 50 times a second, so that tests need not wait half a second for it.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="alipay-gateway", daemon=True
        )

    def __enter__(self) -> AlipaySimulator:
        self._thread.start()
        self._notifier.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._notifier.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def gateway_url(self) -> str:
        return f"{self.url}/gateway.do"

    @property
    def keys(self) -> Keys:
        """The merchant's side, for a client and for reading notices."""
        return self.account.keys

    def pay(self, out_trade_no: str, *, buyer_id: str = BUYER) -> Traded:
        """As if the buyer had confirmed. Raises `trades.Refusal`."""
        return self.book.pay(out_trade_no, buyer_id)

    def scan(self, out_trade_no: str) -> Traded:
        """As if the buyer had scanned the code and not paid yet."""
        return self.book.begin(out_trade_no=out_trade_no)

    def finish(self, out_trade_no: str) -> Traded:
        """As if the time for refunds were over."""
        return self.book.finish(out_trade_no)

    def inject(self, method: str, *faults: AnswerFault) -> None:
        """For the next answers to this method, one each; `bill` means the download of a bill."""
        with self._lock:
            self._faults.setdefault(method, []).extend(faults)

    def next_fault(self, method: str) -> AnswerFault | None:
        with self._lock:
            waiting = self._faults.get(method)
            return waiting.pop(0) if waiting else None

    def settle(self, timeout: float = 120) -> None:
        """Waits until no notice is left to send; TimeoutError otherwise."""
        self._notifier.settle(timeout)

    @property
    def deliveries(self) -> list[Delivery]:
        return self._notifier.deliveries

    @property
    def lost(self) -> list[str]:
        return self._notifier.lost

    @property
    def told(self) -> list[tuple[Notice, Fate]]:
        return self._notifier.told

    def bill(self, day: date) -> bytes:
        lines = bill.lines(self.book.all(), day, self._fee_rate)
        return bill.packed(lines, seller_id=self.account.seller_id, day=day, at=self._now())

    def return_address(self, trade: Traded) -> str:
        """Where the buyer's browser goes after paying: the merchant's page, with signed parameters."""
        fields = {
            "app_id": self.account.app_id,
            "seller_id": self.account.seller_id,
            "method": "alipay.trade.page.pay.return",
            "charset": "utf-8",
            "version": "1.0",
            "timestamp": written(self._now()),
            "out_trade_no": trade.charge.out_trade_no,
            "trade_no": trade.trade_no,
            "total_amount": yuan(trade.charge.amount),
        }
        signature = signing.sign(signing.notice_text(fields), self.account.gateway_key)
        query = urlencode(fields | {"sign_type": signing.SIGN_TYPE, "sign": signature})
        return trade.return_url + ("&" if "?" in trade.return_url else "?") + query

    def _announce(self, trade: Traded, refund: Refunded | None) -> None:
        if not trade.charge.notify_url:
            return
        notify_id = uuid4().hex

        def form(is_forged: bool) -> dict[str, str]:
            return notices.form(self.account, trade, refund, notify_id=notify_id, at=self._now(), is_forged=is_forged)

        self._notifier.send(Notice(notify_id, trade.charge.notify_url, form))

    def _qr_url(self, trade_no: str) -> str:
        return f"{self.url}/qr/{trade_no}"

    def _bill_url(self, day: date) -> str:
        return f"{self.url}/bill/{day.isoformat()}.csv.zip"


class Server(ThreadingHTTPServer):
    # Threads are waited for: none outlives the simulator.
    daemon_threads = False
    request_queue_size = 128  # many clients may knock at once

    def __init__(self, address: tuple[str, int], alipay: AlipaySimulator) -> None:
        self.alipay = alipay
        super().__init__(address, Handler)

"""What tests of the client and of the simulator share: a merchant, a clock that stands still, a server for notices."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from yutang.connectors.wechatpay.client import Client
from yutang.connectors.wechatpay.keys import Credentials
from yutang.connectors.wechatpay.shapes import NewRefund, NewTransaction
from yutang.simulators.wechatpay.accounts import Account, PlatformKey, new_credentials
from yutang.simulators.wechatpay.server import Mode, Simulator

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)  # ten in the morning of Shanghai


@cache
def merchant() -> Credentials:
    """Keys are slow to make: one for all tests."""
    return new_credentials()


def private_pem(key: PrivateKeyTypes) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def platform_key() -> PlatformKey:
    return PlatformKey.public()


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


def simulator(clock: Clock, *others: Credentials, **options) -> Simulator:
    accounts = [Account.of(credentials) for credentials in (merchant(), *others)]
    if options.get("mode", Mode.PUBLIC_KEY) is Mode.PUBLIC_KEY:
        options["key"] = platform_key()
    return Simulator(accounts, now=clock, **{"ladder": (0,) * 3, **options})


@contextmanager
def client_of(
    platform: Simulator,
    clock: Clock,
    credentials: Credentials | None = None,
    *,
    http: httpx.Client | None = None,
    **options,
) -> Iterator[Client]:
    with http or httpx.Client(trust_env=False) as used:
        settings = {"platform_keys": platform.platform_keys, "base_url": platform.base_url, "now": clock, **options}
        yield Client(credentials or merchant(), http=used, **settings)


def watched(asked: list[httpx.Request]) -> httpx.Client:
    """Every request is noted in `asked`."""
    return httpx.Client(trust_env=False, event_hooks={"request": [asked.append]})


def new(out_trade_no: str = "YT20261122-0001", *, notify_url: str = "http://127.0.0.1:9/notify", **overrides):
    return NewTransaction(
        **{
            "out_trade_no": out_trade_no,
            "description": "全麦吐司",
            "amount": 1990,
            "notify_url": notify_url,
            **overrides,
        }
    )


def refund_of(out_trade_no: str = "YT20261122-0001", **overrides) -> NewRefund:
    return NewRefund(
        **{"out_trade_no": out_trade_no, "out_refund_no": "R-1", "amount": 500, "total": 1990, **overrides}
    )


@dataclass
class Receiver:
    """A merchant's address for notices: keeps what comes, answers `statuses` one after the other, then 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.received.append((dict(self.headers), body))
            self.send_response(kept.statuses.pop(0) if kept.statuses else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/notify"
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

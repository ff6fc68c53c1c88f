from __future__ import annotations

from tests.connectors.wechatpay.conftest import client, clock, platform, receiver  # noqa: F401 - fixtures

from __future__ import annotations

from tests.connectors.sms_aliyun.conftest import clock, http, sms

__all__ = ["clock", "http", "sms"]

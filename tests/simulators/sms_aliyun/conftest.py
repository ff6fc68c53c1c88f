from __future__ import annotations

from tests.connectors.conftest import clock, http
from tests.connectors.sms_aliyun.conftest import sms

__all__ = ["clock", "http", "sms"]

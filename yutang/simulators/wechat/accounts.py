"""Who takes part: an Official Account as WeChat knows it, and people with their phones."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class OfficialAccount:
    """`domains`: the 网页授权域名, to which alone codes are handed. `is_bound`: to the Open Platform, so that there are
    UnionIDs."""

    app_id: str = "wx0000000000000001"
    secret: str = field(default="0123456789abcdef0123456789abcdef", repr=False)
    domains: tuple[str, ...] = ("127.0.0.1", "localhost", "testserver")
    is_bound: bool = True


@dataclass(frozen=True)
class Person:
    """Somebody with WeChat. `is_snapshot`: looks at the page as a snapshot."""

    name: str = "小鱼"
    is_snapshot: bool = False

    def openid(self, account: OfficialAccount) -> str:
        return "o" + hashlib.sha256(f"{account.app_id}/{self.name}".encode()).hexdigest()[:27]

    @property
    def unionid(self) -> str:
        return "u" + hashlib.sha256(self.name.encode()).hexdigest()[:27]

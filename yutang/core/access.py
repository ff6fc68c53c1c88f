"""Who acts, and what they may do where. Faces build an `Actor`; services and queries ask it."""

from __future__ import annotations

from dataclasses import dataclass, field

from yutang.core.errors import NotAllowed


@dataclass(frozen=True)
class Actor:
    """Somebody acting inside one merchant.

    `grants` maps a permission (`area.verb`) to the org nodes it holds for, descendants included; None means the whole
    merchant.
    """

    kind: str  # "user", "api_key", "system"
    id: int | None
    name: str
    merchant_id: int
    grants: dict[str, frozenset[int] | None] = field(default_factory=dict)
    ip: str | None = None

    def may(self, permission: str) -> bool:
        return self.kind == "system" or permission in self.grants

    def require(self, permission: str) -> None:
        if not self.may(permission):
            raise NotAllowed(permission=permission)

    def nodes(self, permission: str) -> frozenset[int] | None:
        """Org nodes this permission reaches; None is the whole merchant. Refuses who has no grant at all."""
        self.require(permission)
        return None if self.kind == "system" else self.grants[permission]


def system(merchant_id: int, name: str = "system") -> Actor:
    """The product itself: jobs, imports by command line, set-up."""
    return Actor(kind="system", id=None, name=name, merchant_id=merchant_id)

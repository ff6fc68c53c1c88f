"""What every console page needs around its content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from yutang.console.shell import navigation

if TYPE_CHECKING:
    from django.http import HttpRequest

SEVERAL_MERCHANTS = "several_merchants"  # in the session, set at log-in


def shell(request: HttpRequest) -> dict[str, Any]:
    """`actor`, `merchant`, and the frame's own things; the lazy ones cost nothing on a fragment."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "merchant": getattr(request, "merchant", None),
        "may": May(actor),
        "is_htmx": bool(request.headers.get("HX-Request")),
        "navigation": lambda: navigation.groups(actor, request.path),
        "several_merchants": hasattr(request, "session") and request.session.get(SEVERAL_MERCHANTS, False),
        "languages": settings.LANGUAGES,
    }


class May:
    """`{% if may.customers.edit %}` in templates."""

    def __init__(self, actor: Any, area: str = "") -> None:
        self._actor = actor
        self._area = area

    def __getitem__(self, key: str) -> Any:
        if not self._area:
            return May(self._actor, key)
        return self._actor is not None and self._actor.may(f"{self._area}.{key}")

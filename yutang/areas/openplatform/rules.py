"""The form of a key, and what a key may be allowed at all. Pure."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

REQUESTS_PER_MINUTE = 600

# What the API has addresses for; the order is the order on screen. A key makes no keys and manages no staff.
SCOPES = (
    "home.view",
    "customers.view",
    "customers.unmask",
    "customers.edit",
    "customers.merge",
    "privacy.view",
    "privacy.manage",
    "privacy.export",
    "privacy.erase",
    "orders.view",
    "catalog.view",
    "catalog.edit",
    "segments.view",
    "segments.edit",
    "grades.view",
    "tags.view",
    "tags.give",
    "tags.edit",
    "relations.edit",
    "life.edit",
    "imports.view",
    "imports.run",
    "interactions.write",
)

# All that a key may do that stands in the source of a web page.
SITE_SCOPES = ("interactions.write",)

_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")
_SITE = re.compile(r"ys_([0-9a-f]{16})")
_FORM = re.compile(r"yk_([0-9a-f]{16})_([0-9a-f]{64})")


@dataclass(frozen=True)
class Token:
    """A key in full: 8 bytes by which it is found, 32 random bytes that prove it."""

    public_id: str
    secret: str

    def __str__(self) -> str:
        return f"yk_{self.public_id}_{self.secret}"


def new_token() -> Token:
    return Token(secrets.token_hex(8), secrets.token_hex(32))


def site_token(public_id: str) -> str:
    return f"ys_{public_id}"


def parse_site(text: str) -> str | None:
    """The public id of a site key."""
    found = _SITE.fullmatch(text)
    return found[1] if found else None


def is_origin(text: str) -> bool:
    """As browsers send it: scheme, host, port unless it is the usual one."""
    return _ORIGIN.fullmatch(text) is not None


def parse(text: str) -> Token | None:
    found = _FORM.fullmatch(text)
    return Token(found[1], found[2]) if found else None

"""Header cells: the same column is found whatever brackets, spaces or twin characters the export wrote."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence

_JUNK = re.compile(r"[\s\ufeff\u200b\x00'\"`=]+")
# 帐 and 账 are both written for "account" by the same platform in different years.
_TWINS = str.maketrans({"帐": "账", "【": "[", "】": "]", "〔": "[", "〕": "]", "﹙": "(", "﹚": ")"})


def key(header: str) -> str:
    """The comparable form of a header: NFKC (full-width to half-width), no spaces, one case, twins united."""
    return _JUNK.sub("", unicodedata.normalize("NFKC", header)).translate(_TWINS).casefold()


def unique_keys(headers: Sequence[str]) -> list[str]:
    """One distinct key per column. Of two equal headers the second is `name=2`; no other key holds a =."""
    seen: dict[str, int] = {}
    keys = []
    for header in headers:
        name = key(header)
        seen[name] = count = seen.get(name, 0) + 1
        keys.append(name if count == 1 else f"{name}={count}")
    return keys


def signature(headers: Iterable[str]) -> str:
    """Sixteen hex digits that stay the same when columns only change their order."""
    names = sorted(name for header in headers if (name := key(header)))
    return hashlib.sha256("\n".join(names).encode("utf-8", "replace")).hexdigest()[:16]

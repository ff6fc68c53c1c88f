"""ACS3-HMAC-SHA256: what Aliyun's interfaces want signed, and how. Pure; clock and nonce come from outside."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def query_text(params: Mapping[str, str]) -> str:
    """Parameters as they are sent and signed: by name, escaped after RFC 3986."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(params.items()))


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def authorization(
    *, key_id: str, key_secret: str, method: str, path: str, query: str, headers: Mapping[str, str]
) -> str:
    """The `Authorization` header. `query` as `query_text` makes it; `headers`: all that are signed, their names in
    small letters, `x-acs-content-sha256` among them."""
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = "\n".join([method, path, query, lines, ";".join(names), headers["x-acs-content-sha256"]])
    text = f"{ALGORITHM}\n{digest(request.encode())}"
    signature = hmac.digest(key_secret.encode(), text.encode(), "sha256").hex()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={';'.join(names)},Signature={signature}"

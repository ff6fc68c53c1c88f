"""What a request may carry: JSON in UTF-8 that PostgreSQL can store."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from django.http import HttpRequest

MAX_BYTES = 2**20
LINES = "application/x-ndjson"


class Malformed(DomainError):
    code = "request.malformed"
    message = gettext_noop("The body is not JSON in UTF-8.")
    status = 400


class Unstorable(DomainError):
    code = "request.unstorable_text"
    message = gettext_noop("The request holds a character that cannot be stored.")
    status = 422


class TooLarge(DomainError):
    code = "request.too_large"
    message = gettext_noop("A body may have %(limit)s bytes.")
    status = 413


class UnsupportedMediaType(DomainError):
    code = "request.unsupported_media_type"
    message = gettext_noop("Send application/json.")
    status = 415


class FilesOnly(DomainError):
    code = "request.unsupported_media_type"
    message = gettext_noop("Send multipart/form-data.")
    status = 415


class NotMultipart(DomainError):
    code = "request.malformed"
    message = gettext_noop("The body is not multipart/form-data.")
    status = 400


def check(request: HttpRequest, *, takes_files: bool, takes_lines: bool = False) -> None:
    """Raises for what cannot be read. `request.json` is the parsed body, None when there is none; `request.fingerprint`
    tells bodies apart."""
    request.json = None
    if takes_files and request.method == "POST":
        _check_files(request)
        return
    body = request.fingerprint = _read(request)
    if request.method not in ("POST", "PUT", "PATCH") or not body:
        return
    if takes_lines and request.content_type == LINES:
        return
    if request.content_type != "application/json":
        raise UnsupportedMediaType
    try:
        request.json = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    if (field := _unstorable(request.json)) is not None:
        raise Unstorable(field=field)


def check_query(request: HttpRequest) -> None:
    for name, values in request.GET.lists():
        if any("\x00" in text for text in (name, *values)):
            raise Unstorable(field=name.replace("\x00", ""))


def _check_files(request: HttpRequest) -> None:
    """Files are streamed to disk and never held in memory."""
    if request.content_type != "multipart/form-data":
        raise FilesOnly
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode())
    try:
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                digest.update(f"{name}:{file.name}:{file.size}:".encode(errors="replace"))
                for block in file.chunks():
                    digest.update(block)
                file.seek(0)
                if file.name is None or _is_bad(file.name):
                    raise Unstorable(field=name)
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        raise NotMultipart from error
    request.fingerprint = digest.digest()


def _read(request: HttpRequest) -> bytes:
    try:
        if int(request.headers.get("Content-Length") or 0) > MAX_BYTES:
            raise TooLarge(limit=MAX_BYTES)
        body: bytes = request.body
    except RequestDataTooBig as error:
        raise TooLarge(limit=MAX_BYTES) from error
    except (UnreadablePostError, ValueError) as error:
        raise Malformed from error
    if len(body) > MAX_BYTES:
        raise TooLarge(limit=MAX_BYTES)
    return body


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are no JSON


def _unstorable(value: Any) -> str | None:
    """The path of the first text with U+0000 or half a surrogate pair. Walks without recursion: JSON may be deep."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, dict):
            for name, inner in node.items():
                stack.append((f"{path}.{name}".lstrip("."), inner))
                if _is_bad(name):
                    return path or "body"
        elif isinstance(node, list):
            stack.extend((f"{path}.{index}".lstrip("."), inner) for index, inner in enumerate(node))
        elif isinstance(node, str) and _is_bad(node):
            return path or "body"
    return None


def _is_bad(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)

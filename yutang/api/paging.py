"""Pages by key: new rows never shift the ones that follow, and the thousandth page costs what the first does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext_noop

from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.api.shapes import Paging


class BadCursor(DomainError):
    code = "cursor.invalid"
    message = gettext_noop("This cursor is not one of ours for this list. Start again without it.")
    status = 422


def page(queryset: QuerySet[Any], paging: Paging, *, newest: str | None = None) -> tuple[list[Any], str | None]:
    """Rows and the cursor of the next page. Newest id first, or by the time field `newest` and then id."""
    salt = f"{queryset.model._meta.label_lower}:{newest}"
    if paging.cursor is not None:
        queryset = queryset.filter(_after(opened(paging.cursor, salt), newest))
    order = ("-id",) if newest is None else (f"-{newest}", "-id")
    rows = list(queryset.order_by(*order)[: paging.limit + 1])
    if len(rows) <= paging.limit:
        return rows, None
    last = rows[paging.limit - 1]
    key = [last.pk] if newest is None else [last.pk, getattr(last, newest).isoformat()]
    return rows[: paging.limit], sealed(key, salt)


def _after(key: list[Any], newest: str | None) -> Q:
    if newest is None:
        return Q(id__lt=key[0])
    at = datetime.fromisoformat(key[1])
    # The bound on the first column alone lets the index start there.
    return Q(**{f"{newest}__lte": at}) & (Q(**{f"{newest}__lt": at}) | Q(id__lt=key[0]))


def sealed(key: list[Any], salt: str) -> str:
    """A cursor. Signed: nobody can ask for a comparison that we did not offer, or carry it to another list."""
    return signing.dumps(key, salt=f"api:{salt}")


def opened(cursor: str, salt: str) -> list[Any]:
    try:
        key: list[Any] = signing.loads(cursor, salt=f"api:{salt}")
    except (signing.BadSignature, ValueError) as error:
        raise BadCursor(field="cursor") from error
    return key

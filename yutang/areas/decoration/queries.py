"""Reads of pages: what a shopper is shown, and what the console works on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.core import signing
from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, Subquery

from yutang.areas.decoration import blocks
from yutang.areas.decoration.models import Page, PageVariant, PageVersion
from yutang.areas.decoration.needs import Found, Viewer, found_for
from yutang.areas.privacy.reach import may_personalise
from yutang.areas.segments import membership
from yutang.core import clock
from yutang.core.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.areas.decoration.blocks import Block
    from yutang.core.access import Actor

VIEW, EDIT = "decoration.view", "decoration.edit"
PREVIEW_SECONDS = 3600
_SALT = "yutang.decoration.preview"
T = TypeVar("T")


def require_everywhere(actor: Actor, permission: str = EDIT) -> None:
    """The shop's pages belong to the whole merchant."""
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


# -- what is shown ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """A block as the shop draws it; `data` is what its template needs."""

    id: str
    kind: str
    block: Block
    data: Any


@dataclass(frozen=True)
class Shown:
    """A page as one shopper sees it."""

    page: Page
    pieces: list[Piece]
    version_id: int | None  # None: a draft

    def of(self, kind: str) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind == kind]


_CURRENT = """
SELECT a.segment_id, v.id, v.blocks, p.id, p.kind, p.slug, p.title, p.share_title, p.share_text, p.share_picture
  FROM decoration_page p
  JOIN decoration_pagevariant a ON a.merchant_id = p.merchant_id AND a.page_id = p.id AND a.archived_at IS NULL
  CROSS JOIN LATERAL (
        SELECT id, blocks FROM decoration_pageversion v
         WHERE v.variant_id = a.id AND v.withdrawn_at IS NULL AND v.shows_from <= %(now)s
           AND (v.shows_until IS NULL OR v.shows_until > %(now)s)
         ORDER BY v.shows_from DESC, v.id DESC LIMIT 1) v
 WHERE p.slug = %(slug)s AND p.archived_at IS NULL AND (a.segment_id IS NULL OR %(is_known)s)
 ORDER BY a.segment_id IS NULL, a.position, a.id
"""


def shown(slug: str, viewer: Viewer) -> Shown | None:
    """The page at this address ("" is the home page) as the viewer sees it; None where nothing is published for them.

    One statement for strangers. For a person where segments have versions of their own: one more for the segments,
    and for their members one that asks whether they may be addressed personally. Then what the blocks need.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CURRENT, {"slug": slug, "now": viewer.now, "is_known": viewer.customer_id is not None}
        )  # fmt: skip
        rows = cursor.fetchall()
    mine = _segments_of(viewer, [row[0] for row in rows if row[0] is not None])
    chosen = next((row for row in rows if row[0] is None or row[0] in mine), None)
    if chosen is None:
        return None
    names = ("pk", "kind", "slug", "title", "share_title", "share_text", "share_picture")
    page = Page(**dict(zip(names, chosen[3:], strict=True)))
    return Shown(page, drawn(blocks.parse(json.loads(chosen[2])), viewer), chosen[1])


def drawn(found: Sequence[Block], viewer: Viewer) -> list[Piece]:
    """What can be shown of the blocks; what is unfinished or gone is left out."""
    things = found_for(found, viewer)
    pieces = ((block, block.shown(things)) for block in found)
    return [Piece(block.id, block.kind, block, data) for block, data in pieces if data is not None]


def problems(found: Sequence[Block], viewer: Viewer) -> list[tuple[Block, list[str]]]:
    """What keeps blocks from being published, block by block; those that are complete are left out."""
    things: Found = found_for(found, viewer)
    each = ((block, list(dict.fromkeys(block.problems(things)))) for block in found)
    return [(block, texts) for block, texts in each if texts]


def _segments_of(viewer: Viewer, segment_ids: list[int]) -> frozenset[int]:
    if viewer.customer_id is None or not segment_ids:
        return frozenset()
    mine = membership.among(viewer.customer_id, segment_ids)
    return mine if mine and may_personalise(viewer.customer_id) else frozenset()


# -- previews --------------------------------------------------------------------------------------------------------


def preview_token(variant: PageVariant) -> str:
    """Part of an address that shows the draft for an hour to whoever has it."""
    return signing.dumps([variant.merchant_id, variant.pk], salt=_SALT)


def previewed(token: str, *, merchant_id: int, viewer: Viewer) -> Shown:
    """The draft behind the token. NotFound for a token that is too old, or another merchant's."""
    try:
        owner, variant_id = signing.loads(token, salt=_SALT, max_age=PREVIEW_SECONDS)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotFound from error
    if owner != merchant_id:
        raise NotFound
    found = variant(variant_id)
    return Shown(found.page, drawn(blocks.parse(found.draft), viewer), None)


# -- the console -----------------------------------------------------------------------------------------------------


def pages() -> QuerySet[Page]:
    """All that are not deleted, with how many variants they have and since when they are shown to everybody."""
    since = _live(OuterRef("pk")).values("shows_from")[:1]
    return Page.objects.filter(archived_at__isnull=True).annotate(
        variant_count=Count("variants", filter=Q(variants__archived_at__isnull=True)), shown_since=Subquery(since)
    )


def page(page_id: int) -> Page:
    return _found(Page.objects.filter(pk=page_id, archived_at__isnull=True).first())


def topic_titles() -> dict[str, str]:
    """Slug → title of the newest topics, to choose a link from."""
    found = Page.objects.filter(kind=Page.Kind.TOPIC, archived_at__isnull=True).order_by("-id")[:200]
    return dict(found.values_list("slug", "title"))


def variants(of: Page) -> QuerySet[PageVariant]:
    """In the order in which they are looked at: segments by their place, then everybody."""
    found = PageVariant.objects.filter(page=of, archived_at__isnull=True).select_related("segment")
    is_general = ExpressionWrapper(Q(segment__isnull=True), output_field=BooleanField())
    return found.order_by(is_general, "position", "pk")


def variant(variant_id: int) -> PageVariant:
    found = PageVariant.objects.filter(pk=variant_id, archived_at__isnull=True, page__archived_at__isnull=True)
    return _found(found.select_related("page", "segment").first())


def versions(of: PageVariant) -> QuerySet[PageVersion]:
    """To be paged by `-id`."""
    return PageVersion.objects.filter(variant=of).defer("blocks")


def version(version_id: int) -> PageVersion:
    found = PageVersion.objects.filter(pk=version_id, variant__archived_at__isnull=True)
    return _found(found.filter(variant__page__archived_at__isnull=True).select_related("variant").first())


def live(of: PageVariant) -> PageVersion | None:
    """The version that is shown now."""
    now = clock.now()
    found = PageVersion.objects.filter(Q(shows_until__isnull=True) | Q(shows_until__gt=now), variant=of)
    return found.filter(withdrawn_at__isnull=True, shows_from__lte=now).order_by("-shows_from", "-id").first()


def _live(page_id: Any) -> QuerySet[PageVersion]:
    now = clock.now()
    found = PageVersion.objects.filter(
        Q(shows_until__isnull=True) | Q(shows_until__gt=now), variant__page=page_id, variant__segment__isnull=True
    )
    return found.filter(
        withdrawn_at__isnull=True, variant__archived_at__isnull=True, shows_from__lte=now
    ).order_by("-shows_from", "-id")  # fmt: skip


def _found(row: T | None) -> T:
    if row is None:
        raise NotFound
    return row

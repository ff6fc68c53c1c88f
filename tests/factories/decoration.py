from __future__ import annotations

import itertools
from typing import Any

from tests.factories.catalog import make_picture_file
from yutang.areas.catalog import services as catalog
from yutang.areas.decoration import blocks, edits, queries, services
from yutang.areas.decoration.models import BestSeller, Page, PageVariant, PageVersion
from yutang.areas.decoration.services import PageWords
from yutang.core import access, tenancy

_numbers = itertools.count(1)


def actor() -> access.Actor:
    return access.system(tenancy.require_merchant_id(), name="tester")


def block(kind: str, **values: Any) -> dict[str, Any]:
    return {"kind": kind, "id": blocks.new_id(), **values}


def picture(width: int = 750, height: int = 400, colour: str = "orange") -> dict[str, Any]:
    stored = catalog.store_picture(content=make_picture_file(width, height, colour), actor=actor())
    return {"digest": stored.digest, "width": stored.width, "height": stored.height}


def home() -> Page:
    return services.home(actor=actor())


def topic(slug: str = "", title: str = "Topic", **words: str) -> Page:
    slug = slug or f"topic-{next(_numbers)}"
    return services.create_topic(slug=slug, words=PageWords(title=title, **words), actor=actor())


def general(page: Page) -> PageVariant:
    """The variant for everybody."""
    return queries.variants(page).get(segment__isnull=True)


def draft(variant: PageVariant, *raw: dict[str, Any]) -> PageVariant:
    return services.change(
        variant_id=variant.pk, revision=queries.variant(variant.pk).revision, edit=edits.replace(list(raw)),
        actor=actor(),
    )  # fmt: skip


def published(page: Page | PageVariant, *raw: dict[str, Any], **period: Any) -> PageVersion:
    """These blocks as a version of the page, for everybody unless a variant is given."""
    variant = draft(general(page) if isinstance(page, Page) else page, *raw)
    return services.publish(variant_id=variant.pk, revision=variant.revision, actor=actor(), **period)


def furnish(mark: str, segment_id: int, product_id: int) -> dict[str, object]:
    """A home page for everybody and for a segment, a topic page, best sellers; ids for addresses."""
    raw = block("notice", text=f"Notice {mark}")
    variant = services.add_variant(page_id=home().pk, segment_id=segment_id, actor=actor())
    version = published(variant, raw)
    page = topic(title=f"Topic {mark}", share_text=mark)
    published(page, raw)
    place = BestSeller.objects.count() + 1
    BestSeller.objects.create(merchant_id=page.merchant_id, place=place, product_id=product_id, pieces=1)
    return {
        "page_id": page.pk, "page_slug": page.slug, "variant_id": variant.pk, "version_id": version.pk,
        "block_id": raw["id"],
    }  # fmt: skip

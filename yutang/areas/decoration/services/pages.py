"""Pages, and for whom they are made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from yutang.areas.decoration import queries
from yutang.areas.decoration.errors import (
    AddressTaken,
    BadAddress,
    GeneralStays,
    HomeStays,
    TooManyVariants,
    VariantExists,
)
from yutang.areas.decoration.models import Page, PageVariant
from yutang.areas.segments import queries as segments
from yutang.core import audit, clock

if TYPE_CHECKING:
    from yutang.areas.decoration.models import PageVersion
    from yutang.core.access import Actor

MOST_VARIANTS = 10  # beside the one for everybody
_SLUG = re.compile(r"(?=[0-9-]*[a-z])[a-z0-9-]{1,60}")  # a number alone is the address of a product


@dataclass(frozen=True)
class PageWords:
    """What a page says of itself. `share_picture`: digest."""

    title: str
    share_title: str = ""
    share_text: str = ""
    share_picture: str = ""


@transaction.atomic
def home(*, actor: Actor) -> Page:
    """The home page; made when it is asked for first."""
    queries.require_everywhere(actor)
    found = Page.objects.filter(kind=Page.Kind.HOME).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _made(Page(kind=Page.Kind.HOME, title=gettext("Home page")), actor)
    except IntegrityError:  # somebody else was faster
        return Page.objects.get(kind=Page.Kind.HOME)


@transaction.atomic
def create_topic(*, slug: str, words: PageWords, actor: Actor) -> Page:
    """A topic page with an empty draft. BadAddress, AddressTaken."""
    queries.require_everywhere(actor)
    page = Page(kind=Page.Kind.TOPIC, slug=_free(slug, None), **vars(words))
    try:
        with transaction.atomic():
            return _made(page, actor)
    except IntegrityError as error:
        raise _taken(error, slug) from error


@transaction.atomic
def change_page(*, page_id: int, words: PageWords, slug: str = "", actor: Actor) -> Page:
    """What the page says of itself, and the address of a topic. BadAddress, AddressTaken."""
    page = _locked(page_id, actor)
    if page.kind == Page.Kind.TOPIC:
        page.slug = _free(slug, page)
    for name, text in vars(words).items():
        setattr(page, name, text)
    try:
        with transaction.atomic():
            page.save()
    except IntegrityError as error:
        raise _taken(error, slug) from error
    audit.record("decoration.page", actor=actor, object_type="page", object_id=page.pk, detail={"slug": page.slug})
    return page


@transaction.atomic
def archive_page(*, page_id: int, actor: Actor) -> Page:
    """Deletes a topic: its address is free again, its versions are kept. HomeStays."""
    page = _locked(page_id, actor)
    if page.kind == Page.Kind.HOME:
        raise HomeStays
    page.archived_at = clock.now()
    page.save(update_fields=["archived_at"])
    audit.record("decoration.delete", actor=actor, object_type="page", object_id=page.pk)
    return page


@transaction.atomic
def add_variant(*, page_id: int, segment_id: int, actor: Actor) -> PageVariant:
    """The page for a segment, behind those there are; its draft begins as that for everybody. NotFound for a segment
    that the actor does not see; VariantExists, TooManyVariants."""
    page = _locked(page_id, actor)
    segment = segments.get(segment_id, actor=actor)
    held = list(queries.variants(page))
    if any(variant.segment_id == segment.pk for variant in held):
        raise VariantExists(field="segment")
    if len(held) > MOST_VARIANTS:
        raise TooManyVariants(field="segment", most=MOST_VARIANTS)
    general = next(variant for variant in held if variant.segment_id is None)
    made = PageVariant.objects.create(
        merchant_id=actor.merchant_id, page=page, segment=segment, draft=general.draft, drafted_by=actor.name,
        position=max(variant.position for variant in held) + 1,
    )  # fmt: skip
    _record("decoration.add_variant", made, actor)
    return made


@transaction.atomic
def move_variant(*, variant_id: int, up: bool, actor: Actor) -> None:
    """A shopper of several segments sees the first of them."""
    variant = queries.variant(variant_id)
    _locked(variant.page_id, actor)
    held = [each for each in queries.variants(variant.page) if each.segment_id is not None]
    place = next((place for place, each in enumerate(held) if each.pk == variant.pk), None)
    other = place + (-1 if up else 1) if place is not None else -1
    if place is None or not 0 <= other < len(held):
        return
    held[place], held[other] = held[other], held[place]
    for position, each in enumerate(held, start=1):
        each.position = position
    PageVariant.objects.bulk_update(held, ["position"])
    _record("decoration.move_variant", variant, actor)


@transaction.atomic
def remove_variant(*, variant_id: int, actor: Actor) -> PageVariant:
    """The segment sees what everybody sees again; drafts and versions are kept."""
    variant = queries.variant(variant_id)
    _locked(variant.page_id, actor)
    if variant.segment_id is None:
        raise GeneralStays
    variant.archived_at = clock.now()
    variant.save(update_fields=["archived_at"])
    _record("decoration.remove_variant", variant, actor)
    return variant


def record_version(action: str, version: PageVersion, actor: Actor) -> None:
    detail = {"variant": version.variant_id, "number": version.number}
    audit.record(action, actor=actor, object_type="page", object_id=version.variant.page_id, detail=detail)


def _made(page: Page, actor: Actor) -> Page:
    page.merchant_id, page.created_by = actor.merchant_id, actor.name
    page.save()
    PageVariant.objects.create(merchant_id=actor.merchant_id, page=page, drafted_by=actor.name)
    audit.record("decoration.create", actor=actor, object_type="page", object_id=page.pk, detail={"slug": page.slug})
    return page


def _locked(page_id: int, actor: Actor) -> Page:
    """Whoever changes which variants there are changes the page."""
    queries.require_everywhere(actor)
    queries.page(page_id)
    return Page.objects.select_for_update().get(pk=page_id)


def _free(slug: str, page: Page | None) -> str:
    if not _SLUG.fullmatch(slug):
        raise BadAddress(field="slug")
    if Page.objects.filter(slug=slug, archived_at__isnull=True).exclude(pk=page.pk if page else 0).exists():
        raise AddressTaken(field="slug", slug=slug)
    return slug


def _taken(error: IntegrityError, slug: str) -> Exception:
    return AddressTaken(field="slug", slug=slug) if "page_address_once" in str(error) else error


def _record(action: str, variant: PageVariant, actor: Actor) -> None:
    detail = {"variant": variant.pk, "segment": variant.segment_id}
    audit.record(action, actor=actor, object_type="page", object_id=variant.page_id, detail=detail)

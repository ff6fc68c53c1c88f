"""Pictures of products: taken in, put in order, taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from yutang.areas.catalog import images, queries
from yutang.areas.catalog.errors import TooMany
from yutang.areas.catalog.models import Picture, Product, Sku
from yutang.core import audit
from yutang.core.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yutang.areas.catalog.images import StoredPicture
    from yutang.core.access import Actor

MOST_PICTURES = 30


@dataclass(frozen=True)
class PictureDraft:
    """`sku_id`: shown when this SKU is chosen."""

    picture_id: int
    alt: str = ""
    sku_id: int | None = None


def store_picture(*, content: IO[bytes], shelf: str = images.SHOWN, actor: Actor) -> StoredPicture:
    """Keeps the files of a picture that something else refers to by its digest: a review, a text. On a shelf of one's
    own they have no public address."""
    return images.store(content, actor.merchant_id, shelf)


def remove_picture(merchant_id: int, digest: str, *, shelf: str) -> int:
    """Deletes the files of a picture that nothing refers to any more; how many."""
    return images.remove(merchant_id, digest, shelf)


@transaction.atomic
def add_picture(*, product_id: int, content: IO[bytes], alt: str = "", actor: Actor) -> Picture:
    """Behind those the product has. The errors of `images.store`; TooMany."""
    queries.require_everywhere(actor)
    product = _locked(product_id)
    found = Picture.objects.filter(product=product)
    if found.count() >= MOST_PICTURES:
        raise TooMany(field="picture", most=MOST_PICTURES)
    stored = images.store(content, actor.merchant_id)
    last = found.aggregate(last=Max("position"))["last"]
    picture = Picture.objects.create(
        merchant_id=actor.merchant_id, product=product, digest=stored.digest, width=stored.width, height=stored.height,
        alt=alt, position=0 if last is None else last + 1,
    )  # fmt: skip
    _record(product, actor)
    return picture


@transaction.atomic
def save_pictures(*, product_id: int, drafts: Sequence[PictureDraft], actor: Actor) -> None:
    """The product's pictures in this order, with these texts; one that is left out is taken away. Its files stay:
    earlier orders show them."""
    queries.require_everywhere(actor)
    product = _locked(product_id)
    held = {picture.pk: picture for picture in Picture.objects.filter(product=product)}
    skus = set(Sku.objects.filter(product=product).values_list("pk", flat=True)) | {None}
    if any(draft.picture_id not in held or draft.sku_id not in skus for draft in drafts):
        raise NotFound(field="pictures")
    for position, draft in enumerate(drafts):
        picture = held[draft.picture_id]
        picture.position, picture.alt, picture.sku_id = position, draft.alt, draft.sku_id
    Picture.objects.filter(product=product).exclude(pk__in=[draft.picture_id for draft in drafts]).delete()
    Picture.objects.bulk_update([held[draft.picture_id] for draft in drafts], ["position", "alt", "sku"])
    _record(product, actor)


def _locked(product_id: int) -> Product:
    queries.product(product_id)
    return Product.objects.select_for_update().get(pk=product_id)


def _record(product: Product, actor: Actor) -> None:
    audit.record("catalog.pictures", actor=actor, object_type="product", object_id=product.pk)

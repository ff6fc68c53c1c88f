"""Reviews are what people wrote: handed out, and gone with an erasure, pictures included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_noop

from yutang.areas.catalog import images
from yutang.areas.catalog.models import Picture, Review
from yutang.areas.privacy import registry
from yutang.core import tenancy

if TYPE_CHECKING:
    from yutang.areas.customers.erasing import Person
    from yutang.areas.privacy.search import Needle
    from yutang.core.access import Actor


def register() -> None:
    registry.register(
        registry.Holder(area="catalog", tables=("catalog_review",), copy=copy, erase=erase, erase_files=erase_pictures)
    )


def copy(person: Person) -> registry.Section:
    rows = Review.objects.filter(_of(person)).select_related("product").order_by("pk")
    return {
        gettext_noop("Reviews"): [
            {
                "product": row.product.name, "rating": row.rating, "text": row.text, "written": row.created_at,
                "pictures": len(row.pictures), "anonymous": row.is_anonymous, "state": row.state, "reply": row.reply,
                "replied": row.replied_at,
            }
            for row in rows
        ],
    }  # fmt: skip


def erase(person: Person, actor: Actor) -> None:
    """Words go at once; a review with pictures stays, hidden and empty, until its files are gone."""
    del actor
    found = Review.objects.filter(_of(person))
    found.filter(pictures=[]).delete()
    found.update(text="", reply="", replied_by="", state=Review.State.HIDDEN)


def erase_pictures(person: Person, wanted: list[Needle]) -> int:
    """Files that nothing else shows, then the rows that remembered them."""
    del wanted
    with tenancy.scope(person.merchant_id):
        found = list(Review.objects.filter(_of(person)).values_list("pk", "pictures"))
        theirs = {digest for _, digests in found for digest in digests}
        others = Review.objects.exclude(pk__in=[pk for pk, _ in found])
        kept = set(Picture.objects.filter(digest__in=theirs).values_list("digest", flat=True)) | {
            digest for digest in theirs if others.filter(pictures__contains=[digest]).exists()
        }
    removed = sum(images.remove(person.merchant_id, digest) for digest in sorted(theirs - kept))
    with tenancy.scope(person.merchant_id):
        Review.objects.filter(pk__in=[pk for pk, _ in found]).delete()
    return removed


def _of(person: Person) -> Q:
    return Q(customer_id=person.customer_id) | Q(home_customer_id__in=person.homes)

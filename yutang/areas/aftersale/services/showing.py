"""Evidence: words and pictures of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

from django.db import transaction

from yutang.areas.aftersale.errors import EvidenceClosed, NotNow, TextMissing, TooManyPictures
from yutang.areas.aftersale.models import Case, CasePicture, Dispute
from yutang.areas.aftersale.queries import SHELF
from yutang.areas.aftersale.rules import Side
from yutang.areas.aftersale.services.moving import checked, lock, log
from yutang.areas.catalog import services as catalog
from yutang.core import clock

if TYPE_CHECKING:
    from yutang.core.access import Actor

MOST_PICTURES = 9  # of each side


@transaction.atomic
def add_evidence(
    *, case_id: int, text: str = "", pictures: Sequence[IO[bytes]] = (), side: Side, actor: Actor
) -> Case:  # fmt: skip
    """What one side says and shows, while the case is open; in a dispute until the time for it is over. TextMissing
    where there is nothing, TextTooLong, TooManyPictures, EvidenceClosed, NotNow, and what pictures raise."""
    case = lock(case_id)
    if not case.is_open:
        raise NotNow(number=case.number, state=case.get_state_display())
    if case.state == Case.State.DISPUTED:
        dispute = Dispute.objects.get(case=case)
        if dispute.state != Dispute.State.EVIDENCE or clock.now() >= dispute.evidence_until:
            raise EvidenceClosed
    text = checked(text)
    if not text and not pictures:
        raise TextMissing(field="text")
    attach(case, pictures, side, actor)
    log(case, "evidence", side, actor, text=text, pictures=len(pictures))
    return case


@transaction.atomic
def add_note(*, case_id: int, text: str, actor: Actor) -> None:
    """For colleagues only; an empty one writes nothing."""
    if text := checked(text):
        log(lock(case_id), "noted", Side.MERCHANT, actor, text=text)


def attach(case: Case, pictures: Sequence[IO[bytes]], side: Side, actor: Actor) -> None:
    if CasePicture.objects.filter(case=case, side=side).count() + len(pictures) > MOST_PICTURES:
        raise TooManyPictures(field="pictures", most=MOST_PICTURES)
    for content in pictures:
        stored = catalog.store_picture(content=content, shelf=SHELF, actor=actor)
        CasePicture.objects.get_or_create(
            merchant_id=actor.merchant_id, case=case, digest=stored.digest, side=side, defaults={"by": actor.name}
        )

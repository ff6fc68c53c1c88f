"""Terms of use and privacy policy: what a shop must show, and people must accept, when they log in.

Every saved text is a new version. Until the merchant has saved one, a draft holds as version 1: it is written down when
somebody accepts it first, so that each consent names the very words.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext

from yutang.areas.customers import merging
from yutang.areas.merchants import queries as merchants
from yutang.areas.privacy import consents
from yutang.areas.privacy.models import DOCUMENTS, Consent, ConsentText, Purpose
from yutang.core import audit, tenancy
from yutang.core.access import Actor
from yutang.core.errors import Invalid
from yutang.core.richtext import cleaned

DRAFT = 1  # the version that is ours
MOST = 20_000  # characters


def current(purpose: Purpose) -> ConsentText:
    """What holds now, or the draft, which may be not stored yet. Inside the merchant's scope."""
    return history(purpose).first() or _draft(purpose)


def versions() -> dict[str, int]:
    """Of each document, the version that holds now; one statement."""
    found = ConsentText.objects.filter(purpose__in=DOCUMENTS).values("purpose").annotate(newest=Max("version"))
    return dict.fromkeys(DOCUMENTS, DRAFT) | {row["purpose"]: row["newest"] for row in found}


def history(purpose: Purpose) -> QuerySet[ConsentText]:
    """What was stored, the newest first."""
    return ConsentText.objects.filter(purpose=purpose).order_by("-version")


@transaction.atomic
def save(*, purpose: Purpose, text: str, text_en: str, actor: Actor) -> ConsentText:
    """The merchant's next version; whoever logs in from now on is asked for it."""
    consents.require_everything(actor, consents.MANAGE)
    text, text_en = cleaned(text).strip(), cleaned(text_en).strip()
    for field, words, least in (("text", text, 1), ("text_en", text_en, 0)):
        if not least <= len(words) <= MOST:
            reason = gettext("Write 1 to 20,000 characters.")
            raise Invalid(field=field, field_label=gettext("Text"), reason=reason)
    merging.lock_identities(actor.merchant_id)  # two at once would take the same number
    made = ConsentText.objects.create(
        merchant_id=actor.merchant_id, purpose=purpose, version=versions()[purpose] + 1, text=text, text_en=text_en,
        created_by=actor.name,
    )  # fmt: skip
    detail = {"purpose": str(purpose), "version": made.version}
    audit.record("privacy.consent_text", actor=actor, object_type="consent_text", object_id=made.pk, detail=detail)
    return made


@transaction.atomic
def agree(*, customer_id: int, seen: Mapping[str, int], evidence: str, actor: Actor) -> None:
    """A person accepted both documents in the versions they saw; said once for each version."""
    for purpose in DOCUMENTS:
        said = Consent.objects.filter(customer=customer_id, purpose=purpose).select_related("text")
        newest = said.order_by("-at", "-id").first()
        if newest and newest.is_given and newest.text and newest.text.version == seen[purpose]:
            continue
        if seen[purpose] == DRAFT:
            _keep_draft(purpose, actor)
        consents.record(
            customer_id=customer_id, purpose=purpose, is_given=True, version=seen[purpose], evidence=evidence,
            actor=actor,
        )  # fmt: skip


def _keep_draft(purpose: Purpose, actor: Actor) -> None:
    merging.lock_identities(actor.merchant_id)
    if not history(purpose).exists():
        _draft(purpose).save()


def _draft(purpose: Purpose) -> ConsentText:
    shop = merchants.current_merchant(tenancy.require_merchant_id())
    words = {
        language: _file(f"{purpose}.{language}.html").replace("{merchant}", escape(shop.name))
        for language in ("zh-hans", "en")
    }
    return ConsentText(
        merchant=shop, purpose=purpose, version=DRAFT, text=words["zh-hans"], text_en=words["en"], created_by="Yutang"
    )


@lru_cache(maxsize=4)
def _file(name: str) -> str:
    return (Path(__file__).parent / "drafts" / name).read_text(encoding="utf-8")

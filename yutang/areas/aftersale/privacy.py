"""What cases know of a person: what they wrote and showed. Amounts and times stay, like those of the orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop, ngettext

from yutang.areas.aftersale.models import Case, CasePicture, CaseStep, Dispute
from yutang.areas.aftersale.queries import SHELF
from yutang.areas.aftersale.rules import OPEN, REASONS
from yutang.areas.catalog import services as catalog
from yutang.areas.merchants import queries as merchants
from yutang.areas.privacy import registry
from yutang.core import money, tenancy

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.areas.customers.erasing import Person
    from yutang.areas.privacy.search import Needle
    from yutang.core.access import Actor

# What people wrote, in the details of a step.
_WORDS = ("text", "carrier", "tracking_no")


def register() -> None:
    registry.register(
        registry.Holder(area="aftersale", copy=copy, erase=erase, erase_files=erase_pictures, objections=open_cases)
    )


def copy(person: Person) -> registry.Section:
    currency = merchants.current_merchant(person.merchant_id).currency
    cases = list(_of(person).select_related("order").order_by("pk"))
    numbers = {case.pk: case.number for case in cases}
    said = CaseStep.objects.filter(case__in=numbers, what__in=("opened", "change", "evidence", "escalate"))
    disputes = Dispute.objects.filter(case__in=numbers).order_by("pk")
    return {
        gettext_noop("After-sale cases"): [
            {
                "number": case.number, "order_no": case.order.order_no, "kind": case.get_kind_display(),
                "reason": str(REASONS[case.reason].label), "text": case.text, "state": case.get_state_display(),
                "asked": str(money.to_decimal(case.asked, currency)), "currency": currency,
                "given_back": str(money.to_decimal(case.granted, currency)), "carrier": case.carrier,
                "tracking_no": case.tracking_no, "opened": case.opened_at, "ended": case.ended_at,
                "pictures": CasePicture.objects.filter(case=case).count(),
            }
            for case in cases
        ],
        gettext_noop("Said in after-sale cases"): [
            {"number": numbers[step.case_id], "at": step.at, "by": step.by, "text": step.detail.get("text", "")}
            for step in said.order_by("pk") if step.detail.get("text")
        ],
        gettext_noop("Disputes"): [
            {
                "number": numbers[row.case_id], "opened": row.opened_at, "reason": row.reason,
                "state": row.get_state_display(), "ruling": row.get_ruling_display(), "text": row.text,
            }
            for row in disputes
        ],
    }  # fmt: skip


def erase(person: Person, actor: Actor) -> None:
    """Words go, of both sides: they speak of the person. Pictures go with their files."""
    del actor
    cases = _of(person)
    Dispute.objects.filter(case__in=cases).update(reason="", text="")
    changed = []
    for step in CaseStep.objects.filter(case__in=cases):
        if any(word in step.detail for word in _WORDS):
            step.detail = {name: value for name, value in step.detail.items() if name not in _WORDS}
            changed.append(step)
    CaseStep.objects.bulk_update(changed, ["detail"], batch_size=500)
    cases.update(text="", carrier="", tracking_no="")


def erase_pictures(person: Person, wanted: list[Needle]) -> int:
    """Files that no other case shows, then the rows that remembered them."""
    del wanted
    with tenancy.scope(person.merchant_id):
        shown = CasePicture.objects.filter(case__in=_of(person))
        own, theirs = list(shown.values_list("pk", flat=True)), set(shown.values_list("digest", flat=True))
        others = CasePicture.objects.filter(digest__in=theirs).exclude(pk__in=own)
        theirs -= set(others.values_list("digest", flat=True))
    removed = sum(catalog.remove_picture(person.merchant_id, digest, shelf=SHELF) for digest in sorted(theirs))
    with tenancy.scope(person.merchant_id):
        CasePicture.objects.filter(pk__in=own).delete()
    return removed


def open_cases(person: Person) -> list[str]:
    count = _of(person).filter(state__in=OPEN).count()
    if not count:
        return []
    said = ngettext("%(count)s after-sale case is still open.", "%(count)s after-sale cases are still open.", count)
    return [said % {"count": count}]


def _of(person: Person) -> QuerySet[Case]:
    return Case.objects.filter(order__customer=person.customer_id)

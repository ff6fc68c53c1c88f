"""What people agreed to: an append-only log, and what follows from it.

Of one home, the newest statement counts that names the channel or all channels. Of merged homes the stricter one
counts: whoever refused under one of their accounts is left in peace. A file's "accepts marketing" is the statement of
a home that has made no other about marketing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext

from yutang.areas.customers import forest, merging
from yutang.areas.customers import queries as customers
from yutang.areas.customers.models import Customer
from yutang.areas.privacy.models import DOCUMENTS, USES, Channel, Consent, ConsentText, Purpose
from yutang.core import audit, clock
from yutang.core.access import Actor
from yutang.core.errors import Invalid, NotAllowed, NotFound

VIEW, MANAGE = "privacy.view", "privacy.manage"
# Allowed until somebody refuses (PIPL, article 24); everything else only for who agreed.
OPT_OUT = frozenset({Purpose.PROFILING})


@dataclass(frozen=True)
class State:
    """What a person's statements about a purpose come to."""

    purpose: Purpose
    channel: Channel
    is_given: bool | None  # None: never said anything
    at: datetime | None = None
    from_file: bool = False  # known from an import only

    @property
    def is_allowed(self) -> bool:
        return self.purpose in OPT_OUT if self.is_given is None else self.is_given


@transaction.atomic
def record(
    *,
    customer_id: int,
    purpose: str,
    is_given: bool,
    channel: str = "",
    version: int | None = None,
    at: datetime | None = None,
    evidence: str = "",
    permission: str = MANAGE,
    actor: Actor,
) -> Consent:
    """Writes down that a person agreed or refused; a withdrawal is a refusal and takes as little.

    `permission`: of the face that asked the person. `version`: of the purpose's text that the person saw; the newest
    when they agree and none is named.
    """
    customer = customers.customer(actor, customer_id, permission)
    merging.settle(customer)
    if purpose not in Purpose.values:
        raise Invalid(field="purpose", field_label=gettext("Purpose"), reason=gettext("Choose one of the list."))
    if channel not in Channel.values:
        raise Invalid(field="channel", field_label=gettext("Channel"), reason=gettext("Choose one of the list."))
    now = clock.now()
    if at is not None and at > now:
        raise Invalid(field="at", field_label=gettext("Time"), reason=gettext("This lies in the future."))
    if len(evidence) > 500:
        reason = gettext("Write at most 500 characters.")
        raise Invalid(field="evidence", field_label=gettext("Evidence"), reason=reason)
    made = Consent.objects.create(
        merchant_id=actor.merchant_id, customer=customer, home_customer=customer, purpose=purpose, channel=channel,
        is_given=is_given, text=_text(purpose, version, is_given=is_given), at=at or now, evidence=evidence.strip(),
        recorded_by=actor.name,
    )  # fmt: skip
    audit.record(
        "privacy.consent", actor=actor, object_type="customer", object_id=customer.pk,
        detail={"purpose": purpose, "channel": channel, "given": is_given, "consent": made.pk},
    )  # fmt: skip
    return made


@transaction.atomic
def add_text(*, purpose: str, text: str, actor: Actor) -> ConsentText:
    """The next version of what people are asked to agree to; of terms and policy `documents.save`."""
    require_everything(actor, MANAGE)
    if purpose not in Purpose.values:
        raise Invalid(field="purpose", field_label=gettext("Purpose"), reason=gettext("Choose one of the list."))
    if not 0 < len(text := text.strip()) <= 20_000:
        raise Invalid(field="text", field_label=gettext("Text"), reason=gettext("Write 1 to 20,000 characters."))
    merging.lock_identities(actor.merchant_id)  # two at once would take the same number
    newest = ConsentText.objects.filter(purpose=purpose).aggregate(newest=Max("version"))["newest"] or 0
    made = ConsentText.objects.create(
        merchant_id=actor.merchant_id, purpose=purpose, version=newest + 1, text=text, created_by=actor.name
    )
    detail = {"purpose": purpose, "version": made.version}
    audit.record("privacy.consent_text", actor=actor, object_type="consent_text", object_id=made.pk, detail=detail)
    return made


def require_everything(actor: Actor, permission: str) -> None:
    """What holds for everybody is not decided by one store."""
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


def texts(*, actor: Actor) -> QuerySet[ConsentText]:
    """All versions of what data is used for, the newest first."""
    actor.require(VIEW)
    return ConsentText.objects.exclude(purpose__in=DOCUMENTS).order_by("-id")


def newest_text(purpose: str) -> ConsentText | None:
    """What somebody who is asked now agrees to."""
    return ConsentText.objects.filter(purpose=purpose).order_by("-version").first()


def history(customer: Customer) -> QuerySet[Consent]:
    """Every statement of a person and of whoever was merged into them, the newest first."""
    return Consent.objects.filter(customer=customer).select_related("text").order_by("-at", "-id")


def state(customer: Customer, purpose: Purpose, channel: Channel = Channel.ANY) -> State:
    return states(customer, [(purpose, channel)])[0]


def states(
    customer: Customer, wanted: Sequence[tuple[Purpose, Channel]] | None = None, said: Sequence[Consent] | None = None
) -> list[State]:
    """What holds now for each purpose; for marketing each channel that was ever named too. `said`: the whole history,
    where the caller has it."""
    said = list(history(customer)) if said is None else said
    if wanted is None:
        wanted = [(purpose, Channel.ANY) for purpose in USES]
        named = {(Purpose(row.purpose), Channel(row.channel)) for row in said if row.channel}
        order = list(Purpose)
        wanted = sorted([*wanted, *named], key=lambda one: (order.index(one[0]), one[1]))
    homes = forest.below(customer.pk)
    declared = customers.declared_marketing(homes)
    return [_state(said, homes, declared, purpose, channel) for purpose, channel in wanted]


def _state(
    said: Sequence[Consent], homes: Sequence[int], declared: dict[int, bool], purpose: Purpose, channel: Channel
) -> State:
    newest: dict[int, Consent] = {}
    for row in said:  # the newest first
        if row.purpose == purpose and row.channel in ("", channel):
            newest.setdefault(row.home_customer_id, row)
    found = [State(purpose, channel, row.is_given, row.at) for row in newest.values()]
    if purpose == Purpose.MARKETING:
        found += [
            State(purpose, channel, declared[home], from_file=True)
            for home in homes
            if home in declared and home not in newest
        ]
    if not found:
        return State(purpose, channel, None)
    return min(found, key=lambda one: (bool(one.is_given), one.from_file))


def _text(purpose: str, version: int | None, *, is_given: bool) -> ConsentText | None:
    found = ConsentText.objects.filter(purpose=purpose)
    if version is None:
        return found.order_by("-version").first() if is_given else None
    text = found.filter(version=version).first()
    if text is None:
        raise NotFound(field="version")
    return text

"""Reads: templates, what people hold, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from yutang.areas.coupons import best
from yutang.areas.coupons.models import Code, CodeBatch, Coupon, Gift, Run, Template, Terms, Use
from yutang.areas.coupons.rules import Difference as Difference
from yutang.areas.coupons.rules import Group as Group
from yutang.areas.coupons.rules import difference as difference
from yutang.areas.coupons.services.designing import draft_of as draft_of
from yutang.areas.coupons.services.designing import pool_key
from yutang.areas.coupons.services.designing import require_everywhere as require_everywhere
from yutang.areas.coupons.services.giving import digest
from yutang.core import clock, prepared
from yutang.core.errors import NotFound
from yutang.core.questions import Question, answer
from yutang.core.reservations.models import Pool

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from yutang.core.access import Actor

VIEW, EDIT, ISSUE = "coupons.view", "coupons.edit", "coupons.issue"
MOST_HELD = 200  # of one person that a checkout looks at, those that expire first
_HELD_BY = """
coupons_coupon.customer_id = %s AND coupons_coupon.state = 'usable' AND coupons_coupon.valid_until > %s
AND (%s::bigint[] IS NULL OR coupons_coupon.id = ANY(%s::bigint[]))
AND coupons_template.id = coupons_coupon.template_id AND coupons_terms.id = coupons_coupon.terms_id
ORDER BY coupons_coupon.valid_until, coupons_coupon.id LIMIT %s
"""
State = Coupon.State


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one template: pieces out, uses that stand, what they took off."""

    issued: int = 0
    used: int = 0
    cost: int = 0

    @property
    def rate(self) -> float:
        """Used of issued."""
        return self.used / self.issued if self.issued else 0.0


# -- templates ---------------------------------------------------------------------------------------------------------


def templates(actor: Actor) -> QuerySet[Template]:
    require_everywhere(actor, VIEW)
    return Template.objects.select_related("terms")


def template(template_id: int, *, actor: Actor) -> Template:
    found = templates(actor).filter(pk=template_id).first()
    if found is None:
        raise NotFound
    return found


def active_templates() -> list[tuple[int, str]]:
    """For forms: those that can be issued now."""
    return list(Template.objects.filter(state=Template.State.ACTIVE).order_by("-pk").values_list("pk", "name")[:500])


def figures(found: Iterable[Template]) -> dict[int, Figures]:
    """Template id → what came of it; one statement."""
    by_id = {one.pk: one for one in found}
    uses = Use.objects.filter(template__in=by_id).values("template").annotate(
        taken=Count("pk", filter=Q(is_reversal=False)), back=Count("pk", filter=Q(is_reversal=True)), cost=Sum("amount")
    )  # fmt: skip
    rows = {row["template"]: (row["taken"] - row["back"], row["cost"]) for row in uses}
    return {pk: Figures(one.issued, *rows.get(pk, (0, 0))) for pk, one in by_id.items()}


def left(found: Template) -> dict[str, int]:
    """What the limits still allow, by kind of pool: pieces, and minor units of the budget."""
    return {pool.kind: pool.available for pool in Pool.objects.filter(key=pool_key(found)) if _counts(pool, found)}


def batches(found: Template) -> list[CodeBatch]:
    """With `redeemed`: how many of its codes were."""
    redeemed = Code.objects.filter(batch=OuterRef("pk"), redeemed_at__isnull=False).order_by()
    counted = redeemed.values("batch").annotate(n=Count("pk")).values("n")
    rows = CodeBatch.objects.filter(template=found).defer("seed").annotate(redeemed=Coalesce(Subquery(counted), 0))
    return list(rows.order_by("-pk")[:50])


def orders_of(found: Template, limit: int = 10_000) -> list[int]:
    """Orders that use it now, the newest first."""
    used = Use.objects.filter(template=found, is_reversal=False, coupon__order_id=F("order_id"))
    return list(used.order_by("-pk").values_list("order_id", flat=True)[:limit])


# -- people ------------------------------------------------------------------------------------------------------------


def of_person(customer_id: int, tab: str = "", now: datetime | None = None) -> QuerySet[Coupon]:
    """A person's coupons: usable (also those that begin later), "used" or "expired"."""
    now = now or clock.now()
    mine = Coupon.objects.filter(customer=customer_id).select_related("template", "terms")
    if tab == "used":
        return mine.filter(state=State.USED)
    if tab == "expired":
        return mine.filter(state=State.USABLE, valid_until__lte=now)
    return mine.filter(state=State.USABLE, valid_until__gt=now)


def everything_of(customer_id: int) -> QuerySet[Coupon]:
    """Whatever the person ever got."""
    return Coupon.objects.filter(customer=customer_id).select_related("template", "terms")


def count_usable(customer_id: int) -> int:
    return of_person(customer_id).count()


def held_by(customer_id: int, only: Iterable[int] | None = None) -> list[best.Held]:
    """What the person could use now or later, those that expire first; one statement."""
    chosen = None if only is None else sorted(set(only))
    found = []
    for coupon, template, terms in prepared.joined(
        (Coupon, Template, Terms), _HELD_BY, [customer_id, clock.now(), chosen, chosen, MOST_HELD]
    ):
        coupon.template, coupon.terms = template, terms
        found.append(held(coupon))
    return found


def held(coupon: Coupon) -> best.Held:
    """With its terms, which were read with it."""
    terms = coupon.terms
    return best.Held(
        id=coupon.pk, terms_id=terms.pk, name=coupon.template.name, kind=terms.kind, value=terms.value,
        valid_from=coupon.valid_from, valid_until=coupon.valid_until, ceiling=terms.ceiling, threshold=terms.threshold,
        products=frozenset(terms.product_ids), categories=frozenset(terms.category_ids),
        nodes=frozenset(terms.node_ids), channel=terms.channel, levels=frozenset(terms.levels),
        is_exclusive=terms.is_exclusive, group=terms.group, gift_sku_id=terms.gift_sku_id, gift_title=terms.gift_title,
    )  # fmt: skip


def coupon(coupon_id: int, customer_id: int) -> Coupon:
    """One of the person's own."""
    found = Coupon.objects.select_related("template", "terms").filter(pk=coupon_id, customer=customer_id).first()
    if found is None:
        raise NotFound
    return found


def coupons_by_id(ids: Iterable[int]) -> dict[int, Coupon]:
    return {row.pk: row for row in Coupon.objects.select_related("template", "terms").filter(pk__in=set(ids))}


def gift(token: str) -> Coupon | None:
    """What a link gives; None when it was taken, or is over."""
    found = Gift.objects.filter(digest=digest(token), taken_at__isnull=True).values_list("coupon_id", flat=True).first()
    usable = Coupon.objects.select_related("template", "terms").filter(state=State.USABLE, valid_until__gt=clock.now())
    return usable.filter(pk=found).first() if found is not None else None


def issued(found: Template) -> QuerySet[Coupon]:
    return Coupon.objects.filter(template=found).select_related("customer")


# -- the coupon centre -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offered:
    """`has`: pieces the person got; `is_gone`: no more for anybody; `can_claim`: one more for this person."""

    template: Template
    has: int
    is_gone: bool

    @property
    def terms(self) -> Terms:
        assert self.template.terms is not None
        return self.template.terms

    @property
    def can_claim(self) -> bool:
        limit = self.template.per_person
        return not self.is_gone and (limit is None or self.has < limit)


def offered(customer_id: int | None, limit: int = 50) -> list[Offered]:
    """What the coupon centre shows now, the newest first; three statements."""
    now = clock.now()
    found = list(
        Template.objects.filter(state=Template.State.ACTIVE, is_claimable=True)
        .filter(Q(claim_from__isnull=True) | Q(claim_from__lte=now))
        .filter(Q(claim_until__isnull=True) | Q(claim_until__gt=now))
        .filter(Q(terms__valid_until__isnull=True) | Q(terms__valid_until__gt=now))
        .select_related("terms")
        .order_by("-pk")[:limit]
    )
    by_key = {pool_key(one): one for one in found}
    gone = {
        by_key[pool.key].pk
        for pool in Pool.objects.filter(key__in=by_key, kind__in=("coupon", "coupon_budget"))
        if _counts(pool, by_key[pool.key]) and pool.available < _per_piece(pool, by_key[pool.key])
    }
    has: dict[int, int] = {}
    if customer_id is not None:
        mine = Coupon.objects.filter(customer=customer_id, template__in=found).exclude(via=Coupon.Via.GIFT)
        has = dict(mine.values_list("template").annotate(n=Count("pk")).order_by())
    return [Offered(one, has.get(one.pk, 0), one.pk in gone) for one in found]


def offered_question() -> Question[bool]:
    """Whether the coupon centre has anything; pages that lead to it ask."""
    return Question(
        "SELECT 1 AS one FROM coupons_template WHERE state = 'active' AND is_claimable LIMIT 1", {}, bool
    )  # fmt: skip


def is_offered() -> bool:
    return answer(offered_question())


# -- runs --------------------------------------------------------------------------------------------------------------


def runs(actor: Actor) -> QuerySet[Run]:
    require_everywhere(actor, VIEW)
    return Run.objects.select_related("template", "segment").defer("people", "withheld")


def run(run_id: int, *, actor: Actor) -> Run:
    found = runs(actor).filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found


def run_people(run_id: int, *, actor: Actor) -> Run:
    """With the bitmaps of its people."""
    found = run(run_id, actor=actor)
    found.refresh_from_db(fields=["people", "withheld"])
    return found


def run_figures(found: Run) -> Figures:
    """Pieces that the run issued, and what came of them."""
    uses = Use.objects.filter(run_id=found.pk).aggregate(
        taken=Count("pk", filter=Q(is_reversal=False)), back=Count("pk", filter=Q(is_reversal=True)), cost=Sum("amount")
    )
    return Figures(found.issued, uses["taken"] - uses["back"], uses["cost"] or 0)


def _counts(pool: Pool, found: Template) -> bool:
    return (found.total if pool.kind == "coupon" else found.budget) is not None


def _per_piece(pool: Pool, found: Template) -> int:
    terms = found.terms
    if pool.kind == "coupon" or terms is None:
        return 1
    return terms.ceiling if terms.ceiling is not None else terms.value

"""What a merchant sets: limits, the spending order, recharge plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from yutang.areas.merchants import queries as merchants
from yutang.areas.wallet import bounds, queries
from yutang.areas.wallet.errors import OutOfBounds, SpendingOrderFixed
from yutang.areas.wallet.models import Plan, Spending, Terms
from yutang.core import audit, money, rewards
from yutang.core.errors import Invalid, NotFound

if TYPE_CHECKING:
    from yutang.core.access import Actor
    from yutang.core.rewards import Reward

EDIT = "wallet.edit"
_MONEY = {
    "person_ceiling": bounds.PERSON_CEILING,
    "bearer_ceiling": bounds.BEARER_CEILING,
    "real_name_from": bounds.REAL_NAME_FROM,
}
_DAYS = {"refund_days": bounds.REFUND_DAYS, "bearer_days": bounds.BEARER_DAYS, "grace_days": bounds.GRACE_DAYS}


@dataclass(frozen=True)
class TermsValues:
    spending: str
    is_offered: bool
    takes_free_amounts: bool
    least_amount: int
    most_amount: int
    person_ceiling: int
    bearer_ceiling: int
    real_name_from: int
    refund_days: int
    bearer_days: int
    grace_days: int


@transaction.atomic
def save_terms(*, values: TermsValues, actor: Actor) -> Terms:
    """For the whole merchant. OutOfBounds where the law is stricter, SpendingOrderFixed while anybody has a balance."""
    queries.require_everywhere(actor, EDIT)
    currency = merchants.current_merchant(actor.merchant_id).currency
    for name, bound in (_MONEY | _DAYS).items():
        if not bound.least <= getattr(values, name) <= bound.most:
            shown = [
                money.formatted(limit, currency) if name in _MONEY else str(limit)
                for limit in (bound.least, bound.most)
            ]  # fmt: skip
            raise OutOfBounds(field=name, least=shown[0], most=shown[1])
    if not 0 < values.least_amount <= values.most_amount <= values.person_ceiling:
        least = money.formatted(values.least_amount, currency)
        raise OutOfBounds(field="most_amount", least=least, most=money.formatted(values.person_ceiling, currency))
    if values.spending not in Spending.values:
        raise Invalid(field="spending", field_label=gettext("Spending order"), reason=gettext("Choose one of these."))
    row = queries.terms(is_for_update=True)
    if values.spending != row.spending and queries.owed_to_people(actor.merchant_id, currency):
        raise SpendingOrderFixed(field="spending")
    changed = {
        name: value for name, value in vars_of(values).items() if value != getattr(row, name)
    }  # fmt: skip
    row.merchant_id = actor.merchant_id
    for name, value in vars_of(values).items():
        setattr(row, name, value)
    row.save()
    if changed:
        audit.record("wallet.terms", actor=actor, object_type="wallet_terms", object_id=row.pk, detail=changed)
    return row


def vars_of(values: TermsValues) -> dict[str, object]:
    return {name: getattr(values, name) for name in TermsValues.__dataclass_fields__}


@transaction.atomic
def save_plan(
    *, plan_id: int | None, name: str, amount: int, gift: int, gift_days: int | None, given: Sequence[Reward],
    is_active: bool, actor: Actor,
) -> Plan:  # fmt: skip
    """For the whole merchant. Recharges that were made keep what they were promised."""
    queries.require_everywhere(actor, EDIT)
    rewards.check(given)
    if not name.strip():
        raise Invalid(field="name", field_label=gettext("Name"), reason=gettext("Give it a name."))
    terms = queries.terms()
    if not 0 < amount <= terms.person_ceiling or gift < 0 or amount + gift > terms.person_ceiling:
        currency = merchants.current_merchant(actor.merchant_id).currency
        most = money.formatted(terms.person_ceiling, currency)
        raise OutOfBounds(field="amount", least=money.formatted(1, currency), most=most)
    if gift_days is not None and not 0 < gift_days <= bounds.GRACE_DAYS.most:
        raise OutOfBounds(field="gift_days", least=1, most=bounds.GRACE_DAYS.most)
    plan = Plan.objects.select_for_update().filter(pk=plan_id).first() if plan_id else Plan()
    if plan is None:
        raise NotFound
    plan.merchant_id, plan.name, plan.amount, plan.gift = actor.merchant_id, name.strip()[:60], amount, gift
    plan.gift_days, plan.rewards, plan.is_active = gift_days, [one.as_json for one in given], is_active
    plan.save()
    audit.record(
        "wallet.save_plan", actor=actor, object_type="wallet_plan", object_id=plan.pk,
        detail={"amount": amount, "gift": gift, "is_active": is_active},
    )  # fmt: skip
    return plan

"""Templates: made, changed, switched on and off. A change writes new terms; what was issued keeps its own."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from yutang.areas.catalog import queries as catalog
from yutang.areas.coupons.errors import WrongState, WrongTerms
from yutang.areas.coupons.models import Template, Terms
from yutang.core import audit, clock, reservations
from yutang.core.errors import NotAllowed, NotFound
from yutang.core.reservations import services as pools
from yutang.core.reservations.errors import CapacityInUse

if TYPE_CHECKING:
    from yutang.core.access import Actor

EDIT = "coupons.edit"
PIECES, MONEY = "coupon", "coupon_budget"  # kinds of pools
MOST = 10**12
MOST_GIFTS = 9
State = Template.State
# state → where it may go
MOVES = {
    State.DRAFT: {State.ACTIVE, State.ENDED},
    State.ACTIVE: {State.PAUSED, State.ENDED},
    State.PAUSED: {State.ACTIVE, State.ENDED},
    State.ENDED: set(),
}


@dataclass(frozen=True)
class Draft:
    """What the terms will say; see models.Terms. What a gift is called and worth the catalogue says when they are
    written."""

    kind: str
    value: int = 0
    ceiling: int | None = None
    threshold: int = 0
    product_ids: tuple[int, ...] = ()
    category_ids: tuple[int, ...] = ()
    node_ids: tuple[int, ...] = ()
    channel: str = Terms.Channel.ANY
    levels: tuple[str, ...] = ()
    is_exclusive: bool = False
    group: str = ""
    valid_days: int | None = 30
    starts_after: int = 0
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    returns: str = Terms.Returns.WHOLE
    extend_days: int = 0
    is_giftable: bool = False
    gift_sku_id: int | None = None
    gift_title: str = ""

    @property
    def most_off(self) -> int | None:
        """The most that one piece can cost; None where nothing bounds it."""
        return self.value if self.kind == Terms.Kind.AMOUNT and self.ceiling is None else self.ceiling


@dataclass(frozen=True)
class Limits:
    """What may be issued, and where people find it."""

    per_person: int | None = 1
    total: int | None = None
    budget: int | None = None
    is_claimable: bool = False
    claim_from: datetime | None = None
    claim_until: datetime | None = None


@transaction.atomic
def create(*, name: str, draft: Draft, limits: Limits, actor: Actor) -> Template:
    """As a draft: nobody gets one yet. WrongTerms."""
    require_everywhere(actor)
    draft = _checked(draft, limits)
    template = Template.objects.create(
        merchant_id=actor.merchant_id, name=name.strip(), created_by=actor.name, **asdict(limits)
    )
    _write_terms(template, draft)
    _set_pools(template, actor)
    audit.record("coupons.create", actor=actor, object_type="coupon_template", object_id=template.pk)
    return template


@transaction.atomic
def save(*, template_id: int, name: str, draft: Draft, limits: Limits, actor: Actor) -> Template:
    """Pieces that are out keep the terms they were issued with. WrongTerms, CapacityInUse, WrongState."""
    require_everywhere(actor)
    draft = _checked(draft, limits)
    template = locked(template_id)
    if template.state == State.ENDED:
        raise _wrong(template)
    template.name, template.updated_at = name.strip(), clock.now()
    for field, value in asdict(limits).items():
        setattr(template, field, value)
    template.save()
    if draft_of(template) != draft:
        _write_terms(template, draft)
    _set_pools(template, actor)
    audit.record(
        "coupons.save", actor=actor, object_type="coupon_template", object_id=template.pk,
        detail={"terms": template.terms_id},
    )  # fmt: skip
    return template


@transaction.atomic
def set_state(*, template_id: int, state: str, actor: Actor) -> Template:
    """Again: nothing. Paused and ended ones are not issued any more; what is out stays usable. WrongState."""
    require_everywhere(actor)
    template = locked(template_id)
    if template.state == state:
        return template
    if state not in MOVES[State(template.state)]:
        raise _wrong(template)
    template.state, template.updated_at = state, clock.now()
    template.save(update_fields=["state", "updated_at"])
    audit.record(
        "coupons.set_state", actor=actor, object_type="coupon_template", object_id=template.pk, detail={"state": state}
    )
    return template


def locked(template_id: int) -> Template:
    """Everything that issues of a template comes one after the other."""
    found = Template.objects.select_for_update(no_key=True).filter(pk=template_id).first()
    if found is None:
        raise NotFound
    return found


def draft_of(template: Template) -> Draft:
    """The terms of today as a draft."""
    terms = Terms.objects.get(pk=terms_id(template))
    fields: dict[str, Any] = {name: getattr(terms, name) for name in Draft.__dataclass_fields__}
    plain: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in fields.items()}
    return Draft(**plain)


def terms_id(template: Template) -> int:
    """Of the terms of today: every template has some."""
    if template.terms_id is None:
        raise RuntimeError("a template without terms")
    return template.terms_id


def require_everywhere(actor: Actor, permission: str = EDIT) -> None:
    """Templates belong to the whole merchant."""
    if actor.nodes(permission) is not None:
        raise NotAllowed(permission=permission)


def pool_key(template: Template) -> str:
    return f"template:{template.pk}"


def _write_terms(template: Template, draft: Draft) -> None:
    number = Terms.objects.filter(template=template).count() + 1
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(draft).items()}
    template.terms = Terms.objects.create(merchant_id=template.merchant_id, template=template, number=number, **values)
    template.save(update_fields=["terms"])


def _set_pools(template: Template, actor: Actor) -> None:
    for kind, capacity in ((PIECES, template.total), (MONEY, template.budget)):
        found = reservations.models.Pool.objects.filter(kind=kind, key=pool_key(template)).first()
        if capacity is None and found is None:
            continue
        if found is None:
            # What was issued before there was a limit counts against it.
            found = pools.open_pool(kind=kind, key=pool_key(template), capacity=0, actor=actor)
        in_use = found.reserved + found.confirmed
        wanted = MOST if capacity is None else capacity
        if wanted < in_use:
            raise CapacityInUse(field="total" if kind == PIECES else "budget", pool=template.name, wanted=wanted,
                                in_use=in_use)  # fmt: skip
        pools.set_capacity(pool_id=found.pk, capacity=wanted, actor=actor)


def _checked(draft: Draft, limits: Limits) -> Draft:
    """With what follows from its gift. WrongTerms."""
    draft = _with_gift(draft)
    kind = draft.kind
    problems = [
        (kind not in Terms.Kind.values, "kind", gettext_noop("Choose what the coupon does.")),
        (kind == "amount" and not 0 < draft.value <= MOST, "value", gettext_noop("Say how much it takes off.")),
        (kind == "percent" and not 0 < draft.value <= 100, "value", gettext_noop("Percent off: 1 to 100.")),
        (kind == "exchange" and not 0 <= draft.value <= MOST, "value", gettext_noop("Say what the piece costs.")),
        (
            kind == "exchange" and not draft.product_ids and not draft.category_ids, "product_ids",
            gettext_noop("Say which goods it may be exchanged for."),
        ),
        (kind == "gift" and not 0 < draft.value <= MOST_GIFTS, "gift_pieces", gettext_noop("A gift: 1 to 9 pieces.")),
        (
            kind != "gift" and draft.ceiling is not None and draft.ceiling <= 0, "ceiling",
            gettext_noop("A ceiling is above 0."),
        ),
        (draft.threshold < 0, "threshold", gettext_noop("A threshold is not below 0.")),
        (
            draft.valid_days is None and (draft.valid_from is None or draft.valid_until is None), "valid_days",
            gettext_noop("Say how long it is valid."),
        ),
        (
            draft.valid_days is not None and not 0 < draft.valid_days <= 3660, "valid_days",
            gettext_noop("Valid for 1 to 3,660 days."),
        ),
        (not 0 <= draft.starts_after <= 3660, "starts_after", gettext_noop("It begins at most 3,660 days later.")),
        (not 0 <= draft.extend_days <= 365, "extend_days", gettext_noop("At most 365 days more.")),
        (
            draft.valid_from is not None and draft.valid_until is not None and draft.valid_from >= draft.valid_until,
            "valid_until", gettext_noop("It ends before it begins."),
        ),
        (
            limits.budget is not None and draft.most_off is None, "budget",
            gettext_noop("A budget needs to know what one piece takes off at most: set a ceiling."),
        ),
    ]  # fmt: skip
    for is_wrong, field, reason in problems:
        if is_wrong:
            raise WrongTerms(field=field, reason=gettext(reason))
    return draft


def _with_gift(draft: Draft) -> Draft:
    """The catalogue's name and price of today, by which the budget counts. WrongTerms."""
    if draft.kind != Terms.Kind.GIFT:
        return replace(draft, gift_sku_id=None, gift_title="")
    if draft.gift_sku_id is None:
        raise WrongTerms(field="gift", reason=gettext("Say what it gives."))
    offer = catalog.offers([draft.gift_sku_id]).get(draft.gift_sku_id)
    if offer is None or not offer.is_on_sale:
        title = offer.title if offer else "?"
        raise WrongTerms(field="gift", reason=gettext("“%(title)s” is not on sale.") % {"title": title})
    called = " ".join(filter(None, (offer.title, offer.spec)))
    return replace(draft, ceiling=offer.price * max(draft.value, 0), gift_title=called)


def _wrong(template: Template) -> WrongState:
    return WrongState(name=template.name, state=template.get_state_display())

"""Who is who in the demo: guides of the stores, who brought whom, staff and distributors."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from yutang.areas.customers import queries as customers
from yutang.areas.merchants import services as merchants
from yutang.areas.merchants.models import Member, OrgNode
from yutang.areas.relations import services as relations
from yutang.areas.relations.models import PersonRole, Referral
from yutang.cli.demo_accounts import GUIDE, PASSWORD
from yutang.simulators import brand

if TYPE_CHECKING:
    from yutang.areas.customers.models import Customer
    from yutang.core.access import Actor

GUIDES = 6  # stores whose guide has an account
EACH = 15  # people whom each of them looks after besides those who scanned their code
REFERRALS = 150
DISTRIBUTORS = 8  # who brought most


def colleagues(truth: brand.Truth, actor: Actor) -> dict[str, Member]:
    """Guides by the code of their store."""
    names = {code.store_code: code.holder for code in brand.codes(truth) if code.kind == "guide" and code.store_code}
    found = {}
    for number, (store_code, name) in enumerate(list(names.items())[:GUIDES], 1):
        email = GUIDE.format(number)
        member = Member.objects.filter(user__email=email).first()
        if member is None:
            member = merchants.add_member(email=email, name=name, password=PASSWORD, actor=actor)
            store = OrgNode.objects.get(code=store_code)
            merchants.grant_role(member=member, role_key="guide", node=store, actor=actor)
        found[store_code] = member
    return found


def load(truth: brand.Truth, actor: Actor) -> None:
    known = _known(truth, actor)
    _referrals(truth, known, actor)
    for person in truth.people:
        if person.is_staff and (customer := known.get(person.person_no)):
            relations.give_role(customer=customer, role=PersonRole.Role.STAFF, reason="员工购", actor=actor)
    for store_code, guide in colleagues(truth, actor).items():
        theirs = [p.person_no for p in truth.people if p.home_store == store_code and p.person_no in known]
        if ids := [known[number].pk for number in theirs[:EACH]]:
            relations.assign_many(customer_ids=ids, guide_id=guide.pk, reason="门店老客", actor=actor)


def _known(truth: brand.Truth, actor: Actor) -> dict[int, Customer]:
    """People of the story whose phone the pool knows, by their number. Households share a phone: nobody is meant."""
    alone = [person for person in truth.people if person.household_no is None]
    keys = {customers.account_key("phone", "", p.phone, actor.merchant_id): p.person_no for p in alone}
    found = {keys[key]: customer_id for key, customer_id in customers.people_with_keys(keys).items()}
    people = customers.by_id(found.values())
    return {number: people[customer_id] for number, customer_id in found.items()}


def _referrals(truth: brand.Truth, known: dict[int, Customer], actor: Actor) -> None:
    """Once: whoever changed something since keeps it."""
    if Referral.objects.exists():
        return
    newest = [r for r in reversed(truth.referrals) if r.referrer_no in known and r.invitee_no in known][:REFERRALS]
    for referral in newest:
        bringer, customer = known[referral.referrer_no], known[referral.invitee_no]
        if bringer.pk != customer.pk:
            relations.bring(customer=customer, bringer=bringer, reason="老客带新客活动", actor=actor)
    most = Counter(referral.referrer_no for referral in newest).most_common(DISTRIBUTORS)
    for number, _ in most:
        role = PersonRole.Role.DISTRIBUTOR
        relations.give_role(customer=known[number], role=role, reason="带来的朋友最多", actor=actor)

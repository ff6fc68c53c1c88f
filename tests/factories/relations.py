from __future__ import annotations

from tests.factories.merchants import PASSWORD
from yutang.areas.merchants import services as merchants
from yutang.areas.merchants.models import Member
from yutang.areas.relations import queries, services
from yutang.areas.relations.models import GuideAssignment, PersonRole, Referral
from yutang.core import access, tenancy

Role = PersonRole.Role


def _actor() -> access.Actor:
    return access.system(tenancy.require_merchant_id(), name="tester")


def make_guide(name: str = "Guide Gu") -> Member:
    email = f"{name.replace(' ', '.')}.{tenancy.require_merchant_id()}@example.com"
    return merchants.add_member(email=email, name=name, password=PASSWORD, actor=_actor())


def give_role(person, role: int = Role.GUIDE, **overrides) -> PersonRole:
    return services.give_role(**{"customer": person, "role": role, "actor": _actor(), **overrides})


def bring(person, bringer, **overrides) -> Referral:
    return services.bring(**{"customer": person, "bringer": bringer, "actor": _actor(), **overrides})


def assign(person, guide: Member, **overrides) -> GuideAssignment:
    return services.assign(**{"customer": person, "guide_id": guide.pk, "actor": _actor(), **overrides})


def relations(person) -> queries.Relations:
    return queries.of_person(person, actor=_actor())


def bringer_of(person) -> int | None:
    found = relations(person).bringer
    return found and found.value


def roles_of(person) -> list[int]:
    return [one.value for one in relations(person).roles]


def guide_of(person) -> str | None:
    found = relations(person).guide
    return found and found.name

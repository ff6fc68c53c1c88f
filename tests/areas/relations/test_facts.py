"""The snapshot says the same as the person's page, and segments ask for it."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from tests.factories.relations import Role, assign, bring, give_role, make_guide
from yutang.areas.customers import services as customers
from yutang.areas.relations import services
from yutang.areas.segments import queries as segments
from yutang.areas.segments import sentences
from yutang.areas.segments.parser import parse
from yutang.areas.segments.registry import REGISTRY
from yutang.core import access, tenancy
from yutang.lake import writer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:Delete operation did not match"),
]


STAFF, EXPERT = int(Role.STAFF), int(Role.EXPERT)


def rule(name, op, value=None):
    return {"attr": f"relations.{name}", "op": op} | ({} if value is None else {"value": value})


def test_segments_ask_for_relations_also_of_merged_people():
    shop = make_merchant()
    actor = access.system(shop.pk)
    with tenancy.scope(shop.pk):
        a, b, c, d = (make_customer(name=name) for name in "ABCD")
        lin, wu = make_guide("Lin"), make_guide("Wu")
        give_role(a, Role.STAFF)
        give_role(b, Role.STAFF)
        give_role(b, Role.EXPERT)
        give_role(d, Role.EXPERT)
        services.take_role(customer=d, role=Role.EXPERT, actor=actor)
        assign(a, lin)
        assign(b, wu)
        assign(c, lin)
        bring(c, a)
        bring(d, b)
        customers.merge(survivor_id=a.pk, absorbed_id=b.pk, evidence=[], actor=actor)
    writer.run()

    def found(*asked):
        people = segments.bitmap(rule(*asked), actor=actor)
        return "".join(person.name for person in (a, b, c, d) if person.pk in people)

    with tenancy.scope(shop.pk):
        assert found("roles", "in", [STAFF]) == "A"
        assert found("roles", "has all", [STAFF, EXPERT]) == "A"
        assert found("roles", "is empty") == "CD"
        assert found("guide", "=", wu.pk) == "A"  # the newest of both homes
        assert found("guide", "=", lin.pk) == "C"
        assert found("brought_by", "=", a.pk) == "CD"
        assert found("is_brought", "=", True) == "CD"
        assert found("brought", ">=", 2) == "A"
        assert found("brought", "=", 0) == "CD"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ["Expert", "Lin"]), ("zh-hans", ["专家", "导购", "Lin"])],
)
def test_rules_are_said_in_both_languages(merchant, language, said):
    lin = make_guide("Lin")
    asked = {"all": [rule("roles", "in", [EXPERT]), rule("guide", "=", lin.pk)]}
    with translation.override(language):
        sentence = sentences.sentence(parse(asked, REGISTRY), registry=REGISTRY, currency="CNY")
    for word in said:
        assert word in sentence

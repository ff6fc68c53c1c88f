"""Any history of statements and merges: what stands is a forest, equals a naive evaluation, and undoing every merge
leaves what would stand had nobody merged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.customers import START, make_customer
from tests.factories.merchants import make_merchant
from tests.factories.relations import assign, give_role, make_guide, relations
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer
from yutang.areas.relations import services
from yutang.areas.relations.models import GuideAssignment, PersonRole, Referral
from yutang.core import access, tenancy
from yutang.core.errors import DomainError

WHO = st.integers(0, 4)
STATEMENTS = st.lists(
    st.one_of(
        st.tuples(st.just("code"), WHO, WHO, st.integers(1, 9)),
        st.tuples(st.just("hand"), WHO, WHO, st.just(0)),
        st.tuples(st.just("forget"), WHO, WHO, st.just(0)),
        st.tuples(st.just("role"), WHO, st.integers(1, 3), st.just(0)),
        st.tuples(st.just("guide"), WHO, st.integers(0, 1), st.just(0)),
    ),
    min_size=1,
    max_size=10,
)
MERGES = st.lists(st.tuples(WHO, WHO), min_size=1, max_size=4)


@pytest.fixture
def shop(db):
    return make_merchant()


def naive() -> dict[int, int]:
    """Who brought whom, worked out from all open rows at once."""
    rows = list(Referral.objects.filter(ended_at__isnull=True))
    hands = sorted((r for r in rows if r.source != "code"), key=lambda r: (r.since, r.pk), reverse=True)
    codes = sorted((r for r in rows if r.source == "code"), key=lambda r: (r.since, r.pk))
    found: dict[int, int] = {}
    for row in [*hands, *codes]:
        above, at = {row.bringer_id}, row.bringer_id
        while at in found:
            at = found[at]
            above.add(at)
        if row.customer_id not in found and row.customer_id not in above:
            found[row.customer_id] = row.bringer_id
    return found


def standing() -> dict[int, int]:
    rows = list(Referral.objects.filter(is_standing=True))
    assert len({row.customer_id for row in rows}) == len(rows), "one bringer per person"
    found = {row.customer_id: row.bringer_id for row in rows}
    for person in found:
        seen, at = set(), person
        while at in found:
            assert at not in seen, "a circle"
            seen.add(at)
            at = found[at]
    return found


def state(everybody) -> dict[int, tuple]:
    found = {}
    for person in everybody:
        said = relations(person)
        guide = said.guide and said.guide.value
        found[person.pk] = (sorted(one.value for one in said.roles), said.bringer and said.bringer.value, guide)
    return found


@settings(max_examples=30, deadline=None)
@given(before=STATEMENTS, merges=MERGES, order=st.randoms(use_true_random=False))
def test_undoing_all_merges_restores_what_stood(shop, before, merges, order):
    with transaction.atomic(), tenancy.scope(shop.pk):
        everybody = [make_customer() for _ in range(5)]
        guides = [make_guide(f"G{n}-{shop.pk}") for n in range(2)]
        actor = access.system(shop.pk)
        for name, one, other, hours in before:
            person = everybody[one]
            try:
                if name == "code":
                    since = START - timedelta(hours=hours)
                    services.bring_by_code(
                        customer=person, bringer=everybody[other], code="x", since=since, actor=actor
                    )
                elif name == "hand":
                    services.bring(customer=person, bringer=everybody[other], reason="why", actor=actor)
                elif name == "forget":
                    services.forget_bringer(customer=person, actor=actor)
                elif name == "role":
                    give_role(person, other)
                else:
                    assign(person, guides[other])
            except DomainError as error:
                assert error.code in ("relations.circle", "relations.brought_themselves")  # noqa: PT017
            assert standing() == naive()
        stood = state(everybody)
        done = []
        for one, other in merges:
            roots = [Customer.objects.get(pk=everybody[n].pk) for n in (one, other)]
            if one != other and all(root.merged_into_id is None for root in roots):
                pair = {"survivor_id": roots[0].pk, "absorbed_id": roots[1].pk}
                done.append(customers.merge(**pair, evidence=[], actor=actor))
                assert standing() == naive()
        order.shuffle(done)
        for merge in done:
            customers.unmerge(merge_id=merge.pk, actor=actor)
            assert standing() == naive()
        assert state(everybody) == stood
        for model in (PersonRole, Referral, GuideAssignment):
            assert all(row.customer_id == row.home_customer_id for row in model.objects.all())
        transaction.set_rollback(True)

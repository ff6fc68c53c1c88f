"""Any history of hands, runs and rules: undoing a run takes back what it did, and nothing else."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from tests.factories.tags import give, make_tag, run_now, undo_now
from yutang.areas.tags import services
from yutang.areas.tags.models import Tagging
from yutang.core import access, tenancy

WHO = st.integers(0, 3)
SOME = st.sets(WHO, min_size=1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), WHO),
        st.tuples(st.just("take"), WHO),
        st.tuples(st.just("run_give"), SOME),
        st.tuples(st.just("run_take"), SOME),
    ),
    max_size=8,
)


@pytest.fixture
def shop(db):
    return make_merchant()


def standing() -> set[int]:
    return set(Tagging.objects.filter(ended_at__isnull=True).values_list("pk", flat=True))


@settings(max_examples=60, deadline=None)
@given(before=STEPS, people=SOME, after=STEPS, action=st.sampled_from(["give", "take"]))
def test_undo_takes_back_exactly_what_the_run_did(shop, before, people, after, action):
    with transaction.atomic(), tenancy.scope(shop.pk):
        everybody, tag = [make_customer() for _ in range(4)], make_tag()
        actor = access.system(shop.pk)

        def play(steps):
            for name, whom in steps:
                if name == "give":
                    give(everybody[whom], tag)
                elif name == "take":
                    services.take(customer=everybody[whom], tag_id=tag.pk, actor=actor)
                else:
                    run_now(tag, [everybody[n] for n in whom], action=name.removeprefix("run_"))

        play(before)
        stood = standing()
        run = run_now(tag, [everybody[n] for n in people], action=action)
        made, ended = standing() - stood, stood - standing()
        play(after)
        now = standing()
        tagged = {Tagging.objects.get(pk=pk).customer_id for pk in now - made}
        undo_now(run)
        # What it gave and still stood is gone; what it ended stands again unless somebody gave the tag since.
        back = {pk for pk in ended if Tagging.objects.get(pk=pk).customer_id not in tagged}
        assert standing() == (now - made) | back
        transaction.set_rollback(True)

"""The demo brand's people: who is one though no account says so, as far as the files let anybody see."""

from __future__ import annotations

import pytest

from benchmarks import suggestions as bench
from yutang.areas.customers.models import Merge, ReviewCase
from yutang.areas.customers.suggestions import pool, services
from yutang.cli import demo_brand
from yutang.core import access, tenancy

SCALE = 0.1


@pytest.mark.filterwarnings("ignore:Delete operation did not match any records")
def test_likely_pairs_of_the_demo(transactional_db, settings, tmp_path):
    settings.HOME = tmp_path
    merchant = demo_brand.create()
    actor = access.system(merchant.pk, name="test")
    story = demo_brand.story(merchant, SCALE)
    demo_brand.load_stores(story, actor)
    demo_brand.load_files(story, actor)
    outcome = services.suggest(actor=actor)
    with tenancy.scope(merchant.pk):
        people = pool.people(merchant.pk)
        truth, findable = bench.demo_truth(story, people)
        asked = {tuple(case.customers) for case in ReviewCase.objects.filter(kind="suggestion")}
        merges = Merge.objects.filter(evidence__0__kind="decision").count()
    assert outcome.proposed == len(asked) > 0
    assert len(asked & truth) / len(asked) >= 0.9
    assert len(asked & findable) / len(findable) >= 0.5
    assert merges == 0

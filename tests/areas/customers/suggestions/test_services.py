"""Likely pairs become questions: asked once, never merged without an answer."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from tests.factories.customers import make_customer, resolve
from tests.factories.merchants import make_merchant
from yutang.areas.customers import queries, services
from yutang.areas.customers.models import Customer, Merge, ReviewCase, SuggestionRun
from yutang.areas.customers.suggestions import pool
from yutang.areas.customers.suggestions import services as suggestions
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import OrgNode
from yutang.areas.merchants.services import add_node
from yutang.core import access, tenancy
from yutang.core.access import Actor
from yutang.core.errors import Invalid, NotAllowed

FAMILIES, CHARACTERS = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华"
TWIN = {
    "name": "诸葛小满", "birthday": date(1988, 5, 17), "province": "浙江省", "city": "杭州市",
    "address": "学府路8号3栋602室",
}  # fmt: skip


def crowd(count: int = 120) -> None:
    """People who have little in common."""
    rows = [
        {
            "buyer_id": f"crowd-{n}", "name": FAMILIES[n % 10] + CHARACTERS[n % 24] + CHARACTERS[n * 7 % 23],
            "birthday": date(1960 + n % 40, 1 + n % 12, 1 + n % 28), "province": "浙江省",
            "city": f"{CHARACTERS[n % 9]}州市", "address": f"{CHARACTERS[n % 24]}路{n * 3 + 1}号",
        }
        for n in range(count)
    ]  # fmt: skip
    resolve(*rows)


@pytest.fixture
def twins(merchant):
    crowd()
    return make_customer(**TWIN), make_customer(**TWIN)


def suggest(merchant, **options) -> suggestions.Outcome:
    return suggestions.suggest(actor=access.system(merchant.pk, name="test"), **options)


def cases() -> list[ReviewCase]:
    return list(ReviewCase.objects.filter(kind="suggestion").order_by("-score"))


def test_a_pair_is_proposed_with_its_reasons_and_nothing_is_merged(merchant, twins):
    outcome = suggest(merchant)
    case = cases()[0]
    assert case.customers == [twin.pk for twin in twins]
    assert case.state == "open"
    assert outcome.people == 122
    assert outcome.proposed == outcome.likely == len(cases())
    assert sum(part["bits"] for part in case.evidence) == pytest.approx(case.score, abs=1e-9)
    assert {part["field"]: part["level"] for part in case.evidence} == {
        "prior": "", "family": "equal", "given": "equal", "birthday": "equal", "address": "same_door",
    }  # fmt: skip
    assert not Merge.objects.exists()
    assert not Customer.objects.filter(merged_into__isnull=False).exists()
    run = SuggestionRun.objects.get()
    assert (run.state, run.percent, run.counts["proposed"]) == ("done", 100, outcome.proposed)


def test_evidence_holds_nothing_personal(merchant, twins):
    suggest(merchant)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(evidence::text, '') FROM customers_reviewcase")
        stored = cursor.fetchone()[0]
    assert not any(secret in stored for secret in ("诸葛", "小满", "杭州", "学府", "1988"))


def test_a_pair_is_asked_once(merchant, twins):
    first = suggest(merchant)
    assert first.proposed > 0
    assert suggest(merchant).proposed == 0
    assert len(cases()) == first.proposed


@pytest.mark.parametrize("merge_people", [True, False])
def test_an_answer_stands(merchant, actor, twins, merge_people):
    suggest(merchant)
    before = {tuple(case.customers) for case in cases()}
    services.decide_case(case_id=cases()[0].pk, merge_people=merge_people, actor=actor)
    assert Merge.objects.count() == merge_people
    assert suggest(merchant).proposed == 0
    assert {tuple(case.customers) for case in cases()} == before


def test_what_was_kept_apart_stays_so_when_one_of_them_is_merged_on(merchant, actor, twins):
    suggest(merchant)
    services.decide_case(case_id=cases()[0].pk, merge_people=False, actor=actor)
    older = Customer.objects.order_by("pk").first()
    services.merge(survivor_id=older.pk, absorbed_id=twins[0].pk, evidence=[], actor=actor)
    settled = {tuple(pair.values()) for pair in pool.settled().to_pylist()}
    assert (older.pk, twins[1].pk) in settled


def test_a_merge_taken_back_is_not_proposed(merchant, actor, twins):
    merge = services.merge(survivor_id=twins[0].pk, absorbed_id=twins[1].pk, evidence=[], actor=actor)
    services.unmerge(merge_id=merge.pk, actor=actor)
    suggest(merchant)
    assert [twin.pk for twin in twins] not in [case.customers for case in cases()]


def test_the_likeliest_within_the_limit(merchant, twins):
    make_customer(**{**TWIN, "birthday": date(1988, 5, 18)})
    assert suggest(merchant, most=1).proposed == 1
    assert cases()[0].customers == [twin.pk for twin in twins]
    assert suggest(merchant, most=1).proposed == 1
    assert len(cases()) == 2


def test_another_merchant_is_another_pool(merchant, twins):
    other = make_merchant()
    with tenancy.scope(other.pk):
        lonely = make_customer(**TWIN)
        make_customer(name="王伟")
        assert suggest(other).proposed == 0
        assert pool.people(other.pk).num_rows == 2
        assert not cases()
    suggest(merchant)
    assert all(lonely.pk not in case.customers for case in cases())


def test_a_run_that_was_killed_is_done_again(merchant, actor, twins):
    run = suggestions.start(actor=actor)
    SuggestionRun.objects.filter(pk=run.pk).update(state="running", percent=60)
    assert suggestions.start(actor=actor).pk == run.pk
    found = suggestions.execute(run_id=run.pk, actor=actor)
    assert found.proposed == len(cases()) > 0
    assert suggestions.execute(run_id=run.pk, actor=actor) == found
    assert len(cases()) == found.proposed


def test_progress_is_told(merchant, twins):
    seen: list[int] = []
    suggest(merchant, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 100


@pytest.mark.parametrize(
    ("options", "field"), [({"least": 1.0}, "least"), ({"least": 0.01}, "least"), ({"most": 0}, "most")]
)
def test_refuses_senseless_bounds(merchant, options, field):
    with pytest.raises(Invalid) as refused:
        suggest(merchant, **options)
    assert refused.value.field == field


def test_only_for_who_may_merge_everywhere(merchant):
    node = merchants.root_node()
    here = Actor("user", 1, "Lin", merchant.pk, {"customers.merge": frozenset({node.pk})})
    with pytest.raises(NotAllowed):
        suggestions.start(actor=here)
    with pytest.raises(NotAllowed):
        queries.newest_search(here)


def test_a_store_says_where_people_live(merchant, actor):
    store = add_node(
        parent=merchants.root_node(),
        kind=OrgNode.Kind.STORE,
        code="S1",
        name="S1",
        province="浙江省",
        city="杭州市",
        actor=actor,
    )
    make_customer(node_id=store.pk, name="王小明", phone="+8613812345678", email="wang@example.com", unionid="u1")
    row = pool.people(merchant.pk).to_pylist()[0]
    assert (row["city"], row["store"]) == ("杭州市", str(store.pk))
    assert (row["family"], row["given_sound"]) == ("王", "xiaoming")
    assert (row["phone"], row["email"]) == ("+8613812345678", "wang@example.com")
    assert row["exclusive"]

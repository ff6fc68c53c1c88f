from __future__ import annotations

from datetime import date

import pytest

from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from yutang.areas.customers.models import Merge, ReviewCase, SuggestionRun
from yutang.areas.merchants import queries as merchants
from yutang.areas.merchants.models import OrgNode
from yutang.areas.merchants.services import add_node
from yutang.core import tenancy

EVIDENCE = [
    {"kind": "likeness", "field": "prior", "level": "", "bits": -14.25, "share": None},
    {"kind": "likeness", "field": "given", "level": "sound", "bits": 4.5, "share": None},
    {"kind": "likeness", "field": "birthday", "level": "equal", "bits": 13.25, "share": 0.00025},
    {"kind": "likeness", "field": "phone", "level": "different", "bits": -0.5, "share": None},
]


@pytest.fixture
def owner(client_for, merchant):
    return client_for(merchant)


def pair(merchant, score: float = 3.0) -> ReviewCase:
    one = make_customer(name="王小明", birthday=date(1990, 3, 4), phone="+8613812345678")
    other = make_customer(name="王晓明", birthday=date(1990, 3, 4))
    return ReviewCase.objects.create(
        merchant=merchant, kind="suggestion", fingerprint=f"{one.pk}-{other.pk}", customers=[one.pk, other.pk],
        evidence=EVIDENCE, score=score,
    )  # fmt: skip


def test_every_field_is_explained_side_by_side(owner, merchant):
    page = owner.get(f"/reviews/{pair(merchant).pk}").content.decode()
    for shown in (
        "小明", "晓明", "sounds the same, written differently", "+4.5", "1 in 4,000 has it", "+13.2", "−0.5", "−14.2",
        "+3.0", "88.9",
    ):  # fmt: skip
        assert shown in page, shown
    assert "13812345678" not in page


def test_the_likeliest_stand_first_and_follow_each_other(owner, merchant, django_assert_max_num_queries):
    low, high, middle = _three(merchant)
    with django_assert_max_num_queries(20):
        page = owner.get("/reviews?state=likely").content.decode()
    places = [page.index(f'/reviews/{case.pk}"') for case in (high, middle, low)]
    assert places == sorted(places)
    for case, following in ((high, middle), (middle, low), (low, high)):
        assert f'href="/reviews/{following.pk}"' in owner.get(f"/reviews/{case.pk}").content.decode()


def _three(merchant) -> tuple[ReviewCase, ReviewCase, ReviewCase]:
    people = [make_customer(name=f"人{n}") for n in range(6)]
    low, high, middle = (
        ReviewCase.objects.create(
            merchant=merchant, kind="suggestion", fingerprint=str(n), evidence=EVIDENCE, score=score,
            customers=[people[2 * n].pk, people[2 * n + 1].pk],
        )
        for n, score in enumerate((1.0, 9.0, 5.0))
    )  # fmt: skip
    return low, high, middle


def test_a_person_decides(owner, merchant):
    case = pair(merchant)
    assert not Merge.objects.exists()
    owner.post(f"/reviews/{case.pk}/decide", {"decision": "merge"})
    assert Merge.objects.get().evidence[0]["kind"] == "decision"
    page = owner.get("/customers/merges").content.decode()
    assert page.count("Likeness") == 1


def test_the_search_is_started_once_and_told(owner, merchant):
    assert "Look for likely pairs" in owner.get("/reviews?state=likely").content.decode()
    for _ in range(2):
        assert owner.post("/reviews/look")["Location"] == "/reviews?state=likely"
    run = SuggestionRun.objects.get()
    page = owner.get("/reviews?state=likely").content.decode()
    assert "Looking for likely pairs" in page
    assert "HX-Redirect" not in owner.get("/reviews/search").headers
    counts = {"people": 12345, "compared": 99, "proposed": 7}
    SuggestionRun.objects.filter(pk=run.pk).update(state="done", counts=counts)
    answer = owner.get("/reviews/search")
    assert answer["HX-Redirect"] == "/reviews?state=likely"
    assert "12,345 people, 99 pairs compared, 7 new questions" in answer.content.decode()


def test_a_part_of_the_company_decides_but_does_not_search(client_for, merchant, actor):
    store = add_node(parent=merchants.root_node(), kind=OrgNode.Kind.STORE, code="S1", name="S1", actor=actor)
    lin = client_for(merchant, role="operations", node=store)
    assert "Look for likely pairs" not in lin.get("/reviews?state=likely").content.decode()
    assert lin.post("/reviews/look").status_code == 403
    assert lin.get("/reviews/search").status_code == 403
    assert lin.get(f"/reviews/{pair(merchant).pk}").status_code == 404


def test_who_may_not_merge_sees_nothing(client_for, merchant):
    guide = client_for(merchant, role="guide")
    for answer in (guide.get("/reviews?state=likely"), guide.post("/reviews/look"), guide.get("/reviews/search")):
        assert answer.status_code == 403


def test_another_merchant_sees_nothing(client_for, merchant):
    case = pair(merchant)
    stranger = client_for(make_merchant())
    assert stranger.get(f"/reviews/{case.pk}").status_code == 404
    assert str(case.pk) not in stranger.get("/reviews?state=likely").content.decode().partition("<tbody")[2]
    stranger.post("/reviews/look")
    with tenancy.scope(merchant.pk):
        assert not SuggestionRun.objects.exists()

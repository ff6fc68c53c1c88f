"""What a buyer wrote and showed is handed out, and goes with an erasure; amounts stay."""

from __future__ import annotations

from pathlib import Path

from tests.factories import shop
from tests.factories.aftersale import disputed, opened, sent, shipped, shopper
from tests.factories.catalog import make_picture_file
from yutang.areas.aftersale import privacy, queries, services
from yutang.areas.aftersale.models import Case, CasePicture, CaseStep, Dispute
from yutang.areas.customers import services as customers
from yutang.areas.customers.erasing import person as known
from yutang.areas.customers.models import Customer


def person_of(order):
    return known(Customer.objects.get(pk=order.customer_id))


def files(settings) -> list[Path]:
    return sorted(path for path in Path(settings.FILES).rglob("*.webp"))


def test_words_are_copied_and_erased(merchant, actor):
    order = shipped((shop.stocked(), 2))
    sent(opened(order, (0, 1), text="Tasted of soap"))
    disputed(opened(order, (0, 1), text="Fell apart"))
    person = person_of(order)
    copied = privacy.copy(person)
    assert [row["text"] for row in copied["After-sale cases"]] == ["Tasted of soap", "Fell apart"]
    assert copied["After-sale cases"][0]["asked"] == "100.00"
    assert copied["Disputes"][0]["reason"] == "It was not."
    assert {row["text"] for row in copied["Said in after-sale cases"]} == {
        "Tasted of soap",
        "Fell apart",
        "It was not.",
    }
    for _ in range(2):
        privacy.erase(person, actor)
    assert set(Case.objects.values_list("text", "carrier", "tracking_no")) == {("", "", "")}
    assert set(Dispute.objects.values_list("reason", "text")) == {("", "")}
    assert all(not {"text", "tracking_no"} & set(step.detail) for step in CaseStep.objects.all())
    assert [case.amount for case in Case.objects.all()] == [10_000, 10_000]


def test_pictures_go_with_their_files(merchant, actor, settings):
    mine = shipped((shop.stocked(), 1))
    other = shipped((shop.stocked(), 1), identity=shop.buyer("+8613900000000"))
    opened(mine, (0, 1), pictures=[make_picture_file(), make_picture_file(colour="blue")])
    opened(other, (0, 1), pictures=[make_picture_file(colour="blue")])
    assert len(files(settings)) == 8
    person = person_of(mine)
    assert privacy.copy(person)["After-sale cases"][0]["pictures"] == 2
    assert privacy.erase_pictures(person, []) == 4  # the other is shown by somebody else
    assert len(files(settings)) == 4
    assert CasePicture.objects.count() == 1
    assert privacy.erase_pictures(person, []) == 0


def test_open_cases_speak_against_it(merchant, actor):
    order = shipped((shop.stocked(), 1))
    case = opened(order, (0, 1))
    assert privacy.open_cases(person_of(order)) == ["1 after-sale case is still open."]
    services.withdraw(case_id=case.pk, actor=shopper())
    assert privacy.open_cases(person_of(order)) == []


def test_cases_follow_the_person_of_their_order(merchant, actor):
    order = shipped((shop.stocked(), 1))
    case = opened(order, (0, 1))
    survivor = shop.buyer("+8613900000000").customer_id
    customers.merge(survivor_id=survivor, absorbed_id=order.customer_id, evidence=[], actor=actor)
    assert list(queries.cases_of(survivor)) == [case]
    assert list(queries.cases_of(order.customer_id)) == []

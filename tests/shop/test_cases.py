"""What a buyer asks back in the shop, and follows to its end."""

from __future__ import annotations

import re

import pytest

from tests.console.conftest import text
from tests.factories import aftersale as made
from tests.factories import bad_pictures
from tests.factories.bad_pictures import bad_upload
from tests.factories.catalog import make_freight, make_picture_file, make_product
from tests.factories.merchants import make_merchant
from tests.factories.shop import buyer, paid, put, stocked
from yutang.areas.aftersale import services
from yutang.areas.aftersale.models import Case, CaseLine, CasePicture, CaseStep
from yutang.areas.catalog.services import SkuDraft
from yutang.core import tenancy

KEY = "k" * 32
PART = {"HX-Request": "true"}


def problems(answer):
    """What the page says is wrong, as it is read."""
    return re.findall(r'<p class="sh-problem[^"]*" role="alert">(.*?)</p>', answer.content.decode())


def upload(colour="orange"):
    file = make_picture_file(colour=colour)
    file.name = "photo.jpg"
    return file


@pytest.fixture
def order(shopper, merchant):
    """Two pieces of one item, with their buyer."""
    return made.shipped((stocked(20, name="海盐奶油卷"), 2), identity=shopper.identity)


def sent(**overrides):
    return {"kind": "return_refund", "key": KEY, "pieces-0": "2", "reason": "unwanted", "text": "", **overrides}


def test_the_kinds_that_are_possible(shopper, shop, order):
    page = text(shopper.get(f"{shop}orders/{order.pk}"))
    assert f'href="{shop}orders/{order.pk}/aftersale"' in page
    page = text(shopper.get(f"{shop}orders/{order.pk}/aftersale"))
    assert re.findall(r"\?kind=(\w+)", page) == ["refund_only", "return_refund", "exchange"]


def test_what_has_not_left_can_only_be_refunded(shopper, shop, merchant):
    make_freight()
    order = paid((stocked(9), 2), identity=shopper.identity)
    page = text(shopper.get(f"{shop}orders/{order.pk}/aftersale"))
    assert 'name="pieces-0" value="2"' in page
    assert "CN¥200.00" in page
    page = text(shopper.get(f"{shop}orders/{order.pk}/aftersale", {"reason": "late", "pieces-0": "1"}, headers=PART))
    assert "CN¥108.00" in page  # of one piece, and the freight, since the shop is late
    answer = shopper.post(f"{shop}orders/{order.pk}/aftersale", sent(kind="refund_only", reason="late"))
    case = Case.objects.get()
    assert answer.headers["Location"] == f"{shop}aftersale/{case.pk}"
    assert (case.is_unshipped, case.amount, case.freight, case.opened_by) == (True, 20_000, 800, "shop")


def test_a_second_tap_is_the_same_case(shopper, shop, order):
    for _ in range(2):
        form = sent(amount="150", text="Too sweet", pictures=[upload(), upload("blue")])
        answer = shopper.post(f"{shop}orders/{order.pk}/aftersale", form)
    case = Case.objects.get()
    assert answer.headers["Location"] == f"{shop}aftersale/{case.pk}"
    assert (case.amount, case.text, case.deadline_at is None) == (15_000, "Too sweet", False)
    assert CaseLine.objects.get().pieces == 2
    assert CasePicture.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pieces-0": "0"}, "Choose what it is about."),
        ({"pieces-0": "3"}, "less than or equal to 2"),
        ({"reason": ""}, "This field is required."),
        ({"reason": "missing"}, "not one of the available choices"),
        ({"amount": "200.01"}, "More is asked for than can be given back."),
        ({"amount": "x"}, "This is not an amount."),
        ({"text": "x" * 501}, "at most 500 characters"),
        ({"pictures": [upload() for _ in range(7)]}, "At most 6 pictures."),
    ],
)
def test_what_cannot_be_asked_is_said(shopper, shop, order, wrong, said):
    answer = shopper.post(f"{shop}orders/{order.pk}/aftersale", sent(**wrong))
    page = answer.content.decode()
    assert (answer.status_code, said in page) == (422, True)
    assert not Case.objects.exists()


@bad_pictures.EACH
def test_a_file_that_is_no_picture(shopper, shop, order, bad, said):
    answer = shopper.post(f"{shop}orders/{order.pk}/aftersale", sent(pictures=[upload(), bad_upload(bad)]))
    assert (answer.status_code, problems(answer)) == (422, [said])
    assert not Case.objects.exists()


@bad_pictures.EACH
def test_evidence_that_is_no_picture(shopper, shop, order, bad, said):
    case = made.refused(made.opened(order, (0, 1), kind="refund_only", reason="quality"))
    shopper.post(f"{shop}aftersale/{case.pk}/escalate", {"reason": "It was not used"})
    evidence = {"text": "Look", "pictures": [bad_upload(bad)]}
    answer = shopper.post(f"{shop}aftersale/{case.pk}/evidence", evidence)
    assert (answer.status_code, problems(answer)) == (422, [said])
    assert not CasePicture.objects.exists()
    assert not CaseStep.objects.filter(what="evidence").exists()


def test_an_exchange_offers_what_costs_the_same_and_is_there(shopper, shop, merchant):
    product = make_product(
        *(SkuDraft(code=f"T{n}", price=120 if n == "L" else 100, values=(n,)) for n in "SMLX"),
        specifications={"Size": ["S", "M", "L", "X"]},
    )  # fmt: skip
    small, medium, *_ = product.skus.order_by("pk")
    put(small, 5)
    put(medium, 5)
    order = made.shipped((small, 1), identity=shopper.identity)
    page = text(shopper.get(f"{shop}orders/{order.pk}/aftersale", {"kind": "exchange"}))
    assert re.findall(r'name="sku_id" value="(\d+)"', page) == [str(small.pk), str(medium.pk)]
    form = sent(kind="exchange", reason="wrong_size", sku_id=medium.pk, **{"pieces-0": "1"})
    shopper.post(f"{shop}orders/{order.pk}/aftersale", form)
    assert Case.objects.get().sku_id == medium.pk


def test_changing_what_was_asked(shopper, shop, order):
    case = made.opened(order, (0, 2))
    page = text(shopper.get(f"{shop}aftersale/{case.pk}/change", {"kind": "return_refund"}))
    assert 'name="pieces-0" value="2"' in page
    answer = shopper.post(f"{shop}aftersale/{case.pk}/change", sent(**{"pieces-0": "1"}))
    assert answer.headers["Location"] == f"{shop}aftersale/{case.pk}"
    assert (CaseLine.objects.get().pieces, Case.objects.get().amount) == (1, 10_000)
    made.agree(case)
    assert shopper.get(f"{shop}aftersale/{case.pk}/change").status_code == 409


def test_withdrawing(shopper, shop, order):
    case = made.opened(order, (0, 2))
    for _ in range(2):
        assert shopper.post(f"{shop}aftersale/{case.pk}/withdraw").status_code == 303
    assert "You have withdrawn it." in text(shopper.get(f"{shop}aftersale/{case.pk}"))


def test_sending_back_until_the_money_is_there(shopper, shop, order, merchant):
    case = made.opened(order, (0, 2))
    made.agree(case)
    page = text(shopper.get(f"{shop}aftersale/{case.pk}"))
    assert "Please send it back" in page
    wrong = shopper.post(f"{shop}aftersale/{case.pk}/sent", {"carrier": "SF", "tracking_no": " "})
    assert (wrong.status_code, "This field is required." in wrong.content.decode()) == (422, True)
    shopper.post(f"{shop}aftersale/{case.pk}/sent", {"carrier": "SF", "tracking_no": "SF1"})
    page = text(shopper.get(f"{shop}aftersale/{case.pk}"))
    assert "On its way to the shop" in page
    assert "SF1" in page
    made.receive(case)
    page = text(shopper.get(f"{shop}aftersale/{case.pk}"))
    assert "Money given back" in page
    assert "CN¥200.00" in page
    order_page = text(shopper.get(f"{shop}orders/{order.pk}"))
    assert f'href="{shop}aftersale/{case.pk}"' in order_page
    assert f'href="{shop}orders/{order.pk}/aftersale"' not in order_page  # nothing is left to ask for


def test_an_offer_is_taken(shopper, shop, order):
    case = made.opened(order, (0, 2), kind="refund_only", reason="quality")
    assert shopper.post(f"{shop}aftersale/{case.pk}/accept").status_code == 409
    made.refused(case, reason="Left our kitchen cold", offer=3_000)
    page = text(shopper.get(f"{shop}aftersale/{case.pk}"))
    assert "Left our kitchen cold" in page
    assert "Take CN¥30.00" in page
    shopper.post(f"{shop}aftersale/{case.pk}/accept")
    assert Case.objects.get().granted == 3_000


def test_a_dispute_and_its_ruling(shopper, shop, order):
    case = made.refused(made.opened(order, (0, 1), kind="refund_only", reason="quality"))
    wrong = shopper.post(f"{shop}aftersale/{case.pk}/escalate", {"reason": ""})
    assert wrong.status_code == 422
    shopper.post(f"{shop}aftersale/{case.pk}/escalate", {"reason": "It was not used"})
    page = text(shopper.get(f"{shop}aftersale/{case.pk}"))
    assert "An arbiter steps in" in page
    assert "It was not used" in page
    nothing = shopper.post(f"{shop}aftersale/{case.pk}/evidence", {"text": ""})
    assert (nothing.status_code, "Say why." in nothing.content.decode()) == (422, True)
    shopper.post(f"{shop}aftersale/{case.pk}/evidence", {"text": "Look", "pictures": [upload()]})
    services.add_note(case_id=case.pk, text="difficult buyer", actor=made.shopper())
    made.wait(case)
    late = shopper.post(f"{shop}aftersale/{case.pk}/evidence", {"text": "More"})
    assert (late.status_code, "The time for evidence is over." in late.content.decode()) == (422, True)
    made.rule(case, "split", 4_000, text="Melted on the way")
    page = text(shopper.get(f"{shop}aftersale/{case.pk}"))
    assert "Melted on the way" in page
    assert "CN¥40.00" in page
    assert "difficult buyer" not in page
    assert CaseStep.objects.filter(what="evidence").count() == 1


def test_evidence_has_a_door(shopper, stranger, shop, order, merchant):
    case = made.opened(order, (0, 1), pictures=[make_picture_file()])
    theirs = made.opened(
        made.shipped((stocked(3), 1), identity=buyer("+8613900139000")), (0, 1),
        pictures=[make_picture_file(colour="red")],
    )  # fmt: skip
    own, other = (CasePicture.objects.get(case=one).pk for one in (case, theirs))
    answer = shopper.get(f"{shop}aftersale/evidence/{own}/200")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"
    for where in (f"{other}/200", f"{own}/201", f"{2**62}/200"):
        assert shopper.get(f"{shop}aftersale/evidence/{where}").status_code == 404
    assert stranger.get(f"{shop}aftersale/evidence/{own}/200").status_code == 303


def test_cases_of_somebody_else_do_not_exist(shopper, shop, merchant):
    order = made.shipped((stocked(3), 1), identity=buyer("+8613900139000"))
    case = made.opened(order, (0, 1))
    assert case.number not in text(shopper.get(f"{shop}aftersale"))
    for where in ("", "/change"):
        assert shopper.get(f"{shop}aftersale/{case.pk}{where}").status_code == 404
    for where in ("withdraw", "accept", "sent", "escalate", "evidence", "change"):
        answer = shopper.post(f"{shop}aftersale/{case.pk}/{where}", sent(carrier="SF", tracking_no="1"))
        assert answer.status_code == 404, where
    assert shopper.post(f"{shop}orders/{order.pk}/aftersale", sent()).status_code == 404
    assert Case.objects.get().state == "asked"


def test_the_list_is_paged(shopper, shop, merchant, django_assert_num_queries):
    order = made.shipped((stocked(30), 12), identity=shopper.identity)
    cases = [made.opened(order, (0, 1)) for _ in range(12)]
    page = text(shopper.get(f"{shop}aftersale"))
    first = re.findall(r"aftersale/(\d+)\"", page)
    assert first == [str(case.pk) for case in reversed(cases[2:])]
    more = re.search(r'hx-get="(\?[^"]*)"', page)[1].replace("&amp;", "&")
    rest = text(shopper.get(f"{shop}aftersale{more}", headers=PART))
    assert re.findall(r"aftersale/(\d+)\"", rest) == [str(case.pk) for case in reversed(cases[:2])]
    # merchant and scope, log-in, cases, items, lines; and three of the test's own transaction
    with django_assert_num_queries(8):
        shopper.get(f"{shop}aftersale")
    assert '<b class="weui-badge">12</b><span>After-sale</span>' in text(shopper.get(f"{shop}me"))


def test_nothing_of_another_brand(shopper, shop, merchant):
    other = make_merchant()
    with tenancy.scope(other.pk):
        case = made.opened(made.shipped((stocked(3), 1)), (0, 1))
    assert shopper.get(f"{shop}aftersale/{case.pk}").status_code == 404

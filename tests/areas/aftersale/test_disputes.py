"""Either side escalates, both show what they have, somebody who took no part rules, and the ruling acts."""

from __future__ import annotations

import pytest

from tests.console.conftest import make_member
from tests.factories.aftersale import (
    disputed,
    heard,
    opened,
    receive,
    refused,
    rule,
    sent,
    shipped,
    shopper,
    wait,
)
from tests.factories.catalog import make_picture_file
from tests.factories.shop import actor as by_hand
from tests.factories.shop import paid, stocked
from yutang.areas.aftersale import queries, services
from yutang.areas.aftersale.errors import (
    AmountTooLarge,
    Changed,
    EvidenceClosed,
    NotNow,
    TextMissing,
    TookPart,
    TooManyPictures,
)
from yutang.areas.aftersale.models import CasePicture, CaseStep, Dispute
from yutang.areas.catalog.queries import picture_path
from yutang.areas.inventory.models import StockItem
from yutang.areas.merchants import queries as merchants
from yutang.areas.orders.models import OrderItem
from yutang.areas.payments.models import Refund

SIDES = services.Side


def colleague(merchant):
    return merchants.actor_for(make_member(merchant).user, merchant.pk)


def show(case, side=SIDES.BUYER, **more):
    return services.add_evidence(**{"case_id": case.pk, "text": "Look.", "side": side, "actor": shopper(), **more})


def test_for_the_buyer_without_goods(merchant, actor):
    case = rule(heard(opened(shipped((stocked(), 1)), (0, 1), kind="refund_only", reason="quality")), "buyer", 7_000)
    assert (case.state, case.granted, case.is_ruled, case.is_overturned) == ("done", 7_000, True, True)
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.ruling, dispute.amount, dispute.ruled_by) == ("ruled", "buyer", 7_000, "tester")


def test_for_the_buyer_before_the_goods_are_back(merchant, actor):
    case = rule(heard(opened(shipped((stocked(), 1)), (0, 1))), "buyer")
    assert (case.state, case.agreed, case.granted) == ("sending", 10_000, 0)
    services.send_back(case_id=case.pk, carrier="SF", tracking_no="1", actor=shopper())
    assert queries.may(queries.case_of(case.order.customer_id, case.pk), SIDES.MERCHANT) == {"receive"}
    with pytest.raises(NotNow):  # what was ruled is not turned down
        services.reject(case_id=case.pk, reason="No.", actor=by_hand())
    assert receive(case).granted == 10_000


def test_for_the_buyer_when_the_goods_were_turned_down(merchant, actor):
    case = sent(opened(shipped((stocked(10), 1)), (0, 1)))
    services.reject(case_id=case.pk, reason="Worn.", actor=by_hand())
    services.escalate(case_id=case.pk, reason="Never.", side=SIDES.BUYER, actor=shopper())
    case = rule(wait(case), "buyer")
    assert (case.state, case.granted) == ("done", 10_000)
    assert (StockItem.objects.get().on_hand, OrderItem.objects.get().returned) == (9, 1)


def test_for_the_shop(merchant, actor):
    case = rule(heard(opened(shipped((stocked(), 1)), (0, 1))), "merchant")
    assert (case.state, case.closed_because, case.is_overturned) == ("closed", "for_shop", False)
    assert not Refund.objects.exists()
    assert opened(case.order, (0, 1)).amount == 10_000  # its pieces are free again


def test_split(merchant, actor):
    case = heard(opened(shipped((stocked(10), 1)), (0, 1)))
    with pytest.raises(AmountTooLarge):
        rule(case, "split", 10_001)
    case = rule(case, "split", 4_000)
    assert (case.state, case.granted) == ("done", 4_000)
    assert (StockItem.objects.get().on_hand, OrderItem.objects.get().returned) == (9, 0)


def test_split_of_what_never_left_leaves_it_to_be_shipped(merchant, actor):
    case = rule(heard(opened(paid((stocked(10), 1)), (0, 1), kind="refund_only")), "split", 4_000)
    assert (case.granted, OrderItem.objects.get().left) == (4_000, 1)


def test_an_exchange_is_ruled(merchant, actor):
    case = heard(opened(shipped((stocked(10), 1)), (0, 1), kind="exchange", reason="quality"))
    case = rule(case, "buyer")
    assert (case.state, bool(case.hold_key)) == ("sending", True)


def test_the_shop_escalates_too(merchant, actor):
    case = refused(opened(shipped((stocked(), 1)), (0, 1)))
    services.escalate(case_id=case.pk, reason="Settle it.", side=SIDES.MERCHANT, actor=by_hand())
    assert Dispute.objects.get().opened_by == "merchant"


def test_only_after_a_refusal(merchant, actor):
    case = opened(shipped((stocked(), 1)), (0, 1))
    with pytest.raises(NotNow):
        services.escalate(case_id=case.pk, reason="x", side=SIDES.BUYER, actor=shopper())
    refused(case)
    with pytest.raises(TextMissing):
        services.escalate(case_id=case.pk, reason=" ", side=SIDES.BUYER, actor=shopper())


def test_evidence_of_both_sides_until_the_deadline(merchant, actor):
    case = disputed(opened(shipped((stocked(), 1)), (0, 1)))
    show(case, pictures=[make_picture_file()])
    show(case, SIDES.MERCHANT, text="", pictures=[make_picture_file(colour="blue")], actor=by_hand())
    with pytest.raises(TextMissing):
        show(case, text=" ")
    assert list(CasePicture.objects.order_by("pk").values_list("side", flat=True)) == ["buyer", "merchant"]
    wait(case)
    with pytest.raises(EvidenceClosed):
        show(case)
    assert CaseStep.objects.filter(what="evidence").count() == 2


def test_nine_pictures_of_each_side(merchant, actor):
    case = opened(shipped((stocked(), 1)), (0, 1), pictures=[make_picture_file(width=10 + n) for n in range(9)])
    with pytest.raises(TooManyPictures):
        show(case, pictures=[make_picture_file(width=50)])
    show(case, SIDES.MERCHANT, pictures=[make_picture_file(width=50)])
    assert CasePicture.objects.count() == 10


def test_evidence_has_no_public_address(merchant, actor):
    case = opened(shipped((stocked(), 1)), (0, 1), pictures=[make_picture_file()])
    found = CasePicture.objects.get()
    assert picture_path(merchant.pk, found.digest, 200) is None
    assert queries.file_of(found, 200) is not None
    assert queries.picture_of(case.order.customer_id, found.pk) == found


def test_no_ruling_before_the_evidence_is_in(merchant, actor):
    case = disputed(opened(shipped((stocked(), 1)), (0, 1)))
    with pytest.raises(NotNow):
        rule(case, "buyer")
    with pytest.raises(TextMissing):
        rule(wait(case), "buyer", text=" ")


def test_who_handled_the_case_does_not_rule(merchant, actor):
    handler, arbiter = colleague(merchant), colleague(merchant)
    case = refused(opened(shipped((stocked(), 1)), (0, 1)), actor=handler)
    services.escalate(case_id=case.pk, reason="x", side=SIDES.BUYER, actor=shopper())
    wait(case)
    with pytest.raises(TookPart):
        rule(case, "merchant", actor=handler)
    assert rule(case, "merchant", actor=arbiter).state == "closed"


def test_silence_of_the_arbiters_is_for_the_buyer(merchant, actor):
    case = wait(heard(opened(shipped((stocked(), 1)), (0, 1), kind="refund_only", reason="quality")))
    assert (case.state, case.granted) == ("done", 10_000)
    assert CaseStep.objects.order_by("-pk").first().side == "time"


def test_a_withdrawn_dispute_is_dropped(merchant, actor):
    case = disputed(opened(shipped((stocked(), 1)), (0, 1)))
    services.withdraw(case_id=case.pk, actor=shopper())
    assert Dispute.objects.get().state == "dropped"


def test_only_what_was_seen_is_ruled(merchant, actor):
    case = heard(opened(shipped((stocked(), 1)), (0, 1), kind="refund_only", reason="quality"))
    with pytest.raises(Changed):
        rule(case, "buyer", seen="something else")
    seen = services.said(services.effects(services.ruled_parts(case, "buyer", 10_000)))
    assert rule(case, "buyer", seen=seen).granted == 10_000

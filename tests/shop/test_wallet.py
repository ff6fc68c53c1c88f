"""My balance in the shop: recharge, pay with it, show a code, redeem a card."""

from __future__ import annotations

from tests.factories import shop as own
from tests.factories import wallet
from yutang.areas.orders.models import Order
from yutang.areas.payments.models import Tender
from yutang.areas.wallet import queries, services
from yutang.areas.wallet.models import PayCode, RealName, Recharge


def html(response, status=200) -> str:
    assert response.status_code == status, response.content.decode()[:600]
    return response.content.decode()


def test_recharge_by_a_plan_and_see_it(merchant, shopper):
    plan = wallet.make_plan(50_000, 5_000, name="Big fish")
    base = shopper.shop
    assert "Big fish" in html(shopper.get(f"{base}wallet/recharge"))
    answers = [shopper.post(f"{base}wallet/recharge", {"plan": plan.pk, "key": "k1"}) for _ in range(2)]
    recharge = Recharge.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"{base}pay/recharge/{recharge.pk}"}
    page = html(shopper.get(f"{base}pay/recharge/{recharge.pk}"))
    assert "¥500.00" in page
    assert "wallet:" not in page
    shopper.post(f"{base}pay/recharge/{recharge.pk}/start", {"way": "sandbox:"})
    shopper.post(f"{base}sandbox/{Tender.objects.get().no}")
    page = html(shopper.get(f"{base}wallet"))
    assert "¥550.00" in page
    assert "+CN¥500.00" in page
    assert "¥550.00" in html(shopper.get(f"{base}me"))


def test_an_amount_of_ones_own(merchant, shopper):
    base = shopper.shop
    for amount in ("", "x", "0", "1", "5000.01", "-5"):
        html(shopper.post(f"{base}wallet/recharge", {"plan": "free", "amount": amount, "key": "k"}), status=422)
    assert not Recharge.objects.exists()
    shopper.post(f"{base}wallet/recharge", {"plan": "free", "amount": "88.50", "key": "k"})
    assert Recharge.objects.get().amount == 8_850


def test_a_real_name_is_asked_for_and_kept(merchant, shopper):
    terms = {name: getattr(queries.terms(), name) for name in services.setting.TermsValues.__dataclass_fields__}
    services.setting.save_terms(
        values=services.setting.TermsValues(**terms | {"real_name_from": 10_000}), actor=own.actor()
    )
    base = shopper.shop
    free = {"plan": "free", "amount": "100", "key": "k"}
    assert f"{base}wallet/name" in html(shopper.post(f"{base}wallet/recharge", free), status=422)
    wrong = {"name": "王小明", "id_no": "110105194912310021"}
    html(shopper.post(f"{base}wallet/name", wrong), status=422)
    shopper.post(f"{base}wallet/name", wrong | {"id_no": "11010519491231002X"})
    assert RealName.objects.count() == 1
    assert shopper.post(f"{base}wallet/recharge", free).status_code == 303


def test_pay_with_the_balance_and_the_rest_otherwise(merchant, shopper):
    wallet.with_balance(20_000, 0)
    order = own.place((own.stocked(1, price=30_000), 1), identity=shopper.identity)
    pay = f"{shopper.shop}pay/order/{order.pk}"
    assert "¥200.00" in html(shopper.get(pay))
    for _ in range(2):  # a second tap finds nothing more
        assert shopper.post(f"{pay}/start", {"way": "wallet:"}).headers["Location"] == pay
    assert wallet.balance() == (0, 0)
    page = html(shopper.get(pay))
    assert "¥100.00" in page
    assert 'value="wallet:"' not in page
    shopper.post(f"{pay}/start", {"way": "sandbox:"})
    shopper.post(f"{shopper.shop}sandbox/{Tender.objects.get(provider='sandbox', payable_type='order').no}")
    assert Order.objects.get(pk=order.pk).status == "paid"


def test_all_from_the_balance(merchant, shopper):
    wallet.with_balance(50_000, 0)
    order = own.place((own.stocked(1, price=30_000), 1), identity=shopper.identity)
    pay = f"{shopper.shop}pay/order/{order.pk}"
    answer = shopper.post(f"{pay}/start", {"way": "wallet:"})
    assert answer.headers["Location"] == f"{shopper.shop}orders/{order.pk}"
    assert wallet.balance() == (20_000, 0)


def test_somebody_elses_recharge_is_not_there(merchant, shopper):
    other = wallet.begin(own.buyer("+8613900139000"), amount=10_000)
    assert shopper.get(f"{shopper.shop}pay/recharge/{other.pk}").status_code == 404


def test_a_code_for_the_till(merchant, shopper):
    base = shopper.shop
    html(shopper.get(f"{base}wallet/code"))
    assert not PayCode.objects.exists()
    page = html(shopper.post(f"{base}wallet/code", headers={"HX-Request": "true"}))
    assert "<html" not in page
    assert PayCode.objects.count() == 1
    html(shopper.post(f"{base}wallet/code"))
    assert PayCode.objects.count() == 1


def test_redeem_a_card_and_guess_no_other(merchant, shopper):
    _, codes = wallet.batch(2, 10_000)
    redeem = f"{shopper.shop}wallet/redeem"
    assert shopper.post(redeem, {"code": codes[0]}).status_code == 303
    assert wallet.balance() == (10_000, 0)
    statuses = [shopper.post(redeem, {"code": "AAAABBBBCCCCDDDD"}).status_code for _ in range(12)]
    assert set(statuses) == {422}
    html(shopper.post(redeem, {"code": codes[1]}), status=422)  # too many tries
    assert wallet.balance() == (10_000, 0)


def test_strangers_are_led_to_the_log_in(merchant, stranger, shop):
    for page in ("wallet", "wallet/recharge", "wallet/code", "wallet/redeem", "wallet/name"):
        assert "login" in stranger.get(f"{shop}{page}").headers["Location"]

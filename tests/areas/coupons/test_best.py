"""The best combination: equal to brute force, with a bounded number of looks. A gift beside it changes nothing."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yutang.areas.coupons import best
from yutang.areas.coupons.best import Held, Item, Parcel, Place

NOW = datetime(2026, 5, 1, 4, tzinfo=UTC)
HERE = Place(NOW)


def coupon(pk: int, kind: str = "amount", value: int = 100, **more) -> Held:
    defaults = {"terms_id": pk, "name": f"C{pk}", "valid_from": NOW, "valid_until": NOW + timedelta(days=pk)}
    return Held(id=pk, kind=kind, value=value, **{**defaults, **more})


def items(*amounts: int, quantity: int = 1) -> list[Item]:
    """Product 1, 2, …, each in the category of the same number."""
    return [Item(amount, quantity, n, frozenset({n})) for n, amount in enumerate(amounts, start=1)]


# -- brute force, written from the definition alone --------------------------------------------------------------------


def covers(held: Held, item: Item) -> bool:
    return (not held.products and not held.categories) or item.product_id in held.products or bool(
        held.categories & item.categories
    )  # fmt: skip


def half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    if rest * 2 > denominator or (rest * 2 == denominator and whole % 2):
        whole += 1
    return whole


def counts(held: Held, basket: list[Item]) -> bool:
    own = [item for item in basket if covers(held, item)]
    if not own or held.valid_until <= NOW or held.valid_from > NOW:
        return False
    worth = sum(item.amount for item in own)
    if held.kind == "exchange":
        worth = sum(item.amount for item in basket) - max(item.amount // item.quantity for item in own)
    return worth >= held.threshold


def fee_of(parcels: list[Parcel], amounts: list[int]) -> int | None:
    fees = [parcel.fee(sum(amounts[n] for n in parcel.lines)) for parcel in parcels]
    return None if None in fees else sum(fees)


def price_with(chosen: tuple[Held, ...], basket: list[Item], parcels: list[Parcel]) -> int | None:
    """The total with exactly these; None where they do not go together."""
    kinds, groups = [held.kind for held in chosen], [held.group for held in chosen if held.group]
    if len(set(kinds)) < len(kinds) or len(set(groups)) < len(groups):
        return None
    if len(chosen) > 1 and any(held.is_exclusive for held in chosen):
        return None
    amounts = [item.amount for item in basket]
    for kind in ("exchange", "percent", "amount"):
        for held in (one for one in chosen if one.kind == kind):
            own = [n for n, item in enumerate(basket) if covers(held, item)]
            worth = sum(amounts[n] for n in own)
            if kind == "exchange":
                place = max(own, key=lambda n: (amounts[n] // basket[n].quantity, -n))
                off = max(amounts[place] // basket[place].quantity - held.value, 0)
                amounts[place] -= min(off, off if held.ceiling is None else held.ceiling)
                continue
            off = min(held.value, worth) if kind == "amount" else half_even(worth * held.value, 100)
            off = off if held.ceiling is None else min(off, held.ceiling)
            exact = [amounts[n] * off for n in own]
            shares = [part // worth if worth else 0 for part in exact]
            order = sorted(range(len(own)), key=lambda n: (-(exact[n] % worth if worth else 0), n))
            for n in order[: off - sum(shares)]:
                shares[n] += 1
            for n, share in zip(own, shares, strict=True):
                amounts[n] -= share
    freight = fee_of(parcels, amounts)
    if freight is None:
        return None
    for held in chosen:
        if held.kind == "freight":
            freight -= freight if held.ceiling is None else min(freight, held.ceiling)
    return sum(amounts) + freight


def brute_force(coupons: list[Held], basket: list[Item], parcels: list[Parcel]) -> int:
    fitting = [held for held in coupons if counts(held, basket) and held.kind != "gift"]
    sets = itertools.chain.from_iterable(itertools.combinations(fitting, size) for size in range(5))
    return min(price for chosen in sets if (price := price_with(chosen, basket, parcels)) is not None)


def brute_gift(used: list[Held], coupons: list[Held], basket: list[Item], gone) -> Held | None:
    """The definition: one that counts, is to be had, and goes with what is used."""
    fitting = [
        held for held in coupons
        if held.kind == "gift" and counts(held, basket) and held.id not in gone
        and not (held.group and held.group in [other.group for other in used])
        and not (used and held.is_exclusive) and not any(other.is_exclusive for other in used)
    ]  # fmt: skip
    first = sorted(fitting, key=lambda held: (held.valid_until, -(held.ceiling or 0), held.id))
    return first[0] if first else None


amounts = st.integers(0, 3_000)
scopes = st.frozensets(st.integers(1, 5), max_size=2)


@st.composite
def coupon_lists(draw, most: int = 9) -> list[Held]:
    found = []
    for pk in range(1, draw(st.integers(0, most)) + 1):
        kind = draw(st.sampled_from(["amount", "percent", "exchange", "freight", "gift"]))
        values = {"percent": st.integers(1, 100), "freight": st.just(0), "gift": st.integers(1, 9)}
        value = draw(values.get(kind, st.integers(0, 1_500)))
        found.append(
            coupon(
                pk, kind, value, threshold=draw(st.sampled_from([0, 0, 500, 2_000])), products=draw(scopes),
                categories=draw(scopes), ceiling=draw(st.sampled_from([None, None, 50, 700])),
                is_exclusive=draw(st.sampled_from([False, False, False, True])),
                group=draw(st.sampled_from(["", "", "a", "b"])), terms_id=draw(st.integers(0, 3)) * 100 + pk,
                valid_until=NOW + timedelta(days=draw(st.sampled_from([pk, 30]))),
            )
        )  # fmt: skip
    return found


@st.composite
def baskets(draw) -> list[Item]:
    lines = draw(st.lists(st.tuples(amounts, st.integers(1, 3)), min_size=1, max_size=5))
    return [Item(amount, quantity, n, frozenset({n})) for n, (amount, quantity) in enumerate(lines, start=1)]


@st.composite
def fees(draw):
    """Free from an amount, and perhaps refused below another."""
    fee, free_from = draw(st.integers(0, 800)), draw(st.sampled_from([None, 500, 2_000, 5_000]))
    least = draw(st.sampled_from([0, 0, 0, 1_000]))

    def ask(worth: int) -> int | None:
        if worth < least:
            return None
        return 0 if free_from is not None and worth >= free_from else fee

    return ask


@st.composite
def carts(draw) -> tuple[list[Item], list[Parcel]]:
    """Lines that are sent in up to two parcels, or for nothing."""
    basket = draw(baskets())
    sent_by = draw(st.lists(st.sampled_from([0, 0, 1, None]), min_size=len(basket), max_size=len(basket)))
    lines = [[n for n, own in enumerate(sent_by) if own == parcel] for parcel in (0, 1)]
    return basket, [Parcel(own, draw(fees())) for own in lines if own]


@given(coupons=coupon_lists(), cart=carts())
@settings(max_examples=400, deadline=None)
def test_it_equals_brute_force(coupons, cart):
    basket, parcels = cart
    chosen = best.choose(coupons, basket, HERE, parcels)
    is_refused = fee_of(parcels, [item.amount for item in basket]) is None  # anyhow: the step of freight says so
    asked = [] if is_refused else parcels
    assert chosen.total == brute_force(coupons, basket, asked)
    assert price_with(tuple(cut.held for cut in chosen.cuts), basket, asked) == chosen.total
    assert all(cut.amount > 0 for cut in chosen.cuts)


@given(coupons=coupon_lists(), cart=carts(), gone=st.frozensets(st.integers(1, 9), max_size=3))
@settings(max_examples=400, deadline=None)
def test_one_gift_comes_beside_the_best_set_and_displaces_no_money(coupons, cart, gone):
    basket, parcels = cart
    chosen = best.choose(coupons, basket, HERE, parcels, dict.fromkeys(gone, "gift_gone"))
    without = best.choose([held for held in coupons if held.kind != "gift"], basket, HERE, parcels)
    assert (chosen.cuts, chosen.total, chosen.nodes) == (without.cuts, without.total, without.nodes)
    assert chosen.gift == brute_gift([cut.held for cut in chosen.cuts], coupons, basket, gone)
    told = dict(best.explained(coupons, basket, HERE, chosen, 800, dict.fromkeys(gone, "gift_gone")))
    for held in coupons:
        if held.kind != "gift":
            continue
        if held == chosen.gift:
            assert told[held] is None
        elif counts(held, basket):
            assert told[held].code == ("gift_gone" if held.id in gone else "excluded")
        else:
            assert told[held].code in ("goods", "threshold")


@given(coupons=coupon_lists(), basket=baskets())
@settings(max_examples=100, deadline=None)
def test_what_is_taken_off_is_told_line_by_line(coupons, basket):
    chosen = best.choose(coupons, basket, HERE)
    left = [item.amount for item in basket]
    for cut in chosen.cuts:
        for line, amount in cut.lines:
            assert cut.held.covers(basket[line])
            left[line] -= amount
    assert min(left) >= 0
    assert sum(left) == chosen.total == sum(item.amount for item in basket) - chosen.saved


def test_the_same_coupons_in_another_order_give_the_same_choice():
    found = [coupon(n, kind, 30 + n % 3) for n, kind in enumerate(["amount", "percent"] * 6, start=1)]
    basket = items(500, 700)
    forth, back = (best.choose(order, basket, HERE) for order in (found, found[::-1]))
    assert [cut.held.id for cut in forth.cuts] == [cut.held.id for cut in back.cuts]


def test_of_equal_ones_the_one_that_expires_first_is_used():
    chosen = best.choose([coupon(9), coupon(3), coupon(5)], items(500), HERE)
    assert [cut.held.id for cut in chosen.cuts] == [3]


THIRTY = [Item(10_000 + n, 1 + n % 3, n, frozenset({n % 5})) for n in range(30)]
SENT = [Parcel(range(30), lambda worth: 0 if worth > 200_000 else 800)]


def fifty(own, counts=(17, 17, 8, 8)) -> list[Held]:
    kinds = ("amount", "percent", "exchange", "freight")
    every = [kind for kind, count in zip(kinds, counts, strict=True) for _ in range(count)]
    return [coupon(n, kind, **own(n, kind)) for n, kind in enumerate(every, start=1)]


def test_fifty_coupons_close_to_one_another():
    found = fifty(
        lambda n, kind: {"value": 10 + n if kind == "percent" else 100 + n, "products": frozenset(range(n % 7, 30))}
    )
    chosen = best.choose(found, THIRTY, HERE, SENT)
    assert {cut.held.kind for cut in chosen.cuts} >= {"amount", "percent", "exchange"}
    assert chosen.nodes < 100  # of 18 · 18 · 9 sets


def test_fifty_coupons_that_do_the_same():
    """Of each kind one stands for all: the one that expires first."""
    chosen = best.choose(fifty(lambda n, kind: {"value": 10}, (17, 17, 16, 0)), THIRTY, HERE, SENT)
    assert [cut.held.id for cut in chosen.cuts] == [35, 18, 1]
    assert chosen.nodes == 3


def test_fifty_coupons_at_the_edge_of_free_freight():
    """What any amount takes off makes a fee due, which its own sum tells and no bound before: the others of as much
    or more of the fee need no look then."""
    random = Random(1)
    scopes = [frozenset(random.sample(range(30), 25)) for _ in range(51)]
    values = {"amount": 5_000, "percent": 5, "exchange": 2_000}
    edge = [Parcel(range(30), lambda worth: 0 if worth >= 279_435 else 800)]
    found = fifty(
        lambda n, kind: {"value": values[kind] + (0 if kind == "percent" else n % 17), "products": scopes[n]},
        (17, 17, 16, 0),
    )
    chosen = best.choose(found, THIRTY, HERE, edge)
    assert chosen.nodes < 600  # of 17 · 18 · 18 sets
    amounts = [held for held in found if held.kind == "amount"]
    others = [held for held in found if held.kind != "amount"]
    assert chosen.total == min(best.choose([held, *others], THIRTY, HERE, edge).total for held in amounts)


@pytest.mark.parametrize("seed", range(40))
def test_fifty_random_coupons_on_thirty_random_lines(seed):
    """What a wallet may hold: fewer than two hundred looks."""
    random = Random(seed)
    values = {"amount": (100, 5_000), "percent": (1, 30), "exchange": (0, 1_000), "freight": (0, 0)}
    basket = [
        Item(random.choice([9_900, random.randint(1, 50_000)]), random.randint(1, 3), n, frozenset({n % 5}))
        for n in range(30)
    ]
    edge = random.randint(0, sum(item.amount for item in basket))
    found = fifty(
        lambda n, kind: {
            "value": random.randint(*values[kind]),
            "threshold": random.choice([0, 0, 5_000, 50_000]), "ceiling": random.choice([None, 500, 2_000]),
            "products": frozenset(random.sample(range(30), random.choice([0, 1, 3, 10]))),
            "group": random.choice(["", "", "a", "b"]),
        }
    )  # fmt: skip
    parcels = [Parcel(range(part, 30, 2), lambda worth: 0 if worth * 2 > edge else 800) for part in range(2)]
    chosen = best.choose(found, basket, HERE, parcels)
    assert price_with(tuple(cut.held for cut in chosen.cuts), basket, parcels) == chosen.total
    assert chosen.nodes < 200


def test_losing_free_freight_is_weighed():
    """100 off that makes 800 of freight due is no good, unless a coupon takes the freight."""
    basket, sent = items(1_000), [Parcel([0], lambda worth: 0 if worth >= 1_000 else 800)]
    assert best.choose([coupon(1)], basket, HERE, sent).cuts == ()
    both = best.choose([coupon(1), coupon(2, "freight", 0)], basket, HERE, sent)
    assert (both.total, [cut.held.id for cut in both.cuts]) == (900, [1, 2])


@pytest.mark.parametrize(
    ("held", "code", "missing"),
    [
        (coupon(1, threshold=1_500), "threshold", 500),
        (coupon(1, products=frozenset({7})), "goods", 0),
        (coupon(1, valid_from=NOW + timedelta(days=0, hours=1)), "not_yet", 0),
        (coupon(1, valid_from=NOW - timedelta(days=2), valid_until=NOW), "expired", 0),
        (coupon(1, channel="till"), "channel", 0),
        (coupon(1, nodes=frozenset({3})), "store", 0),
        (coupon(1, levels=frozenset({"gold"})), "level", 0),
        (coupon(1, "exchange", 2_000, products=frozenset({1})), "goods", 0),
        (coupon(1, "exchange", 1, products=frozenset({1}), threshold=600), "threshold", 200),
        (coupon(1, "gift", 1, threshold=1_200), "threshold", 200),
        (coupon(1, "gift", 1, products=frozenset({7})), "goods", 0),
    ],
)
def test_why_a_coupon_cannot_be_used(held, code, missing):
    why = best.unfit(held, items(600, 400), HERE)
    assert (why.code, why.missing) == (code, missing)


def test_what_another_shuts_out_is_said():
    found = [coupon(1, value=300), coupon(2, value=200), coupon(3, "freight", 0)]
    chosen = best.choose(found, items(600), HERE)
    told = {held.id: why.code if why else "used" for held, why in best.explained(found, items(600), HERE, chosen, 0)}
    assert told == {1: "used", 2: "excluded", 3: "freight"}

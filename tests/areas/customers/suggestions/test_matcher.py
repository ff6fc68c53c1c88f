"""The matcher alone: what it finds among generated people, and that its scores add up."""

from __future__ import annotations

from datetime import date
from math import log2

import pyarrow as pa
import pytest

from benchmarks import suggestions as bench
from yutang.areas.customers.suggestions import fields, matcher, names


@pytest.fixture(scope="module")
def crowd():
    return bench.make_people(6000, seed=7)


@pytest.fixture(scope="module")
def found(crowd):
    return matcher.match(crowd[0], least=0.5)


def test_generated_people_are_found_again(crowd, found):
    truth = bench.same_person(crowd[1])
    scored = {(pair.one, pair.other): pair.chance for pair in found[1]}
    precision, recall, _ = bench.at_threshold(scored, truth, 0.9)
    assert precision >= 0.97
    assert recall >= 0.45


def test_a_score_is_the_sum_of_its_reasons(found):
    model, pairs = found
    assert len(pairs) > 500
    for pair in pairs:
        assert pair.score == pytest.approx(pair.prior + sum(reason.bits for reason in pair.reasons), abs=1e-9)
        assert pair.prior == model.prior == pytest.approx(log2(model.share / (1 - model.share)))
        assert len({reason.field for reason in pair.reasons}) == len(pair.reasons)


def test_the_likeliest_come_first_and_the_same_again(crowd, found):
    pairs = found[1]
    assert [pair.score for pair in pairs] == sorted((pair.score for pair in pairs), reverse=True)
    _, fewer = matcher.match(crowd[0], least=0.5, most=10)
    assert [(pair.one, pair.other) for pair in fewer] == [(pair.one, pair.other) for pair in pairs[:10]]
    assert [pair.score for pair in fewer] == pytest.approx([pair.score for pair in pairs[:10]])


def test_settled_pairs_are_left_out(crowd, found):
    first = found[1][0]
    _, rest = matcher.match(crowd[0], least=0.5, apart=pa.table({"l": [first.one], "r": [first.other]}))
    assert {(p.one, p.other) for p in rest} == {(p.one, p.other) for p in found[1]} - {(first.one, first.other)}


def people(*rows: dict) -> pa.Table:
    filled = []
    for number, row in enumerate(rows):
        row = dict(row)
        family, given = names.split(row.pop("name", ""))
        sounds = {"family_sound": names.sound(family), "given_sound": names.sound(given)}
        filled.append({"id": number, "family": family, "given": given, **sounds, **row})
    return pa.Table.from_pylist(filled, schema=fields.PEOPLE)


def levels(one: dict, other: dict) -> dict[str, str]:
    """On which level each field of two people stands."""
    _, pairs = matcher.match(people(one, other), least=1e-15)
    return {reason.field: reason.level for reason in pairs[0].reasons}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"name": "王小明"}, {"name": "王晓明"}, {"family": "equal", "given": "sound"}),
        ({"name": "欧阳雪"}, {"name": "欧阳 雪"}, {"family": "equal", "given": "equal"}),
        ({"name": "Ada Lovelace"}, {"name": "Lovelace Ada"}, {"family": "swapped", "given": "swapped"}),
        ({"name": "A Lovelace"}, {"name": "Ada Lovelase"}, {"family": "close", "given": "initial"}),
        ({"name": "Zoë Brontë"}, {"name": "Zoe Bronte"}, {"family": "sound", "given": "sound"}),
        ({"birthday": date(1990, 3, 4)}, {"birthday": date(1990, 4, 3)}, {"birthday": "day_and_month_swapped"}),
        ({"birthday": date(1990, 3, 4)}, {"birthday": date(1991, 3, 4)}, {"birthday": "one_digit"}),
        ({"birthday": date(1990, 3, 4)}, {"birthday": date(1975, 3, 4)}, {"birthday": "year_differs"}),
        (
            {"province": "浙江省", "city": "杭州市", "address": "浙江省杭州市 中山路 12号3栋"},
            {"province": "浙江省", "city": "杭州市", "address": "中山路12号，3栋"},
            {"address": "same_door"},
        ),
        ({"city": "杭州市", "district": "西湖区"}, {"city": "杭州市", "district": "西湖区"}, {"place": "district"}),
        ({"store": "4", "city": "杭州市"}, {"store": "4"}, {"place": "store"}),
        ({"phone": "+8613812345678"}, {"phone": "+8613812345679"}, {"phone": "one_digit"}),
        ({"email": "ada@a.example"}, {"email": "ada@b.example"}, {"email": "mailbox"}),
        ({"bought": ["a", "b"]}, {"bought": ["b", "c"]}, {"bought": "most"}),
        ({"gender": "f"}, {"gender": ""}, {}),
    ],
)
def test_levels(one, other, expected):
    assert levels(one, other) == expected


def test_a_rare_name_says_more_than_a_common_one():
    crowd = [{"name": f"王{chr(0x4E00 + n)}", "city": f"c{n % 7}"} for n in range(300)]
    twins = [{"name": "王伟", "city": "x"}, {"name": "王伟", "city": "x"}]
    rare = [{"name": "鲜于伟", "city": "y"}, {"name": "佟佳", "city": "z"}, {"name": "佟佳", "city": "z"}]
    _, pairs = matcher.match(people(*crowd, *twins, *rare), least=1e-12)
    bits = {(p.one, p.other): {r.field: r.bits for r in p.reasons} for p in pairs}
    assert bits[303, 304]["family"] > bits[300, 301]["family"] + 5


def test_two_exclusive_keys_are_two_people():
    same = {"name": "王小明", "birthday": date(1990, 3, 4), "city": "杭州市"}
    _, pairs = matcher.match(people({**same, "exclusive": "1"}, {**same, "exclusive": "2"}), least=1e-12)
    assert pairs == []


@pytest.mark.parametrize("size", [0, 1])
def test_nobody_to_compare(size):
    assert matcher.match(people(*[{"name": "王小明"}] * size), least=0.5)[1] == []


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("王小明", ("王", "小明")), ("欧阳修", ("欧阳", "修")), ("欧阳", ("欧", "阳")), ("张**", ("", "")),
        ("Grace Brewster Hopper", ("Hopper", "Grace Brewster")), ("麦", ("麦", "")), ("橘猫60", ("", "")),
        ("Coco~", ("", "")),
        ("Seán O'Casey", ("O'Casey", "Seán")), ("Madonna", ("", "Madonna")),
    ],
)  # fmt: skip
def test_names_are_split(name, parts):
    assert names.split(name) == parts

"""Every report equals the same in plain Python, on random worlds and random questions."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.areas.analytics.behaviour import plain
from tests.areas.analytics.behaviour.world import NOW, make_world
from yutang.areas.analytics.queries.behaviour import aisas, behind, frequency, funnel, paths
from yutang.areas.analytics.queries.behaviour.steps import PURCHASE, Asked, Step
from yutang.areas.segments import queries as segments
from yutang.core import tenancy

pytestmark = [pytest.mark.django_db(transaction=True)]
random_worlds = settings(max_examples=4, deadline=None)
ZONES = ("Asia/Shanghai", "America/Los_Angeles")
STEPS = (
    Step("view"), Step("view", page="/tea"), Step("view", item="sku-1"), Step("search"), Step("click"), Step("cart"),
    Step(PURCHASE), Step("payment"), Step("share"), Step("nothing.ever"),
)  # fmt: skip
QUESTIONS = 4


def matches(step: Step, row: plain.Row) -> bool:
    kind = row.kind == step.kind if step.kind else row.kind != PURCHASE
    return kind and step.page in row.page and step.item in ("", row.item)


def asked(chance: random.Random, *, filtered: bool = True) -> Asked:
    until = NOW.date() - timedelta(days=chance.choice([0, 0, 1, 6]))
    since = until - timedelta(days=chance.choice([0, 2, 9, 25]))
    channel, source = ("", "")
    if filtered and chance.random() < 0.4:
        channel, source = chance.choice([("web", ""), ("", "code:a"), ("app", "mail")])
    return Asked(since, until, channel, source)


def seen(world, question: Asked) -> list[plain.Row]:
    return [
        row for row in world.rows
        if row.bought or (question.channel in ("", row.channel) and question.source in ("", row.source))
    ]  # fmt: skip


def check_people(world, found: behind.Behind, expected: set[int]) -> None:
    """The list holds the known of them, page by page; a rule that says the same finds the same."""
    counted = behind.count(found)
    known = sorted(expected & world.known)
    assert (counted.people, counted.known) == (len(expected), len(known))
    assert behind.ids(found, limit=100) == known
    if len(known) > 1:
        assert behind.ids(found, after=known[0], limit=1) == known[1:2]
    if found.rule is not None:
        assert sorted(segments.bitmap(found.rule, actor=world.actor)) == known


@pytest.mark.usefixtures("transactional_db", "at_noon")
@random_worlds
@given(seed=st.integers(0, 10**6), zone=st.sampled_from(ZONES))
def test_reports_equal_plain_python(seed, zone):
    world, chance = make_world(seed, timezone=zone), random.Random(seed)
    with tenancy.scope(world.merchant.pk):
        for _ in range(QUESTIONS):
            check_frequency(world, chance)
            check_funnel(world, chance)
            check_paths(world, chance)
            check_aisas(world, chance)


def check_frequency(world, chance):
    question = frequency.Frequency(asked(chance), chance.choice([Step(), *STEPS]), chance.choice(frequency.UNITS))
    ask, hits = question.asked, partial(matches, question.step)
    rows, before = seen(world, ask), ask.period.before()
    now, earlier = frequency.frequency(question)
    for side, since, until in ((now, ask.since, ask.until), (earlier, before.since, before.until)):
        expected = plain.frequency(rows, hits, since, until, question.unit)
        assert (side.people, side.total, side.median, side.bands) == (*expected[:3], expected[4])
        assert side.mean == (None if expected[3] is None else pytest.approx(expected[3]))
    counted = plain.numbers(rows, hits, ask.since, ask.until, question.unit)
    check_people(world, frequency.people(question, None), set(counted))
    band = chance.randrange(len(frequency.BANDS))
    low, high = plain.BANDS[band]
    check_people(world, frequency.people(question, band), {pk for pk, n in counted.items() if low <= n <= high})


def check_funnel(world, chance):
    chosen = tuple(chance.choice(STEPS[:-1]) for _ in range(chance.choice([2, 3, 3, 4])))
    question = funnel.Funnel(asked(chance), chosen, chance.choice([1, 3, 30]))
    ask, window = question.asked, timedelta(days=question.window)
    last = ask.until + window + timedelta(days=1)
    conditions = [partial(matches, step) for step in chosen]
    expected = plain.depths(seen(world, ask), conditions, ask.since, ask.until, window, last)
    found = funnel.funnel(question)
    for step, (people, seconds) in zip(found, plain.funnel(expected, len(chosen)), strict=True):
        assert step.people == people
        assert step.median == (None if seconds is None else pytest.approx(seconds, abs=1e-3))
    step = chance.randrange(len(chosen)) + 1
    check_people(world, funnel.people(question, step), {pk for pk, (n, _) in expected.items() if n >= step})
    if step < len(chosen):
        stayed = {pk for pk, (n, _) in expected.items() if n == step}
        check_people(world, funnel.people(question, step, dropped=True), stayed)


def check_paths(world, chance):
    by = chance.choice(paths.BY)
    anchors = ["", "", "view", "search", PURCHASE] if by == "kind" else ["", "/tea", "/cake", "/none"]
    question = paths.Paths(asked(chance), by, chance.choice(paths.DIRECTIONS), chance.choice(anchors))
    ask, back = question.asked, question.is_back

    def point(row):
        return row.kind if by == "kind" or row.bought else row.page

    walked = plain.ways(plain.visits(seen(world, ask), point, ask.since, ask.until), question.anchor, back=back)
    found = paths.paths(question)
    assert (found.visits, found.people) == (len(walked), len({pk for pk, _ in walked}))
    assert {way.points: (way.visits, way.people) for way in found.paths} == plain.path_table(walked, paths.KEPT_PATHS)
    moves = plain.move_table(walked, paths.KEPT_POINTS, back=back)
    assert {(m.hop, m.point, m.following, m.ends): (m.visits, m.people) for m in found.moves} == {
        key: (visits, len(people)) for key, (visits, people) in moves.items()
    }
    check_people(world, paths.everybody(question), {pk for pk, _ in walked})
    if walked:
        key = chance.choice(sorted(moves, key=str))
        one = paths.people_of_move(question, hop=key[0], point=key[1], following=key[2], ends=key[3])
        check_people(world, one, moves[key][1])
        way = chance.choice(found.paths).points
        named = {way.points for way in found.paths}
        expected = {pk for pk, points in walked if (points == way if way else points not in named)}
        check_people(world, paths.people_of_path(question, way), expected)


def check_aisas(world, chance):
    question = aisas.Aisas(asked(chance), chance.choice(aisas.GROUPS))
    ask = question.asked
    expected = plain.stages(seen(world, ask), ask.since, ask.until, question.by)
    found = aisas.aisas(question)
    for group in (found.whole, *found.groups):
        mine = [has for has, name, _ in expected.values() if group is found.whole or name == group.name]
        assert group.people == len(mine)
        assert group.stages == tuple(sum(n in has for has in mine) for n in range(5))
        assert group.went_on == tuple(sum({n, n + 1} <= has for has in mine) for n in range(4))
    assert {group.name for group in found.groups} == {name for _, name, _ in expected.values()}
    assert [step.people for step in found.in_order] == [
        sum(depth > n for _, _, depth in expected.values()) for n in range(5)
    ]
    stage = chance.randrange(5)
    at_stage = {pk for pk, (has, _, _) in expected.items() if stage in has}
    check_people(world, aisas.people(question, stage), at_stage)
    check_people(world, aisas.people(question, None), set(expected))
    in_order = {pk for pk, (_, _, depth) in expected.items() if depth > stage}
    check_people(world, aisas.people(question, stage, in_order=True), in_order)
    if stage < 4:
        both = {pk for pk, (has, _, _) in expected.items() if {stage, stage + 1} <= has}
        check_people(world, aisas.people(question, stage, went_on=True), both)
    if found.groups:
        name = chance.choice(found.groups).name
        mine = {pk for pk in at_stage if expected[pk][1] == name}
        check_people(world, aisas.people(question, stage, group=name), mine)

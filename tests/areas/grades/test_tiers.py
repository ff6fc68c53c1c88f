"""The ladder of fish tiers: counts, segments, preview, history, who may set it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from tests.areas.grades import plain
from tests.areas.grades.conftest import TODAY
from yutang.areas.grades import queries, rules, services
from yutang.areas.grades.models import Ladder
from yutang.areas.segments import queries as segments
from yutang.core import access
from yutang.core.errors import Invalid, NotAllowed
from yutang.core.models import AuditEntry

LADDERS = [("net", None, 3000, 30000), ("purchases", None, 2, 4), ("net", 60, 2000, 5000), ("purchases", 90, 1, 3)]


def expected(lines, ladder, until) -> dict[int, str]:
    measure, window, middle, big = ladder
    people = plain.states(lines, until)
    spans = people if window is None else plain.states(lines, until, until - timedelta(days=window - 1))
    values = {pk: (spans[pk].net if measure == "net" else spans[pk].purchases) if pk in spans else 0 for pk in people}
    return {
        pk: rules.tier(values[pk], middle_from=middle, big_from=big) for pk, state in people.items() if state.purchases
    }


def test_counts_equal_plain_python(sample):
    shop, lines = sample
    for values in LADDERS:
        measure, window, middle, big = values
        ladder = services.set_ladder(
            measure=measure, window_days=window, middle_from=middle, big_from=big, actor=shop.actor
        )
        for day in (None, date(2026, 4, 4)):
            people = plain.states(lines, day or TODAY)
            tiers = expected(lines, values, day or TODAY)
            found = queries.tiers(queries.asked(day=day, actor=shop.actor), ladder)
            counted, net = Counter(tiers.values()), Counter()
            for pk, tier in tiers.items():
                net[tier] += people[pk].net
            assert [(t.tier, t.people, t.net) for t in found] == [
                (tier, counted[tier], net[tier]) for tier in ("small", "middle", "big")
            ]
        tiers = expected(lines, values, TODAY)
        for tier in ("small", "middle", "big"):
            rule = queries.rule(queries.Choice("tier", tier=tier))
            assert set(segments.bitmap(rule, actor=shop.actor)) == {pk for pk, own in tiers.items() if own == tier}
        for _identity, pk in shop.people.values():
            explained = queries.explained(pk, actor=shop.actor)
            assert (None if explained is None else explained.tier) == tiers.get(pk)


def test_a_preview_says_who_would_move(sample):
    shop, lines = sample
    now = services.set_ladder(measure="net", window_days=None, middle_from=3000, big_from=30000, actor=shop.actor)
    then = services.checked_ladder(measure="net", window_days=60, middle_from=2000, big_from=5000)
    found = queries.preview(queries.asked(actor=shop.actor), now=now, then=then)
    before, after = expected(lines, LADDERS[0], TODAY), expected(lines, LADDERS[2], TODAY)
    moves = Counter((before[pk], after[pk]) for pk in before)
    assert {(move.before, move.after): move.people for move in found} == moves
    assert Ladder.objects.count() == 1


def test_every_ladder_is_kept(sample):
    shop, _lines = sample
    assert (queries.ladder().measure, queries.ladder().middle_from, queries.ladder().big_from) == ("purchases", 2, 5)
    for _measure in range(2):
        services.set_ladder(measure="net", window_days=None, middle_from=1, big_from=2, actor=shop.actor)
    services.set_ladder(measure="net", window_days=30, middle_from=1, big_from=2, actor=shop.actor)
    assert [ladder.window_days for ladder in queries.ladders()] == [30, None]
    entry = AuditEntry.objects.filter(action="grades.set_ladder").order_by("-id").first()
    assert (entry.detail["before"]["window_days"], entry.detail["after"]["window_days"]) == (None, 30)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"measure": "luck"}, "measure"),
        ({"window_days": 0}, "window_days"),
        ({"window_days": 4000}, "window_days"),
        ({"middle_from": 0}, "middle_from"),
        ({"big_from": 5}, "big_from"),
        ({"big_from": 2**63}, "big_from"),
    ],
)
def test_a_ladder_must_make_sense(merchant, actor, values, field):
    good = {"measure": "net", "window_days": None, "middle_from": 5, "big_from": 10}
    with pytest.raises(Invalid) as refused:
        services.set_ladder(**{**good, **values}, actor=actor)
    assert refused.value.field == field
    assert not Ladder.objects.exists()


def test_only_who_reaches_the_whole_merchant_sets_it(merchant):
    manager = access.Actor("user", 1, "m", merchant.pk, {"grades.edit": frozenset({1})})
    with pytest.raises(NotAllowed):
        services.set_ladder(measure="net", window_days=None, middle_from=5, big_from=10, actor=manager)
    assert not Ladder.objects.exists()

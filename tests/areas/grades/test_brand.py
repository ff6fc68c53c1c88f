"""Grades of the demo brand equal plain Python over the generator's truth, today and on past days."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from tests.areas.analytics.brand import load
from tests.areas.grades import plain
from tests.factories.merchants import make_merchant
from yutang.areas.grades import queries, services, states
from yutang.core import access, tenancy
from yutang.lake import writer
from yutang.simulators.brand import expected_people, make_brand
from yutang.simulators.brand.figures import local_day

pytestmark = pytest.mark.django_db(transaction=True)


def lines_of(truth) -> list[plain.Line]:
    """What was sold to known people, and given back."""
    found = []
    people = expected_people(truth).cluster_of
    for order in truth.orders:
        person = people.get(order.order_no)
        if person is None or not order.is_sale:
            continue
        found.append(plain.Line(person, order.order_no, local_day(order.sold_at), order.total, is_refund=False))
        found += [
            plain.Line(person, order.order_no, local_day(refund.at), -refund.amount, is_refund=True)
            for refund in order.refunds
        ]
    return found


def graded(asked) -> Counter:
    rows = states.ask(
        'SELECT last_purchase_on, purchases, net_amount, r, f, m, "group" FROM graded', states.graded(asked)
    )
    return Counter(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def test_grades_equal_the_truth(time_machine):
    truth = make_brand(scale=0.03)
    time_machine.move_to(f"{truth.as_of} 20:00:00+08:00", tick=False)
    merchant = make_merchant()
    load(merchant, truth)
    writer.run()
    lines, actor = lines_of(truth), access.system(merchant.pk)
    with tenancy.scope(merchant.pk):
        services.refresh()
        for day in (None, date(2025, 9, 6), date(2024, 12, 31)):
            people = plain.states(lines, day or truth.as_of)
            scores, _ends = plain.scored(people, day or truth.as_of)
            expected = Counter(
                (people[pk].last_on, people[pk].purchases, people[pk].net, *score, plain.group(*score))
                for pk, score in scores.items()
            )
            asked = queries.asked(day=day, actor=actor)
            assert graded(asked) == expected
            for percent in (20, 80):
                found = queries.pareto(asked, percent=percent)
                assert (found.people, found.needed, found.least) == (len(people), *plain.needed(people, percent))

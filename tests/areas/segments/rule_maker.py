"""Hypothesis strategies for rules of the language, as JSON."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.areas.segments.world import CITIES, TITLES

texts = st.sampled_from([city for city in CITIES if city] + ["杭", "'", "x"])
days = st.integers(0, 30_000).map(lambda n: (date(1960, 1, 1) + timedelta(days=n)).isoformat())
recent = st.integers(0, 800).map(lambda n: (date(2024, 3, 1) + timedelta(days=n)).isoformat())
ORDER = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def pairs(values):
    return st.lists(values, min_size=2, max_size=2).map(sorted)


def condition(attr, ops):
    return st.one_of(
        st.builds(lambda op, value: {"attr": attr, "op": op, "value": value}, st.just(op), values)
        if values is not None
        else st.just({"attr": attr, "op": op})
        for op, values in ops.items()
    )


EMPTY = {"is empty": None, "is not empty": None}


def text(attr, values=texts):
    some = st.lists(values, min_size=1, max_size=3)
    return condition(
        attr,
        {"=": values, "!=": values, "in": some, "not in": some, "contains": values, "starts with": values, **EMPTY},
    )


def choice(attr, values):
    some = st.lists(values, min_size=1, max_size=2)
    return condition(attr, {"=": values, "!=": values, "in": some, "not in": some, **EMPTY})


def number(attr, values):
    return st.one_of(
        st.builds(lambda op, value: {"attr": attr, "op": op, "value": value}, ORDER, values),
        condition(attr, {"between": pairs(values), **EMPTY}),
    )


def day(attr, values):
    months = st.lists(st.integers(1, 12), min_size=1, max_size=4) | st.integers(1, 12)
    return st.one_of(
        st.builds(lambda op, value: {"attr": attr, "op": op, "value": value}, ORDER, values),
        condition(attr, {"between": pairs(values), "within last": st.integers(1, 700), "month is": months, **EMPTY}),
    )


def nested(leaves):
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=0, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=0, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=5,
    )


columns = st.one_of(
    text("title", st.sampled_from([*TITLES, "蛋糕", "%"])),
    choice("kind", st.sampled_from(["goods", "refund", "freight"])),
    number("quantity", st.integers(-3, 3)),
    number("amount", st.integers(-9000, 9000)),
)


def comparison(values):
    return st.one_of(
        st.builds(lambda op, value: {"op": op, "value": value}, ORDER, values),
        pairs(values).map(lambda pair: {"op": "between", "value": pair}),
    )


windows = st.one_of(
    st.integers(1, 300).map(lambda n: f"{n}d"),
    st.builds(lambda pair: {"from": pair[0], "to": pair[1]}, pairs(recent)),
    recent.map(lambda first: {"from": first}),
    recent.map(lambda last: {"to": last}),
)
did = st.fixed_dictionaries(
    {"did": st.just("orders.line")},
    optional={
        "where": nested(columns),
        "count": comparison(st.integers(0, 6)),
        "count_of": st.sampled_from(["order_id", "occurred_on"]),
        "sum": st.builds(
            lambda column, rest: {"column": column, **rest},
            st.sampled_from(["amount", "quantity"]),
            comparison(st.integers(-5000, 20_000)),
        ),
        "within": windows,
    },
)
life_columns = st.one_of(
    choice("kind", st.sampled_from(["child", "diet", "birthday"])),
    choice("detail", st.sampled_from(["girl", "boy", "vegan"])),
    choice("calendar", st.sampled_from(["solar", "lunar"])),
    number("age", st.integers(0, 36)),
    number("days_until", st.integers(0, 400)),
)
life = st.fixed_dictionaries(
    {"did": st.just("tags.life")},
    optional={"where": nested(life_columns), "count": comparison(st.integers(0, 3)), "within": windows},
)
PLACE = "place"  # ids differ between worlds: rules name them by place, `placed` puts in the ids
tags = st.integers(0, 6).map(lambda place: {PLACE: "tags", "at": place})
codes = st.integers(0, 2).map(lambda place: {PLACE: "codes", "at": place})


def listed(attr, values):
    some = st.lists(values, min_size=1, max_size=3)
    return condition(attr, {"in": some, "has all": some, "not in": some, **EMPTY})


GROUPS = ["champions", "loyal", "potential", "new", "attention", "at_risk", "lost", "hibernating"]
known_leaves = st.one_of(
    listed("tags.ids", tags),
    listed("tags.ids", tags),
    choice("grades.rfm_group", st.sampled_from(GROUPS)),
    number("grades.rfm_r", st.integers(1, 5)),
    number("grades.rfm_f", st.integers(1, 5)),
    number("grades.rfm_m", st.integers(1, 5)),
    choice("grades.tier", st.sampled_from(["small", "middle", "big"])),
    choice("interactions.first_code", codes),
    choice("interactions.latest_code", codes),
    day("interactions.first_code_on", recent),
    day("interactions.latest_code_on", recent),
    number("customers.days_since_first_seen", st.integers(0, 800)),
    number("orders.purchase_days", st.integers(0, 4)),
    day("orders.first_purchase_on", recent),
    text("customers.country", st.sampled_from(["中国"])),
    text("customers.source", st.sampled_from(["taobao", "pos"])),
    life,
    life,
)


def placed(rule, pool):
    """The rule with the ids of this pool."""
    if isinstance(rule, dict):
        if PLACE in rule:
            ids = getattr(pool, rule[PLACE])
            return ids[min(rule["at"], len(ids) - 1)]
        return {key: placed(value, pool) for key, value in rule.items()}
    return [placed(part, pool) for part in rule] if isinstance(rule, list) else rule


leaves = st.one_of(
    text("customers.city"),
    text("customers.province", st.sampled_from(["浙江", "上海"])),
    choice("customers.gender", st.sampled_from(["f", "m"])),
    day("customers.birthday", days),
    choice("customers.birthday_month", st.integers(1, 12)),
    number("customers.age", st.integers(10, 70)),
    condition("customers.accepts_marketing", {"=": st.booleans(), "!=": st.booleans(), **EMPTY}),
    day("customers.first_seen_on", recent),
    number("orders.purchases", st.integers(0, 5)),
    number("orders.net_amount", st.integers(-500, 50_000)),
    day("orders.last_purchase_on", recent),
    number("orders.days_since_last_purchase", st.integers(0, 500)),
    did,
    did,
    did,
)
rules = nested(st.one_of(leaves, known_leaves))

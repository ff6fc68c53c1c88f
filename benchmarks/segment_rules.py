"""Rules as a marketer builds them, each beside the SQL a developer would write for it.

{people}, {lines} and {life} stand for the tables; the SQL is understood by DuckDB and PostgreSQL alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from borax.calendars.lunardate import LCalendars, LunarDate

from benchmarks.segment_pool import BIG_FROM, FREQUENCY, MIDDLE_FROM, MONETARY, RECENCY, TODAY


@dataclass(frozen=True)
class Case:
    name: str
    rule: dict[str, Any]
    sql: str
    all_history: bool = False


def attr(name: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"attr": name, "op": op} | ({} if value is None else {"value": value})


def did(**parts: Any) -> dict[str, Any]:
    return {"did": "orders.line", **parts}


def least(value: int) -> dict[str, Any]:
    return {"op": ">=", "value": value}


def last(days: int) -> str:
    return f"f.occurred_on BETWEEN DATE '{TODAY - timedelta(days=days - 1)}' AND DATE '{TODAY}'"


ROWS = "sum(CASE WHEN f.is_reversal THEN -1 ELSE 1 END)"
OWN_AMOUNT = "(CASE WHEN f.is_reversal THEN -f.amount ELSE f.amount END)"
CAKE = {"where": attr("title", "contains", "蛋糕")}
IS_CAKE = "f.title LIKE '%蛋糕%'"
AND_TOAST = " AND f.title = '吐司'"
BEFORE, SINCE = " AND f.occurred_on <= DATE '2024-12-31'", " AND f.occurred_on >= DATE '2025-01-01'"
P = "SELECT count(*) FROM {people} p WHERE "


def ids(where: str = "true", having: str = f"{ROWS} >= 1") -> str:
    return (
        f"SELECT f.home_customer_id FROM {{lines}} f WHERE f.home_customer_id IS NOT NULL AND {where}"
        f" GROUP BY 1 HAVING {having}"
    )


def who(*given: str) -> str:
    return f"p.customer_id IN ({ids(*given)})"


def nobody(*given: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM ({ids(*given)}) x WHERE x.home_customer_id = p.customer_id)"


def different(column: str, where: str, test: str) -> str:
    return (
        f"p.customer_id IN (SELECT home_customer_id FROM (SELECT f.home_customer_id, f.{column} FROM {{lines}} f"
        f" WHERE f.home_customer_id IS NOT NULL AND {where} GROUP BY 1, 2 HAVING {ROWS} > 0) x"
        f" GROUP BY 1 HAVING count(*) {test})"
    )


MEMBERS = [attr("customers.source", "in", ["taobao", "youzan"]), attr("customers.gender", "=", "f"),
           attr("customers.accepts_marketing", "=", True)]  # fmt: skip
ARE_MEMBERS = "source IN ('taobao','youzan') AND gender = 'f' AND accepts_marketing"
SCORE_R = (
    "(5"
    + "".join(f" - CASE WHEN last_purchase_on < DATE '{TODAY - timedelta(days=n)}' THEN 1 ELSE 0 END" for n in RECENCY)
    + ")"
)
SCORE_F, SCORE_M = (
    "(1" + "".join(f" + CASE WHEN {column} > {end} THEN 1 ELSE 0 END" for end in ends) + ")"
    for column, ends in (("purchases", FREQUENCY), ("net_amount", MONETARY))
)
IS_GOOD = f"purchases > 0 AND {SCORE_R} >= 3 AND {SCORE_F} + {SCORE_M} >= 7"  # champions and loyal ones
IS_FISH = f"purchases > 0 AND net_amount >= {MIDDLE_FROM}"
GOOD = attr("grades.rfm_group", "in", ["champions", "loyal"])


def lives(where: str) -> str:
    return f"p.customer_id IN (SELECT f.home_customer_id FROM {{life}} f WHERE {where} GROUP BY 1 HAVING {ROWS} >= 1)"


def aged(low: int, high: int) -> str:
    """Born after the day on which somebody of high + 1 has their birthday, and no later than who is `low` today."""
    first, last_day = TODAY.replace(year=TODAY.year - high - 1), TODAY.replace(year=TODAY.year - low)
    return f"f.born_on > DATE '{first}' AND f.born_on <= DATE '{last_day}'"


def lunar_days(count: int) -> str:
    """The next days of the lunar calendar; the 30th of a short month falls on its last day."""
    found = []
    for ahead in range(count):
        at = LunarDate.from_solar(TODAY + timedelta(days=ahead))
        found.append((at.month, at.day))
        if at.day == LCalendars.ndays(at.year, at.month, at.leap) == 29:
            found.append((at.month, 30))
    return "(f.month, f.day) IN (" + ", ".join(f"({month}, {day})" for month, day in found) + ")"


RECENT = [
    Case("everybody", {"all": []}, "SELECT count(*) FROM {people}"),
    Case("city", attr("customers.city", "=", "杭州"), P + "city = '杭州'"),
    Case("cities, women, spent 1 000",
         {"all": [attr("customers.city", "in", ["杭州", "上海"]), attr("customers.gender", "=", "f"),
                  attr("orders.net_amount", ">=", 100_000)]},
         P + "city IN ('杭州','上海') AND gender = 'f' AND net_amount >= 100000"),
    Case("birthday in March or no birthday",
         {"any": [attr("customers.birthday", "month is", 3), attr("customers.birthday", "is empty")]},
         P + "extract(month FROM birthday) = 3 OR birthday IS NULL"),
    Case("not in a city list", {"not": attr("customers.city", "in", ["杭州", "上海", "北京"])},
         P + "city NOT IN ('杭州','上海','北京')"),
    Case("asleep for half a year", attr("orders.days_since_last_purchase", ">=", 180),
         P + f"last_purchase_on <= DATE '{TODAY - timedelta(days=180)}'"),
    Case("bought in 30 days", did(within="30d"), P + who(last(30))),
    Case("cake in 30 days, in three stores",
         did(where={"all": [CAKE["where"], attr("node_id", "in", [3, 4, 5])]}, within="30d"),
         P + who(f"{last(30)} AND {IS_CAKE} AND node_id IN (3,4,5)")),
    Case("twice in 90 days", did(count=least(2), within="90d"), P + who(last(90), f"{ROWS} >= 2")),
    Case("cake in 90 days", did(**CAKE, within="90d"), P + who(f"{last(90)} AND {IS_CAKE}")),
    Case("spent 500 in 90 days", did(sum={"column": "amount", **least(50_000)}, within="90d"),
         P + who(last(90), "sum(amount) >= 50000")),
    Case("one line above 100 in 90 days", did(where=attr("amount", ">=", 10_000), within="90d"),
         P + who(f"{last(90)} AND {OWN_AMOUNT} >= 10000")),
    Case("two orders in 90 days", did(count=least(2), count_of="order_id", within="90d"),
         P + different("order_id", last(90), ">= 2")),
    Case("three days in 90 days", did(count=least(3), count_of="occurred_on", within="90d"),
         P + different("occurred_on", last(90), ">= 3")),
    Case("four products in 60 days", did(count=least(4), count_of="product_code", within="60d"),
         P + different("product_code", last(60), ">= 4")),
    Case("Hangzhou, cake in 90 days, not toast in 30",
         {"all": [attr("customers.city", "=", "杭州"), did(**CAKE, within="90d"),
                  {"not": did(where=attr("title", "=", "吐司"), within="30d")}]},
         P + f"city = '杭州' AND {who(f'{last(90)} AND {IS_CAKE}')} AND {nobody(last(30) + AND_TOAST)}"),
    Case("3+1: city, gender, value, cake",
         {"all": [attr("customers.city", "in", ["杭州", "苏州", "宁波"]), attr("customers.gender", "=", "f"),
                  attr("orders.purchases", ">=", 3), did(**CAKE, within="90d")]},
         P + "city IN ('杭州','苏州','宁波') AND gender = 'f' AND purchases >= 3"
             f" AND {who(f'{last(90)} AND {IS_CAKE}')}"),
    Case("3+1: sources, members, twice in 90 days",
         {"all": [*MEMBERS, did(count=least(2), within="90d")]},
         P + f"{ARE_MEMBERS} AND {who(last(90), f'{ROWS} >= 2')}"),
    Case("3+1 with exclusion: members, cake in 60 days, not in 14",
         {"all": [*MEMBERS, did(**CAKE, within="60d"), {"not": did(within="14d")}]},
         P + f"{ARE_MEMBERS} AND {who(f'{last(60)} AND {IS_CAKE}')} AND {nobody(last(14))}"),
    Case("overlap: cake and toast in 60 days",
         {"all": [did(**CAKE, within="60d"), did(where=attr("title", "=", "吐司"), within="60d")]},
         P + f"{who(f'{last(60)} AND {IS_CAKE}')} AND {who(last(60) + AND_TOAST)}"),
    Case("either: seen lately or bought in 7 days",
         {"any": [attr("customers.days_since_first_seen", "<", 30), did(within="7d")]},
         P + f"first_seen_on > DATE '{TODAY - timedelta(days=30)}' OR {who(last(7))}"),
    Case("a month of last year: twice by one channel",
         did(where=attr("channel_id", "=", 2), count=least(2), within={"from": "2025-05-01", "to": "2025-05-31"}),
         P + who("f.occurred_on BETWEEN DATE '2025-05-01' AND DATE '2025-05-31' AND f.channel_id = 2", f"{ROWS} >= 2")),
    Case("goods in 180 days, spent 300", did(where=attr("kind", "=", "goods"), within="180d",
                                             sum={"column": "amount", **least(30_000)}),
         P + who(f"{last(180)} AND f.kind = 'goods'", "sum(amount) >= 30000")),
    Case("bought in a year, not in 90 days", {"all": [did(within="365d"), {"not": did(within="90d")}]},
         P + f"{who(last(365))} AND {nobody(last(90))}"),
    Case("two of the tags", attr("tags.ids", "in", [3, 17]), P + "tags && ARRAY[3, 17]::bigint[]"),
    Case("both tags, not a third",
         {"all": [attr("tags.ids", "has all", [1, 2]), attr("tags.ids", "not in", [5])]},
         P + "tags @> ARRAY[1, 2]::bigint[] AND NOT tags && ARRAY[5]::bigint[]"),
    Case("champions and loyal customers", GOOD, P + IS_GOOD),
    Case("big fish", attr("grades.tier", "=", "big"), P + f"purchases > 0 AND net_amount >= {BIG_FROM}"),
    Case("3+1 with tags and grades: source, middle or big fish, tag, cake in 90 days",
         {"all": [MEMBERS[0], attr("grades.tier", "in", ["middle", "big"]), attr("tags.ids", "in", [1, 8, 20]),
                  did(**CAKE, within="90d")]},
         P + f"source IN ('taobao','youzan') AND {IS_FISH} AND tags && ARRAY[1, 8, 20]::bigint[]"
             f" AND {who(f'{last(90)} AND {IS_CAKE}')}"),
    Case("3+1 with tags and grades: province, RFM, no such tag, not in 30 days",
         {"all": [attr("customers.province", "=", "浙江"), GOOD, {"not": attr("tags.ids", "in", [2, 3])},
                  {"not": did(within="30d")}]},
         P + f"province = '浙江' AND {IS_GOOD} AND (tags IS NULL OR NOT tags && ARRAY[2, 3]::bigint[])"
             f" AND {nobody(last(30))}"),
    Case("a child of 3 to 6", {"did": "tags.life", "where": {"all": [attr("kind", "=", "child"),
                                                                     attr("age", "between", [3, 6])]}},
         P + lives(f"f.kind = 'child' AND {aged(3, 6)}")),
    Case("a lunar birthday within 14 days, tagged",
         {"all": [{"did": "tags.life", "where": {"all": [attr("calendar", "=", "lunar"),
                                                         attr("days_until", "<", 14)]}},
                  attr("tags.ids", "is not empty")]},
         P + f"tags IS NOT NULL AND {lives('f.calendar = ' + repr('lunar') + ' AND ' + lunar_days(14))}"),
    Case("cake five times in a year", did(**CAKE, count=least(5), within="365d"),
         P + who(f"{last(365)} AND {IS_CAKE}", f"{ROWS} >= 5")),
]  # fmt: skip
ALL_HISTORY = [
    Case("cake at any time, three times", did(**CAKE, count=least(3)), P + who(IS_CAKE, f"{ROWS} >= 3"), True),
    Case("never bought cake", {"not": did(**CAKE)}, P + nobody(IS_CAKE), True),
    Case("twenty lines ever", did(count=least(20)), P + who("true", f"{ROWS} >= 20"), True),
    Case("spent 2 000 on goods, ever",
         did(where=attr("kind", "=", "goods"), sum={"column": "amount", **least(200_000)}),
         P + who("f.kind = 'goods'", "sum(amount) >= 200000"), True),
    Case("3+1: members with cake before 2025 and none since",
         {"all": [*MEMBERS, did(**CAKE, within={"to": "2024-12-31"}),
                  {"not": did(**CAKE, within={"from": "2025-01-01"})}]},
         P + f"{ARE_MEMBERS} AND {who(IS_CAKE + BEFORE)} AND {nobody(IS_CAKE + SINCE)}", True),
]  # fmt: skip
CASES = [*RECENT, *ALL_HISTORY]

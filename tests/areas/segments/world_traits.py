"""What else the random pool's people have: tags, life facts, codes that brought them, grades. Beside each row the naive
values, worked out in plain Python."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from yutang.areas.grades import rules as grades
from yutang.areas.grades.models import Boundaries, Ladder
from yutang.areas.interactions.models import Code, Visitor
from yutang.areas.segments.registry import REGISTRY
from yutang.areas.tags import lunar
from yutang.areas.tags.models import LifeFact, Tag, Tagging, TagGroup

TAGS = 7
COUNTED_TO = date(2026, 3, 10)
FIFTHS = {"recency": [30, 90, 200, 400], "frequency": [1, 2, 3, 4], "monetary": [5_000, 12_000, 25_000, 40_000]}
LADDERS: tuple[tuple[str, int | None, int, int], ...] = (
    ("purchases", None, 2, 4), ("net", None, 8_000, 30_000), ("net", 200, 4_000, 9_000), ("purchases", 250, 2, 4),
)  # fmt: skip


@dataclass
class Life:
    person: int
    kind: str
    detail: str
    calendar: str
    age: int | None
    days_until: int | None
    day: date  # when it was recorded
    is_reversal: bool


def tag(chance: random.Random, merchant: Any, people: list[int]) -> dict[int, tuple[int, ...]]:
    """Tags by person; the ids of tags are known from then on, so that rules can name them by place."""
    group = TagGroup.objects.create(merchant=merchant, name="G", created_by="x")
    tags = [Tag.objects.create(merchant=merchant, group=group, name=f"T{n}", created_by="x") for n in range(TAGS)]
    found = {pk: tuple(t.pk for t in tags[:-1] if chance.random() < 0.25) for pk in people}  # nobody has the last
    Tagging.objects.bulk_create(
        Tagging(merchant=merchant, customer_id=pk, home_customer_id=pk, tag_id=tag_id, source="manual", given_by="x")
        for pk, own in found.items() for tag_id in own
    )  # fmt: skip
    return found


def arrive(chance: random.Random, merchant: Any, node: int, people: list[int]) -> dict[int, dict[str, Any]]:
    codes = [
        Code.objects.create(
            merchant=merchant, slug=f"{merchant.pk}-{n}", kind="poster", name=f"C{n}", node_id=node, target="x",
            created_by="x",
        ).pk
        for n in range(3)
    ]  # fmt: skip
    found, rows = {}, []
    for number, pk in enumerate(chance.sample(people, len(people) // 2)):
        first = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(5_000))
        latest = first + timedelta(hours=chance.randrange(3_000))
        came, returned = chance.choice(codes), chance.choice(codes)
        rows.append(
            Visitor(
                id=10**9 + pk, merchant=merchant, key=f"v{number}", since=first, customer_id=pk, home_customer_id=pk,
                first_code_id=came, first_code_at=first, latest_code_id=returned, latest_code_at=latest,
            )
        )  # fmt: skip
        found[pk] = {
            "interactions.first_code": came, "interactions.latest_code": returned,
            "interactions.first_code_on": _local(first), "interactions.latest_code_on": _local(latest),
        }  # fmt: skip
    Visitor.objects.bulk_create(rows)
    nothing = dict.fromkeys(key for key in REGISTRY.attributes if key.startswith("interactions."))
    return {pk: found.get(pk, nothing) for pk in people}


def live(chance: random.Random, merchant: Any, roots: dict[int, int], today: date) -> list[Life]:
    """Children, pets, diets and days by both calendars; some of them taken back."""
    rows, found = [], []
    for home in chance.choices(list(roots), k=len(roots)):
        kind, detail = chance.choice([("child", "girl"), ("child", "boy"), ("diet", "vegan"), ("birthday", "")])
        on = _day(chance) if kind != "diet" else None
        values = {
            "merchant": merchant, "customer_id": roots[home], "home_customer_id": home, "kind": kind, "detail": detail,
            "recorded_by": "x", "source": "staff",
            "recorded_at": datetime(2025, 6, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 280)),
        }  # fmt: skip
        born = None
        if on is not None:
            born = lunar.solar(on)
            values |= {
                "calendar": on.calendar, "year": on.year, "month": on.month, "day": on.day, "is_leap": on.is_leap,
                "born_on": born,
            }  # fmt: skip
        age = None if born is None else today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        until = None if on is None else lunar.days_until(on, today)
        for is_reversal in (False, True)[: 1 + (chance.random() < 0.2)]:
            rows.append(LifeFact(**values))
            recorded = _local(values["recorded_at"])
            found.append(Life(roots[home], kind, detail, on.calendar if on else "", age, until, recorded, is_reversal))
    LifeFact.objects.bulk_create(rows)
    for before, row, life in zip(rows, rows[1:], found[1:], strict=False):
        if life.is_reversal:
            row.reverses = before
            row.save(update_fields=["reverses"])
    return found


def _day(chance: random.Random) -> lunar.YearlyDay:
    calendar = chance.choice([lunar.SOLAR, lunar.LUNAR])
    year = chance.choice([None, chance.randrange(1990, 2024)])
    month, day = chance.randrange(1, 13), chance.randrange(1, 30)
    on = lunar.YearlyDay(calendar, year, month, day, is_leap=calendar == lunar.LUNAR and chance.random() < 0.3)
    if lunar.problem(on):
        on = lunar.YearlyDay(calendar, year, month, min(day, 28))
    return on


def grade(merchant: Any, ladder: tuple[str, int | None, int, int]) -> None:
    measure, window, middle, big = ladder
    Boundaries.objects.create(merchant=merchant, day=COUNTED_TO - timedelta(days=1), people=9, source="x", **FIFTHS)
    Ladder.objects.create(
        merchant=merchant, measure=measure, window_days=window, middle_from=middle, big_from=big, created_by="x"
    )


def grades_of(
    person: dict[str, Any], pk: int, lines: list[Any], ladder: tuple[str, int | None, int, int], today: date
) -> dict[str, Any]:
    """`lines` are the person's sale lines."""
    purchases, net, last = (person[f"orders.{key}"] for key in ("purchases", "net_amount", "last_purchase_on"))
    r = None if last is None else 5 - _beyond((COUNTED_TO - last).days, FIFTHS["recency"])
    f, m = (
        None if purchases <= 0 else 1 + _beyond(value, FIFTHS[key])
        for value, key in ((purchases, "frequency"), (net, "monetary"))
    )
    measure, window, middle, big = ladder
    value = measured(measure, window, purchases, net, lines, today)
    return {
        "grades.rfm_r": r, "grades.rfm_f": f, "grades.rfm_m": m,
        "grades.rfm_group": None if None in (r, f, m) else str(grades.Scores(r, f, m).group),
        "grades.tier": None if purchases <= 0 else str(grades.tier(value, middle_from=middle, big_from=big)),
        "grades.customer_id": pk,
    }  # fmt: skip


def measured(measure: str, window: int | None, purchases: int, net: int, lines: list[Any], today: date) -> int:
    """What a ladder goes by."""
    if window is None:
        return net if measure == "net" else purchases
    inside = [line for line in lines if 0 <= (today - line.day).days < window]
    if measure == "net":
        return sum(line.amount for line in inside)
    sold = [line for line in inside if line.kind != "refund"]
    return sum(
        sum(line.amount for line in sold if line.order_id == order) > 0 for order in {line.order_id for line in sold}
    )


def _beyond(value: int, ends: list[int]) -> int:
    return sum(value > end for end in ends)


def _local(at: datetime) -> date:
    return (at + timedelta(hours=8)).date()

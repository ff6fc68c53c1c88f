"""The probabilistic matcher: blocks, compares, learns its weights and scores, set by set in an embedded DuckDB.

Pure: an Arrow table of people (`fields.PEOPLE`) goes in, scored pairs come out; no pool, no clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp2, log2
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from yutang.areas.customers.suggestions import em, fields
from yutang.areas.customers.suggestions.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

PAIRS_PER_PERSON = 3  # what one blocking rule may cost
PAIRS_AT_LEAST = 1_000_000
MOST_IN_BLOCK = 400  # a value that so many share says nothing; its pairs are left to other rules
SAMPLE = 1_000_000  # random pairs from which chance agreement is learnt
PASSES = 3
TAUGHT = 6  # weights are learnt from small blocks: where few share a value, chance seldom brought them together
OWN = 3  # how many records one person may well have
EVEN = 5.0  # people that what is true on average weighs, when few share a value
CROWD = 10  # people who may share a door or an e-mail before it counts less
FOUND_AT_LEAST = 20.0  # matches a rule must find before weights are learnt from it
SLIPS = 0.001  # nothing is certain: people marry, move, and are mistyped in ways no rule has brought together
SEED = 20_260_101


@dataclass(frozen=True)
class Reason:
    """What one field adds to the score, in bits. `share`: of all people who have the value both share."""

    field: str
    level: str
    bits: float
    share: float | None = None


@dataclass(frozen=True)
class Scored:
    """`score`: log2 of the odds that the two are one person: the prior and the sum of the reasons."""

    one: int
    other: int
    score: float
    prior: float
    reasons: tuple[Reason, ...]

    @property
    def chance(self) -> float:
        return probability(self.score)


@dataclass
class Model:
    """What was learnt from this pool."""

    m: list[NDArray[np.float64]]
    u: list[NDArray[np.float64]]
    share: float  # of all possible pairs that are one person
    rules: list[str] = field(default_factory=list)
    pairs: int = 0
    crowded: int = 0  # people in blocks that were too large for a rule

    @property
    def prior(self) -> float:
        return log2(self.share) - log2(1 - self.share)

    def bits(self, number: int, level: int) -> float:
        return 0.0 if level < 0 else float(np.log2(self.m[number][level]) - np.log2(self.u[number][level]))


def probability(score: float) -> float:
    return 1 / (1 + exp2(-max(min(score, 60.0), -60.0)))


def bits(chance: float) -> float:
    return log2(chance) - log2(1 - chance)


def match(
    people: pa.Table,
    *,
    least: float,
    most: int | None = None,
    apart: pa.Table | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Model, list[Scored]]:
    """Pairs with at least the probability `least`, the likeliest first, at most `most`.

    `apart`: pairs (one < other) that are not to be named. `progress(percent)` after each step.
    """
    return Matcher(people).run(least=least, most=most, apart=apart, progress=progress or (lambda _: None))


def _comparable(sample: em.Patterns) -> float:
    """The share of all pairs about which enough is known that a rule would find them if they were one person. About
    the others nothing is known, neither that they are one nor that they are two."""
    place = {each.key: n for n, each in enumerate(FIELDS)}
    known = sample.levels >= 0
    named = known[:, place["family"]] & known[:, place["given"]]
    found = named | known[:, [place[key] for key in ("birthday", "address", "email")]].any(axis=1)
    return max(float(sample.pairs[found].sum() / sample.pairs.sum()), 1 / float(sample.pairs.sum()))


class Matcher:
    """One run over one table of people."""

    def __init__(self, people: pa.Table) -> None:
        self.size = people.num_rows
        self._possible = self.size * (self.size - 1) // 2
        self._db = duckdb.connect(":memory:")
        self._db.execute("SET enable_progress_bar = false")
        self._db.register("people", people)
        self._db.execute(f"CREATE TABLE person AS {fields.PREPARED}")
        self._db.unregister("people")

    def run(
        self, *, least: float, most: int | None, apart: pa.Table | None, progress: Callable[[int], None]
    ) -> tuple[Model, list[Scored]]:
        try:
            if self.size < 2:
                return Model([], [], 0.5), []
            progress(10)
            rules, crowded = self._block()
            progress(30)
            self._compare("candidate", "compared")
            progress(60)
            model = self._learn(rules)
            model.crowded = crowded
            progress(75)
            scored = self._score(model, least, most, apart)
            progress(90)
            return model, scored
        finally:
            self._db.close()

    # -- candidates ------------------------------------------------------------------------------------------------

    def _block(self) -> tuple[list[tuple[str, ...]], int]:
        """Every pair that at least one rule brings together, with a bit for each rule to learn from; in a small pool
        all others come as well."""
        chosen: list[tuple[str, ...]] = []
        crowded = 0
        parts = []
        for variants in fields.BLOCKING:
            for rule in variants:
                pairs, left_out = self._cost(rule)
                if pairs <= max(PAIRS_AT_LEAST, PAIRS_PER_PERSON * self.size) or rule == variants[-1]:
                    break
            if not pairs:
                continue
            parts.append(self._pairs(rule, len(chosen)))
            chosen.append(rule)
            crowded += left_out
        everyone = "true" if self._possible <= PAIRS_AT_LEAST else "false"
        parts.append(
            "SELECT l.id AS l, r.id AS r, 0 AS rule FROM person l JOIN person r"  # noqa: S608  a constant
            f" ON l.id < r.id AND {everyone} AND coalesce(l.exclusive = r.exclusive, true)"
        )
        # Somebody who has another exclusive key is another person, whatever else is alike.
        self._db.execute(
            "CREATE TABLE candidate AS SELECT l, r, bit_or(rule)::INTEGER AS rules"  # noqa: S608  our own columns
            f" FROM ({' UNION ALL '.join(parts)}) GROUP BY l, r"
        )
        return chosen, crowded

    def _cost(self, rule: tuple[str, ...]) -> tuple[int, int]:
        keys = ", ".join(rule)
        known = " AND ".join(f"{column} IS NOT NULL" for column in rule)
        row = self._db.execute(
            f"SELECT coalesce(sum(n * (n - 1) // 2) FILTER (n <= {MOST_IN_BLOCK}), 0)::BIGINT,"  # noqa: S608
            f" coalesce(sum(n) FILTER (n > {MOST_IN_BLOCK}), 0)::BIGINT"
            f" FROM (SELECT count(*) AS n FROM person WHERE {known} GROUP BY {keys})"
        ).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])

    def _pairs(self, rule: tuple[str, ...], number: int) -> str:
        keys = ", ".join(rule)
        known = " AND ".join(f"{column} IS NOT NULL" for column in rule)
        block = (
            f"(SELECT id, exclusive, {keys}, count(*) OVER (PARTITION BY {keys}) AS n"  # noqa: S608  our own columns
            f" FROM person WHERE {known} QUALIFY n BETWEEN 2 AND {MOST_IN_BLOCK})"
        )
        bit = f"CASE WHEN l.n <= {TAUGHT} THEN {1 << number} ELSE 0 END"
        return (
            f"SELECT l.id AS l, r.id AS r, {bit} AS rule FROM {block} l JOIN {block} r USING ({keys})"  # noqa: S608
            " WHERE l.id < r.id AND coalesce(l.exclusive = r.exclusive, true)"
        )

    def _compare(self, source: str, target: str) -> None:
        """Adds the level of every field to each pair of `source`."""
        cases = ", ".join(f"({each.case()})::TINYINT AS {each.key}" for each in FIELDS)
        self._db.execute(
            f"CREATE TABLE {target} AS SELECT s.*, {cases} FROM {source} s"  # noqa: S608  our own columns
            " JOIN person l ON l.id = s.l JOIN person r ON r.id = s.r"
        )

    # -- learning --------------------------------------------------------------------------------------------------

    def _learn(self, rules: list[tuple[str, ...]]) -> Model:
        """Chance agreement from random pairs; the levels of matches from each rule's pairs, without the fields that
        rule itself requires to agree; then the share of matches among all pairs. Repeated, because random pairs of a
        small pool hold matches too."""
        self._sample()
        sample, _ = self._patterns("sampled", "1")
        seen, masks = self._patterns("compared", "rules")
        start = [np.array([level.often for level in each.levels]) for each in FIELDS]
        start = [values / values.sum() for values in start]
        m, share = start, 1 / self.size
        possible = self._possible * _comparable(sample)
        u = em.unrelated(sample, m, min(share, 0.01))
        for _ in range(PASSES):
            likely = em.chances(seen, m, u, share, frozenset()) * seen.pairs
            m = self._trained(rules, seen, masks, u, start, likely)
            for _ in range(50):  # all other pairs are taken as different people
                same = float((em.chances(seen, m, u, share, frozenset()) * seen.pairs)[masks > 0].sum())
                before, share = share, min(max(same / possible, 0.5 / possible), 0.5)
                if abs(share - before) <= 1e-6 * before:
                    break
            u = em.unrelated(sample, m, share)
        named = [" + ".join(rule) for rule in rules]
        return Model(m, u, share, named, int(seen.pairs.sum()))

    def _trained(
        self,
        rules: list[tuple[str, ...]],
        seen: em.Patterns,
        masks: NDArray[np.int64],
        u: list[NDArray[np.float64]],
        start: list[NDArray[np.float64]],
        likely: NDArray[np.float64],
    ) -> list[NDArray[np.float64]]:
        """The mean of what the rules teach, each weighted by the matches it finds."""
        total = [0.5 * values for values in start]
        weight = np.full(len(FIELDS), 0.5)
        for number, rule in enumerate(rules):
            rows = (masks >> number & 1).astype(bool)
            if not rows.any():
                continue
            fixed = frozenset(n for n, each in enumerate(FIELDS) if set(rule) & set(each.columns))
            patterns = em.Patterns(seen.levels[rows], seen.pairs[rows])
            expected = min(max(likely[rows].sum() / patterns.pairs.sum(), 1e-9), 0.999)
            found = em.estimate(patterns, u=u, start=start, share=expected, leave_out=fixed, strength=5.0)
            if found.matches < FOUND_AT_LEAST:
                continue
            says = found.matches * found.share
            for n, learnt in enumerate(found.m):
                if n not in fixed:
                    total[n] = total[n] + says * learnt
                    weight[n] += says
        means = [np.maximum(values / w, SLIPS) for values, w in zip(total, weight, strict=True)]
        return [values / values.sum() for values in means]

    def _sample(self) -> None:
        """Random pairs of the pool, or all of them where these are fewer."""
        if self._possible <= SAMPLE:
            self._db.execute(
                "CREATE TABLE chance AS SELECT l.id AS l, r.id AS r FROM person l JOIN person r ON l.id < r.id"
            )
        else:
            rng = np.random.default_rng(SEED)
            ids = np.sort(self._db.execute("SELECT id FROM person").fetchnumpy()["id"])
            one, other = rng.choice(ids, SAMPLE), rng.choice(ids, SAMPLE)
            drawn = pa.table({"l": np.minimum(one, other), "r": np.maximum(one, other)})
            self._db.register("drawn", drawn)
            self._db.execute("CREATE TABLE chance AS SELECT * FROM drawn WHERE l < r")
            self._db.unregister("drawn")
        self._compare("chance", "sampled")

    def _patterns(self, table: str, mask: str) -> tuple[em.Patterns, NDArray[np.int64]]:
        keys = [each.key for each in FIELDS]
        found = self._db.execute(
            f"SELECT {mask} AS mask, {', '.join(keys)}, count(*) AS n FROM {table} GROUP BY ALL ORDER BY ALL"  # noqa: S608
        ).fetchnumpy()
        levels = np.stack([np.asarray(found[key]) for key in keys], axis=1).astype(np.int8)
        pairs = np.asarray(found["n"], dtype=np.float64)
        return em.Patterns(levels, pairs), np.asarray(found["mask"], dtype=np.int64)

    # -- scoring ---------------------------------------------------------------------------------------------------

    def _score(self, model: Model, least: float, most: int | None, apart: pa.Table | None) -> list[Scored]:
        if apart is None:
            apart = pa.table({"l": pa.array([], pa.int64()), "r": pa.array([], pa.int64())})
        self._db.register("apart", apart)
        plain = " + ".join(self._weight(n, model) for n in range(len(FIELDS)))
        terms = [(n, level) for n, each in enumerate(FIELDS) for level in each.levels if level.term]
        for column in {level.term for _, level in terms}:
            self._db.execute(
                f"CREATE TABLE often_{column} AS SELECT {column} AS value, count(*)::DOUBLE AS people,"  # noqa: S608
                f" (sum(count(*)) OVER ())::DOUBLE AS known FROM person WHERE {column} IS NOT NULL GROUP BY 1"
            )
        keys = ", ".join(f"s.{each.key}" for each in FIELDS)
        shares = ", ".join(self._share(n, model) for n in range(len(FIELDS)))
        joins = " ".join(
            f"LEFT JOIN often_{level.term} t{n}_{level.key} ON s.{FIELDS[n].key} = {FIELDS[n].levels.index(level)}"
            f" AND t{n}_{level.key}.value = l.{level.term}"
            for n, level in terms
        )
        adjusted = " + ".join(
            f"CASE WHEN share{n} IS NULL THEN 0 ELSE log2(base{n} / share{n}) END" for n in range(len(FIELDS))
        )
        for n, level in terms:
            if level.within:
                outer, inner = level.within, level.term
                self._db.execute(
                    f"CREATE TABLE both_{inner} AS SELECT {outer} AS o, {inner} AS i, count(*)::DOUBLE AS people"  # noqa: S608
                    f" FROM person WHERE {outer} IS NOT NULL AND {inner} IS NOT NULL GROUP BY ALL"
                )
                joins += (
                    f" LEFT JOIN both_{inner} b{n} ON s.{outer} = 0 AND s.{FIELDS[n].key} = 0"
                    f" AND b{n}.o = l.{outer} AND b{n}.i = l.{inner}"
                )
        limit = "" if most is None else f" LIMIT {int(most)}"
        # A rare value can add no more than the size of the pool allows: whoever lacks more is out before the joins.
        reach = bits(least) - len(FIELDS) * log2(max(self.size, 2)) / 2
        rows = self._db.execute(
            f"WITH rough AS (SELECT *, {model.prior!r}::DOUBLE + {plain} AS plain FROM compared"  # noqa: S608  our own numbers
            f" WHERE plain >= {reach}),"
            f" refined AS (SELECT s.l, s.r, s.plain, {keys}, {shares} FROM rough s JOIN person l ON l.id = s.l {joins}"
            "  WHERE NOT EXISTS (SELECT 1 FROM apart a WHERE a.l = s.l AND a.r = s.r))"
            f" SELECT *, plain + {adjusted} AS score FROM refined WHERE score >= {bits(least)}"
            f" ORDER BY score DESC, l, r{limit}"
        ).fetchall()
        return [self._explained(row, model) for row in rows]

    @staticmethod
    def _weight(number: int, model: Model) -> str:
        weights = " ".join(
            f"WHEN {level} THEN {model.bits(number, level)!r}" for level in range(len(FIELDS[number].levels))
        )
        return f"(CASE {FIELDS[number].key} {weights} ELSE 0 END)::DOUBLE"

    @staticmethod
    def _share(number: int, model: Model) -> str:
        """How common the shared value is, and how common agreement is on average; null where it does not matter."""
        shares, bases = [], []
        for place, level in enumerate(FIELDS[number].levels):
            if not level.term:
                continue
            alias, average = f"t{number}_{level.key}", float(model.u[number][place])
            if level.is_crowd:
                share = f"greatest({average!r}, ({alias}.people - {CROWD}) / {alias}.known)"
            else:
                # Of all others how many have it: the second of the two is one of them.
                share = f"least(0.9, ({alias}.people - 1) / {alias}.known)"
                if level.within:
                    other = next(n for n, each in enumerate(FIELDS) if each.key == level.within)
                    among = f"t{other}_{FIELDS[other].levels[0].key}.people"
                    share = (
                        f"greatest({share}, CASE WHEN b{number}.people > {OWN} THEN"
                        f" (b{number}.people - {OWN} + {EVEN} * {share}) / ({among} - {OWN} + {EVEN}) END)"
                    )
            shares.append(f"WHEN {place} THEN {share}")
            bases.append(f"WHEN {place} THEN {average!r}")
        if not shares:
            return f"NULL::DOUBLE AS share{number}, NULL::DOUBLE AS base{number}"
        key = f"s.{FIELDS[number].key}"
        shares_case, bases_case = (f"CASE {key} {' '.join(whens)} END::DOUBLE" for whens in (shares, bases))
        return f"{shares_case} AS share{number}, {bases_case} AS base{number}"

    @staticmethod
    def _explained(row: tuple[float, ...], model: Model) -> Scored:
        levels, shares = row[3 : 3 + len(FIELDS)], row[3 + len(FIELDS) : -1]
        reasons = []
        for number, (each, level) in enumerate(zip(FIELDS, levels, strict=True)):
            if level < 0:
                continue
            share, base = shares[2 * number], shares[2 * number + 1]
            worth = model.bits(number, int(level)) + (log2(base / share) if share is not None else 0.0)
            reasons.append(Reason(each.key, each.levels[int(level)].key, worth, share))
        return Scored(int(row[0]), int(row[1]), float(row[-1]), model.prior, tuple(reasons))

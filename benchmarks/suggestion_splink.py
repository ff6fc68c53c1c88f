"""Splink on the same records: the figures to compare ours with. Its settings are the best of those we tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    Pair = tuple[int, int]

LEAST = 0.001  # the least chance of a pair that is listed


def splink_labelled(records: list[dict[str, str]]) -> dict[Pair, float]:
    """Pairs of a file with the columns of Splink's fake_1000.csv, with its ready-made comparisons, on all pairs."""
    import splink.comparison_library as compare
    from splink import block_on

    whole = {"unique_id", "cluster"}
    table = pa.Table.from_pylist(
        [{key: int(value) if key in whole else value or None for key, value in row.items()} for row in records]
    )
    return _linked(
        table,
        comparisons=[
            compare.NameComparison("first_name").configure(term_frequency_adjustments=True),
            compare.NameComparison("surname").configure(term_frequency_adjustments=True),
            compare.DateOfBirthComparison("dob", input_is_string=True),
            compare.ExactMatch("city").configure(term_frequency_adjustments=True),
            compare.EmailComparison("email"),
        ],
        blocking=["1=1"],
        certain=[
            block_on("first_name", "surname"),
            block_on("email"),
            "l.first_name = r.first_name and levenshtein(l.dob, r.dob) <= 1",
        ],
        training=[block_on("first_name", "surname"), block_on("dob"), block_on("email")],
    )


def splink_pool(people: pa.Table, apart: pa.Table) -> dict[Pair, float]:
    """Pairs of `fields.PEOPLE` but for those that are settled. All pairs would be 180 million: it blocks as we do, by
    what names and addresses begin with."""
    import splink.comparison_library as compare
    from splink import block_on

    names = ["id", "family", "given", "gender", "birthday", "province", "city", "address", "store"]
    table = people.select(names).rename_columns(["unique_id", *names[1:]])
    found = _linked(
        table,
        comparisons=[
            compare.ExactMatch("family").configure(term_frequency_adjustments=True),
            compare.NameComparison("given").configure(term_frequency_adjustments=True),
            compare.DateOfBirthComparison("birthday", input_is_string=False),
            compare.ExactMatch("gender"),
            compare.ExactMatch("city").configure(term_frequency_adjustments=True),
            compare.LevenshteinAtThresholds("address", [1, 3, 6]),
            compare.ExactMatch("store").configure(term_frequency_adjustments=True),
        ],
        blocking=[
            block_on("family", "given"),
            block_on("address"),
            block_on("substr(address, 1, 12)", "family"),
            block_on("birthday", "family"),
            block_on("given", "city"),
        ],
        certain=[block_on("family", "given", "address"), block_on("family", "given", "birthday")],
        training=[block_on("family", "given"), block_on("address")],
    )
    settled = set(zip(*(column.to_pylist() for column in apart.columns), strict=True))
    return {pair: chance for pair, chance in found.items() if pair not in settled}


def _linked(
    table: pa.Table, *, comparisons: list[Any], blocking: list[Any], certain: list[Any], training: list[Any]
) -> dict[Pair, float]:
    from splink import DuckDBAPI, Linker, SettingsCreator

    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=blocking
    )
    linker = Linker(DuckDBAPI().register(table), settings, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=LEAST).as_pyarrow_table()
    columns = (found[name].to_pylist() for name in ("unique_id_l", "unique_id_r", "match_probability"))
    return {(min(one, other), max(one, other)): chance for one, other, chance in zip(*columns, strict=True)}

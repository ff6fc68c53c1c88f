"""An SQL expression over coded columns, answered for millions of rows by asking SQL about a few.

Rows hold codes of a dictionary of each column's different values. An expression depends on a column only through its
largest parts that read nothing else (`net_amount > 5000`); values for which all of these agree are one class. SQL is
asked once, for every combination of classes, and each row looks its answer up. Where the combinations would be too
many, SQL is asked for the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from sqlglot import exp

from yutang.lake import engine

Array = np.ndarray[Any, np.dtype[Any]]
Codes = Callable[[str], Array]
COMBINATIONS = 1 << 16  # as many as 16 bits can number


class Plan:
    """How an expression is answered; `values` are the dictionaries of the columns it reads."""

    def __init__(self, expression: exp.Expr, values: Mapping[str, pa.Array]) -> None:
        self.expression = expression
        self.values = {name: values[name] for name in sorted(reads(expression))}
        self._classes = _classes(expression, self.values)
        self._answers: pa.Array | None = None
        if self._classes is not None:
            self._answers = self._asked(_combined([chosen for _, chosen in self._classes.values()]))
            self._truth = _bare(self._answers)
            self._steps = _steps(self._classes)

    @property
    def is_plain(self) -> bool:
        """The answer stands by the code of the only column: rows need no working out."""
        return self._answers is not None and len(self.values) == 1

    def truth(self, codes: Codes, size: int) -> Array:
        """The answers for `size` rows as an array; `codes` gives a column's codes of these rows."""
        if self._answers is None:
            return _bare(self._rows(codes))
        return self._truth.take(self._places(codes, size))

    def groups(self, codes: Codes, size: int) -> pa.DictionaryArray:
        """The same as places in a list of answers, in which one may stand more than once."""
        if self._answers is None:
            return self._rows(codes).dictionary_encode(null_encoding="encode")
        return pa.DictionaryArray.from_arrays(pa.array(self._places(codes, size)), self._answers)

    def _places(self, codes: Codes, size: int) -> Array:
        if self.is_plain:
            return codes(*self.values)
        place = np.zeros(size, dtype=np.uint16)
        for name, step in self._steps.items():
            place += step.take(codes(name))
        return place

    def _rows(self, codes: Codes) -> pa.Array:
        """Asked for the rows themselves."""
        return self._asked([codes(name) for name in self.values])

    def _asked(self, places: list[Array]) -> pa.Array:
        """Asked for rows with these codes; what reads no column, for one row."""
        rows = {name: values.take(pa.array(at)) for (name, values), at in zip(self.values.items(), places, strict=True)}
        [answers] = engine.columns([self.expression], pa.table(rows or {"row": [0]}))
        return answers


def reads(expression: exp.Expr) -> set[str]:
    """The columns an expression reads of its own row."""
    return {column.name for column in expression.find_all(exp.Column) if not column.table}


def _classes(expression: exp.Expr, values: Mapping[str, pa.Array]) -> dict[str, tuple[Array, Array]] | None:
    """For each column the class by code, and the code that stands for each class; None where there would be too many
    combinations. One column needs no classes."""
    own = {name: (np.arange(len(of)), np.arange(len(of))) for name, of in values.items()}
    if len(values) < 2 or _count(own) <= COMBINATIONS:
        return own
    parts: dict[str, dict[str, exp.Expr]] = {name: {} for name in values}
    for name, part in _parts(expression):
        parts[name][part.sql()] = part
    found = {
        name: own[name]
        if any(isinstance(p, exp.Column) for p in parts[name].values())
        else _alike(name, parts[name], of)
        for name, of in values.items()
    }
    return found if _count(found) <= COMBINATIONS else None


def _count(classes: Mapping[str, tuple[Array, Array]]) -> int:
    total = 1
    for _, chosen in classes.values():
        total *= len(chosen)
    return total


def _parts(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """The largest parts that read one column, with its name. A WHEN … THEN is no expression, its two sides are."""
    names = reads(node)
    if len(names) == 1 and not isinstance(node, exp.If):
        yield names.pop(), node
    elif names:
        for child in node.iter_expressions():
            yield from _parts(child)


def _alike(name: str, parts: Mapping[str, exp.Expr], values: pa.Array) -> tuple[Array, Array]:
    label = np.zeros(len(values), dtype=np.int64)
    for answers in engine.columns(list(parts.values()), pa.table({name: values})):
        encoded = answers.dictionary_encode(null_encoding="encode")
        label = label * len(encoded.dictionary) + encoded.indices.to_numpy(zero_copy_only=False)
        label = np.unique(label, return_inverse=True)[1]  # small numbers again
    _, chosen, of_code = np.unique(label, return_index=True, return_inverse=True)
    return of_code, chosen


def _combined(chosen: list[Array]) -> list[Array]:
    """All combinations, the last column's classes turning fastest."""
    return [grid.ravel() for grid in np.meshgrid(*chosen, indexing="ij")]


def _steps(classes: Mapping[str, tuple[Array, Array]]) -> dict[str, Array]:
    """What each code adds to the number of a row's combination."""
    found, width = {}, 1
    for name, (of_code, chosen) in reversed(list(classes.items())):
        found[name] = (of_code * width).astype(np.uint16)
        width *= len(chosen)
    return found


def _bare(answers: pa.Array) -> Array:
    found: Array = answers.to_numpy(zero_copy_only=False)
    return found

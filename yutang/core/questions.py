"""Several reads in one statement, answered as text.

A page that is the same for everybody is found by what was read (`shop/rendering.py`). So its reads are asked together:
one round trip, and all of one moment. Their answers stay PostgreSQL's text until somebody wants the rows; most of the
time the page is there already and nobody does. A checkout asks so for the round trips alone.

    told = ask(skus=catalog.skus_question(7), left=inventory.left_question(7))
    told.texts     # equal texts are equal answers
    told["skus"]   # [Sku, …]
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import connection, models

from yutang.core import prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)
Row = dict[str, Any]  # column → value as JSON writes it


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """A SELECT whose columns have names, its values by name, and what its rows mean."""

    sql: str
    values: Mapping[str, Any]
    read: Callable[[list[Row]], T]


@dataclass(frozen=True, slots=True)
class Answers:
    texts: tuple[str, ...]
    questions: Mapping[str, Question[Any]]

    def has_rows(self, name: str) -> bool:
        """Without reading them."""
        return self.texts[list(self.questions).index(name)] != "[]"

    def __getitem__(self, name: str) -> Any:
        """What was asked under this name; read anew each time."""
        text = self.texts[list(self.questions).index(name)]
        return self.questions[name].read(json.loads(text))


def ask(**questions: Question[Any]) -> Answers:
    """One prepared statement. Values of the same name must be the same: they are sent once."""
    values: dict[str, Any] = {}
    for question in questions.values():
        for name, value in question.values.items():
            if values.setdefault(name, value) != value:
                raise ValueError(f"two values for {name}: {values[name]!r} and {value!r}")
    sql = _together(*(question.sql for question in questions.values()))
    return Answers(tuple(prepared.rows(sql, values)[0]), questions)


def answer(question: Question[T]) -> T:
    """To one alone."""
    found: T = ask(it=question)["it"]
    return found


def instance(model: type[M], row: Row) -> M:
    """Of a row that holds all columns of the model's table. Binary columns cannot be told as text."""
    fields = model._meta.concrete_fields
    values = [field.to_python(row[str(field.column)]) for field in fields]
    return model.from_db(connection.alias, [field.attname for field in fields], values)


@functools.cache
def _together(*statements: str) -> str:
    each = (f"(SELECT COALESCE(json_agg(x), '[]')::text FROM ({sql}) x)" for sql in statements)  # noqa: S608 -- in the code
    return f"SELECT {', '.join(each)}"

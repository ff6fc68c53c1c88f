"""Log lines are JSON and hold no personal data that a database error brought along."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.db import DatabaseError, connection, transaction

from yutang.core import logs

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines():
    """What the logger `test.logs` writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    logger = logging.getLogger("test.logs")
    logger.addHandler(handler)
    logger.propagate = False
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.propagate = True


def refused(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE secret (phone text PRIMARY KEY, age int CHECK (age > 0)) ON COMMIT DROP")
        cursor.execute("INSERT INTO secret VALUES (%s, 1)", ["13800005678\nsecond line"])
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO secret SELECT phone, 2 FROM secret", "duplicate key value violates unique constraint"),
        ("UPDATE secret SET age = -age", "violates check constraint"),
        ("DO $$ BEGIN RAISE 'no' USING DETAIL = (SELECT phone FROM secret); END $$", "no"),
    ],
)
@pytest.mark.parametrize("is_ours", [True, False])
def test_the_values_of_a_refused_row_are_left_out(lines, statement, said, is_ours):
    logger = logs.get("test.logs") if is_ours else logging.getLogger("test.logs")
    try:
        refused(statement)
    except DatabaseError as error:
        try:
            raise RuntimeError("while importing") from error
        except RuntimeError:
            logger.exception(f"It broke: {error}")
    (line,) = lines()
    text = json.dumps(line)
    assert "13800005678" not in text
    assert "second line" not in text
    assert "(left out)" in line["exception"]
    assert said in line["exception"]
    assert "RuntimeError: while importing" in line["exception"]
    assert line["level"] == "error"


def test_lines_without_an_exception_stay_as_they_are(lines):
    logging.getLogger("test.logs").warning("DETAIL: %s", "kept")
    logs.get("test.logs").warning("plain", number=5)
    assert [(line["event"], line.get("number")) for line in lines()] == [("DETAIL: kept", None), ("plain", 5)]

"""What may come in, and how the rest is refused: by field, without losing the others."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.factories.interactions import event, read
from yutang.areas.interactions import reading
from yutang.areas.interactions.errors import BatchTooLong, Malformed
from yutang.core import clock


def refusal(**overrides) -> tuple[str, str]:
    """(field, kind of error) of the one thing that is wrong."""
    found = read(event(**overrides))
    assert found.events == []
    [rejected] = found.rejected
    [error] = rejected.errors
    return ".".join(str(part) for part in error["loc"][2:]), error["type"]


@pytest.mark.parametrize(
    ("wrong", "field", "kind"),
    [
        ({"id": ""}, "id", "string_too_short"),
        ({"id": "with space"}, "id", "string_pattern_mismatch"),
        ({"id": 5}, "id", "string_type"),
        ({"kind": "View"}, "kind", "string_pattern_mismatch"),
        ({"occurred_at": "2026-03-01 10:00"}, "occurred_at", "timezone_aware"),
        ({"occurred_at": "yesterday"}, "occurred_at", "datetime_parsing"),
        ({"visitor": "short"}, "visitor", "string_too_short"),
        ({"visitor": "~abcdefgh"}, "visitor", "string_pattern_mismatch"),
        ({"page": "x" * 501}, "page", "string_too_long"),
        ({"colour": "red"}, "colour", "extra_forbidden"),
        ({"properties": []}, "properties", "dict_type"),
        ({"identity": {"kind": "device", "value": "x"}}, "identity.kind", "literal_error"),
        ({"identity": {"kind": "phone", "value": "12"}}, "identity.value", "yutang.account"),
        ({"identity": {"kind": "email", "value": "nobody"}}, "identity.value", "yutang.account"),
        ({"kind": "search"}, "properties.query", "missing"),
        ({"kind": "search", "properties": {"query": 5}}, "properties.query", "string_type"),
        ({"kind": "payment", "properties": {"amount": 1.5}}, "properties.amount", "int_type"),
        ({"kind": "payment", "properties": {"amount": 1, "currency": "rmb"}}, "properties.currency",
         "string_pattern_mismatch"),
        ({"kind": "cart", "properties": {"action": "steal"}}, "properties.action", "literal_error"),
        ({"kind": "scan", "properties": {"code": ""}}, "properties.code", "string_too_short"),
        ({"properties": {"x": "y" * 9000}}, "properties", "yutang.too_large"),
        ({"page": "\0"}, "", "yutang.unstorable"),
        ({"properties": {"a": ["\0"]}}, "", "yutang.unstorable"),
    ],
)  # fmt: skip
def test_refused_by_field(wrong, field, kind):
    assert refusal(**wrong) == (field, kind)


def test_times_that_cannot_be_told_from_repeats_are_refused():
    now = clock.now()
    first = (now - timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert read(event(occurred_at=first.isoformat()), now=now).rejected == []
    early = read(event(occurred_at=(first - timedelta(seconds=1)).isoformat()), now=now)
    assert early.rejected[0].errors[0]["type"] == "yutang.too_old"
    assert read(event(occurred_at=(now + timedelta(days=1)).isoformat()), now=now).rejected == []
    late = read(event(occurred_at=(now + timedelta(days=1, seconds=1)).isoformat()), now=now)
    assert late.rejected[0].errors[0]["type"] == "yutang.in_future"


def test_unknown_kinds_and_further_properties_are_kept():
    own = event(kind="tea_ceremony.begun", properties={"guests": 3})
    known = event(kind="follow", properties={"account": "mp", "mood": "good"})
    found = read(own, known)
    assert [e.properties for e in found.events] == [{"guests": 3}, {"account": "mp", "mood": "good"}]


def test_one_bad_event_loses_none_of_the_others():
    found = read(event(id="a"), event(id="b", kind="search"), event(id="c"), {"id": "d"}, 5)
    assert [e.id for e in found.events] == ["a", "c"]
    assert [(r.index, r.id) for r in found.rejected] == [(1, "b"), (3, "d"), (4, "")]
    assert [e["loc"][-1] for e in found.rejected[1].errors] == ["kind", "occurred_at"]


def test_lines_are_read_like_a_list():
    lines = b"\n".join(json.dumps(event(id=str(n))).encode() for n in range(3)) + b"\n\n"
    found = reading.many(lines, now=clock.now(), region="CN", is_lines=True)
    assert [e.id for e in found.events] == ["0", "1", "2"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"[1,]", b'"x"', b"\xff", b"[NaN]", b'["\\ud800"]'])
def test_what_is_no_list_is_malformed(body):
    with pytest.raises(Malformed):
        reading.many(body, now=clock.now(), region="CN")


def test_a_batch_has_an_end():
    one = event()
    assert len(read(*[one] * 5000).events) == 5000
    with pytest.raises(BatchTooLong):
        read(*[one] * 5001)


def test_a_public_key_proves_nobody():
    named = event(identity={"kind": "phone", "value": "13800138000"})
    assert read(named, may_identify=False).rejected[0].errors[0]["type"] == "yutang.identity_not_proven"
    assert read(named).events[0].identity.value == "+8613800138000"

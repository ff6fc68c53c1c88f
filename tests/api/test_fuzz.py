"""Whatever is sent to the addresses of the OpenAPI document: an answer or a refusal, never a crash."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.api.pool import make_order, make_person
from tests.factories.api import ApiClient, make_key
from yutang.api import problems
from yutang.api.service import api

DOCUMENT = api.get_openapi_schema(path_prefix="/")
OPERATIONS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]

IDS = st.one_of(
    st.sampled_from(["1", "2", "3"]), st.integers(-(2**70), 2**70).map(str), st.integers(1, 2**63 - 1).map(str)
)
TIMES = st.one_of(
    st.datetimes().map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z"),
    st.sampled_from(["9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "1e10"]),
)
TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(["\x00", "%", "'", "\\", "pos", "completed", "a" * 600, "😀"]))
VALUES = st.one_of(IDS, TIMES, TEXTS)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), IDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


def names(operation: dict, where: str) -> list[str]:
    return [p["name"] for p in operation.get("parameters", []) if p["in"] == where]


def fields(operation: dict) -> list[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return []
    schema = content["schema"]
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return list(schema.get("items", schema)["properties"])


@st.composite
def requests(draw, operation: dict, path: str):
    for name in names(operation, "path"):
        path = path.replace(f"{{{name}}}", quote(draw(VALUES), safe="") or "x")
    query = draw(st.dictionaries(st.sampled_from([*names(operation, "query"), "other"]), VALUES, max_size=4))
    known = st.dictionaries(st.sampled_from(fields(operation) or ["x"]), st.one_of(IDS, TEXTS, JSON), max_size=4)
    body = draw(st.one_of(known.map(json.dumps), JSON.map(json.dumps), st.binary(max_size=40)))
    headers = draw(st.dictionaries(st.just("Idempotency-Key"), st.text("ab \x7fé", max_size=4), max_size=1))
    return path, query, body, headers


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_nothing_crashes(shop, method, path):
    make_order(shop, make_person(shop))
    client = ApiClient(make_key(shop, requests_per_minute=10**6).token)
    operation = DOCUMENT["paths"][path][method]

    @settings(
        max_examples=60, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    )  # fmt: skip
    @given(requests(operation, path))
    def send(request) -> None:
        address, query, body, headers = request
        if method == "get":
            answer = client.get(address, headers, **query)
        else:
            answer = client.post(address, body, headers)
        assert answer.status_code < 500
        if answer.status_code >= 400:
            assert answer["Content-Type"] == problems.CONTENT_TYPE
            assert set(json.loads(answer.content)) == {"type", "title", "status", "detail", "code", "errors"}

    send()

"""The whole API as its document promises it, by schemathesis: requests that fit the document and such that break it are
answered as it says, by data or a refusal. `test_fuzz.py` sends what no document describes."""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.pool import make_order, make_person
from tests.factories.api import make_key
from yutang.api.service import api
from yutang.wsgi import application

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
SCHEMA.app = application
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}


@schemathesis.serializer("application/x-ndjson")
def lines(context, value) -> bytes:
    """One JSON value a line."""
    if isinstance(value, bytes):
        return value
    return "\n".join(json.dumps(each) for each in (value if isinstance(value, list) else [value])).encode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_keeps_its_promise(shop, mode):
    make_order(shop, make_person(shop))
    headers = {"Authorization": f"Bearer {make_key(shop, requests_per_minute=10**6).token}"}
    assert len(OPERATIONS) > 20
    for operation in OPERATIONS.values():

        @settings(
            max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        )  # fmt: skip
        @given(operation.as_strategy(generation_mode=mode))
        def send(case) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        send()

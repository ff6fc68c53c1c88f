"""The examples of docs/api.md, run as written."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from django.test import Client

from tests.api.pool import make_order, make_person
from tests.factories.api import api_client
from tests.factories.merchants import make_merchant
from yutang.api import urls
from yutang.areas.openplatform import rules
from yutang.lake import writer

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"^curl .*$", TEXT, re.MULTILINE)


def run(command: str, **values: str):
    for name, value in values.items():
        command = command.replace(f"${name}", value)
    words = iter(shlex.split(command)[1:])
    method, headers, data, address = "GET", {}, "", ""
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = next(words)
        else:
            address = word
    kind = headers.pop("Content-Type", "application/octet-stream")
    return Client().generic(method, address, data, content_type=kind, headers=headers)


def test_there_are_examples():
    assert len(EXAMPLES) == 14


@pytest.mark.filterwarnings("ignore:Delete operation did not match any records")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_work(example):
    shop = make_merchant()
    person = make_person(shop, phone="+8613800138000")
    make_order(shop, person, day=2)
    writer.run()
    key = api_client(shop)
    made = key.post("/segments", {"name": "Everybody", "rule": {"all": []}}).json()
    answer = run(example, KEY=key.token, HOST="", CUSTOMER=str(person.pk), SEGMENT=made["id"])
    assert answer.status_code in (200, 201), answer.content
    assert answer.json().get("items") != []


def test_the_refusal_shown_is_the_one_given(shop):
    shown = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)[1]
    assert api_client(shop).get("/customers", limit=201).json() == json.loads(shown)


def test_every_address_is_listed():
    for path, operations in urls._DOCUMENT["paths"].items():
        for method in operations:
            address = re.sub(r"{\w+}", "{id}", path)
            assert f"`{method.upper()} {address}`" in TEXT


def test_scopes_of_addresses_may_be_given_to_keys():
    asked = set(re.findall(r"Scope: `([a-z_.]+)`", str(urls._DOCUMENT)))
    assert asked <= set(rules.SCOPES)

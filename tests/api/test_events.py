"""Events by the web server and by the collector: the same answers."""

from __future__ import annotations

import json

import pytest

from tests.api.conftest import problem
from tests.collector import Collector
from tests.factories.api import api_client, make_key
from tests.factories.interactions import event
from tests.factories.merchants import make_merchant
from tests.killing import environment
from yutang.areas.interactions.models import Interaction
from yutang.areas.openplatform import services as openplatform
from yutang.core import access, tenancy
from yutang.core.errors import DomainError

ORIGIN = "https://shop.example.com"


def recorded(merchant) -> list[str]:
    with tenancy.scope(merchant.pk):
        return sorted(Interaction.objects.values_list("key", flat=True))


# -- the web server --------------------------------------------------------------------------------------------------


def test_one_event(shop, api):
    sent = event(id="a")
    for _ in range(2):
        answer = api.post("/events", sent)
        assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "rejected": []})
    assert recorded(shop) == ["a"]


def test_one_bad_event_names_its_field(shop, api):
    document = problem(api.post("/events", event(kind="search")), 422, "request.invalid")
    assert document["errors"] == [{"field": "properties.query", "code": "missing", "message": "This is needed."}]
    assert recorded(shop) == []


def test_a_batch_keeps_what_is_right(shop, api):
    answer = api.post("/events/batch", [event(id="a"), event(id="b", page=5), event(id="c")])
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 2,
        "rejected": [
            {"index": 1, "id": "b", "errors": [
                {"field": "page", "code": "string_type", "message": "This must be text."}
            ]}
        ],
    }  # fmt: skip
    assert recorded(shop) == ["a", "c"]


def test_lines(shop, api):
    lines = b"\n".join(json.dumps(event(id=str(n))).encode() for n in range(3))
    answer = api.post("/events/batch", lines, content_type="application/x-ndjson")
    assert (answer.status_code, answer.json()["accepted"]) == (200, 3)
    problem(api.post("/events", lines, content_type="application/x-ndjson"), 415, "request.unsupported_media_type")
    problem(api.post("/events/batch", {"events": []}), 400, "request.malformed")
    problem(api.post("/events/batch", [1] * 5001), 413, "interactions.batch_too_long")


def test_the_scope_is_needed(shop):
    problem(api_client(shop, "customers.view").post("/events", event()), 403, "access.not_allowed")


def test_a_site_key_opens_only_the_collector(shop):
    made = make_key(shop, ["interactions.write"], origins=[ORIGIN])
    assert made.token == made.key.shown == f"ys_{made.key.public_id}"
    client = api_client(shop)
    client.headers["Authorization"] = f"Bearer {made.token}"
    problem(client.get("/me"), 401, "api_key.unknown")
    client.headers["Authorization"] = f"Bearer yk_{made.key.public_id}_{'0' * 64}"
    problem(client.get("/me"), 401, "api_key.unknown")


@pytest.mark.parametrize(
    ("options", "field"),
    [({"origins": ["shop.example.com"]}, "origins"), ({"origins": [ORIGIN], "scopes": ["orders.view"]}, "scopes")],
)
def test_a_site_key_is_refused(merchant, options, field):
    options = {"name": "Site", "scopes": ["interactions.write"], **options}
    with pytest.raises(DomainError) as refused:
        openplatform.create(**options, actor=access.system(merchant.pk))
    assert refused.value.field == field


# -- the collector ---------------------------------------------------------------------------------------------------


@pytest.fixture
def collector(settings, tmp_path, transactional_db):
    server = Collector(environment(settings, tmp_path))
    server.start()
    yield server
    server.stop()


def refused(answer, status: int, code: str) -> None:
    assert (answer[0], answer[2]["code"], answer[1]["content-type"]) == (status, code, "application/problem+json")


def test_the_collector_answers_like_the_api(collector):
    shop, other = make_merchant(), make_merchant()
    token = make_key(shop, ["interactions.write"]).token
    batch = [event(id="b"), event(id="bad", kind="search"), event(id="c")]
    for _ in range(2):
        assert collector.post("/api/v1/events", event(id="a"), token)[::2] == (200, {"accepted": 1, "rejected": []})
        status, _, answer = collector.post("/api/v1/events/batch", batch, token, Accept_Language="zh-CN")
        assert (status, answer["accepted"]) == (200, 2)
        assert [r["errors"][0]["field"] for r in answer["rejected"]] == ["properties.query"]
    lines = json.dumps(event(id="d")).encode()
    assert collector.post("/api/v1/events/batch", lines, token, Content_Type="application/x-ndjson")[0] == 200
    assert recorded(shop) == ["a", "b", "c", "d"]
    assert recorded(other) == []
    refused(collector.post("/api/v1/events", event(kind="search"), token), 422, "request.invalid")
    refused(collector.post("/api/v1/events", b"{", token), 400, "request.malformed")
    refused(collector.post("/api/v1/events", event(), token, Content_Type="text/plain"), 415,
            "request.unsupported_media_type")  # fmt: skip
    refused(collector.post("/api/v1/events/batch", b"[" + b" " * 2**20 + b"]", token), 413, "request.too_large")
    refused(collector.post("/api/v1/events", event(), "yk_1"), 401, "api_key.unknown")
    refused(collector.post("/api/v1/customers", {}, token), 404, "not_found")
    reader = make_key(shop, ["customers.view"]).token
    refused(collector.post("/api/v1/events", event(), reader), 403, "access.not_allowed")
    slow = make_key(shop, ["interactions.write"], requests_per_minute=1).token
    assert collector.post("/api/v1/events/batch", [event() for _ in range(4_000)], slow)[0] == 200
    answer = collector.post("/api/v1/events", event(), slow)  # three minutes until a thousand a minute cover that
    refused(answer, 429, "api_key.too_many_requests")
    assert int(answer[1]["retry-after"]) >= 1


def test_browsers_send_with_a_site_key(collector):
    shop = make_merchant()
    made = make_key(shop, ["interactions.write"], origins=[ORIGIN])
    address = f"/collect?key={made.token}"
    status, headers, _ = collector.send("OPTIONS", address, Origin=ORIGIN)
    assert (status, headers["access-control-allow-origin"]) == (204, ORIGIN)
    plain = {"Content_Type": "text/plain", "Origin": ORIGIN}
    named = event(id="b", identity={"kind": "phone", "value": "13800138000"})
    status, headers, body = collector.send("POST", address, [event(id="a", visitor="browser-1"), named], **plain)
    answer = json.loads(body)
    assert (status, answer["accepted"], headers["access-control-allow-origin"]) == (200, 1, ORIGIN)
    assert answer["rejected"][0]["errors"][0]["code"] == "yutang.identity_not_proven"
    assert recorded(shop) == ["a"]
    for origin, key, code in (
        ("https://evil.example.com", made.token, "api_key.origin_not_allowed"),
        ("", made.token, "api_key.origin_not_allowed"),
        (ORIGIN, "ys_" + "0" * 16, "api_key.unknown"),
        (ORIGIN, make_key(shop).token, "api_key.unknown"),
    ):
        status, _, body = collector.send("POST", f"/collect?key={key}", [event()], Content_Type="text/plain",
                                         Origin=origin)  # fmt: skip
        assert json.loads(body)["code"] == code
    assert recorded(shop) == ["a"]

"""Every address of the product, asked by somebody with the ids of somebody else."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import quote, quote_plus, urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.test import Client
from django.urls import get_resolver

from tests.factories.interactions import event
from yutang.api.urls import _DOCUMENT as DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.http import HttpResponse

METHODS = ("GET", "POST", "PUT", "DELETE")
# Parameters that name nothing of a merchant: a figure of the product, a one-time token and its account, a public link,
# a format; a picture of the shop, which is for everybody who knows its hash; a payment service.
NOT_OWNED = frozenset({"key", "token", "user_id", "slug", "kind", "merchant_id", "digest", "width", "provider", "shop"})
ECHO = "Zzecho"
TIMES = ("first_seen_since", "created_since", "ordered_since", "updated_since", "ordered_until")


def addresses() -> list[str]:
    """Routes as the resolver holds them: `/customers/<int:customer_id>`."""

    def routes(resolver: Any, prefix: str) -> Iterator[str]:
        for entry in resolver.url_patterns:
            route = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from routes(entry, route)
            else:
                yield "/" + route.removesuffix("^.*$")  # whatever else is asked of the API

    return list(routes(get_resolver(), ""))


def parameters(route: str) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


def filled(route: str, ids: dict[str, Any]) -> str:
    """Fails for a parameter that the world has nothing for."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(ids[found[1]]), route)


def asked(ids: dict[str, Any], search: Iterable[str]) -> list[dict[str, Any]]:
    """Query strings of console pages: searches, filters, pages of others."""
    rule = json.dumps({"segment": ids["segment_id"]})
    return [
        {}, *({"q": text} for text in search), {"store": ids["node_id"]}, {"node": ids["node_id"]},
        {"range": "all"}, {"with": ids["segment_id"]}, {"rule": rule}, {"after": 0}, {"state": "decided"},
        {"role": ids["role_id"]}, {"role": 2}, {"guide": ids["member_id"]}, {"brought_by": ids["customer_id"]},
        {"show": "relations"}, {"key": "title", "fact": "orders.line"}, {"key": "customers.city"},
        {"key": "customers.source"}, {"key": "customers.home_node_id"}, {"id": ids["customer_id"]},
        {"since": "2020-01-01", "until": "2030-01-01"}, {"sort": "net"},
        {"tab": "to_pick_up"}, {"tab": "to_ship_elsewhere"}, {"tab": "low"}, {"tab": "issued"}, {"tab": "to_reverse"},
        {"channel": 1},
        {"ids": ids["packing_id"], "show": "slips"},
        {"tab": "disputed"}, {"behind": "refused"},
        *({"show": "group", "group": group} for group in ("champions", "lost")), {"show": "dormant", "quiet": 1},
        {"show": "group", "group": "champions", "day": "2026-03-20"}, {"show": "worth", "least": 1}, {"quiet": 1},
        {"show": "moved", "by": "tier", "before": "", "after": "big", "since": "2020-01-01"},
    ]  # fmt: skip


def form(ids: dict[str, Any]) -> dict[str, Any]:
    """One form for all pages: each takes what it knows."""
    return {
        "text": ECHO, "identity": [str(n) for n in range(1, 60)], "format": "csv",
        "ids": [str(ids["customer_id"]), str(ids["packing_id"])],
        "name": ECHO, "description": ECHO, "rule": json.dumps({"not": {"segment": ids["segment_id"]}}),
        "decision": "merge", "why": ECHO, "dry_run": "1", "layout": "taobao", "source": "x", "email": "z@example.com",
        "role": ids["role_id"], "node": ids["node_id"], "roles": ids["role_id"], "nodes": ids["node_id"],
        "kind": "store", "code": "ZZ", "ownership": "direct", "scopes": ["customers.view"], "language": "en",
        "permissions": ["customers.view"], "merchant": ids.get("merchant_id", 1), "password": "x", "code_": "1",
        "tag": ids["tag_id"], "guide": ids["member_id"], "bringer": ids["other_id"], "action": "give", "colour": "red",
        "timezone": "Asia/Shanghai", "second_factor": "never", "purpose": "marketing", "is_given": "yes",
        "evidence": ECHO, "typed": str(ids["customer_id"]), "reason": ECHO, "days": "30",
        "show": "group", "group": ids["group_id"], "measure": "net", "middle_from": "1", "big_from": "2", "save": "1",
        "what": "damage", "quantity": "1", "counted": "0", "pieces-0": "1", "carrier": ECHO, "store": ids["node_id"],
        "to_id": ids["node_id"], "node_id": ids["node_id"], "confirm": "yes", "seen": "", "ruling": "merchant",
        "goods": "1", "expected": "20000", "receive_days": "10", "in_full": "slips", "address": ids["address_id"],
        "invoice-kind": "personal", "invoice-title": ECHO, "number": "ZZ-00001", "issued_on": "2026-01-01",
        "revision": "1", "tracking_no": "ZZ1", "was": ids["parcel_was"],
    }  # fmt: skip


def bodies(ids: dict[str, Any]) -> dict[str, Any]:
    """What a POST to each address of the API carries."""
    pair = {"survivor_id": str(ids["customer_id"]), "absorbed_id": str(ids["other_id"])}
    rule = {"segment": ids["segment_id"]}
    return {
        "/customers/merge": pair,
        "/merges/{merge_id}/undo": None,
        "/customers/{customer_id}/notes": {"text": ECHO},
        "/tag-groups": {"name": ECHO},
        "/tags": {"name": ECHO, "group_id": str(ids["group_id"])},
        "/customers/{customer_id}/tags": {"tag_id": str(ids["tag_id"])},
        "/customers/{customer_id}/tags/{tag_id}/take": None,
        "/customers/{customer_id}/life": {"kind": "child", "name": ECHO},
        "/customers/{customer_id}/life/{fact_id}/retire": None,
        "/customers/{customer_id}/roles": {"role": "expert", "reason": ECHO},
        "/customers/{customer_id}/roles/take": {"role": "guide", "reason": ECHO},
        "/customers/{customer_id}/bringer": {"customer_id": str(ids["other_id"]), "reason": ECHO},
        "/customers/{customer_id}/bringer/forget": {"reason": ECHO},
        "/customers/{customer_id}/guide": {"member_id": str(ids["member_id"]), "reason": ECHO},
        "/customers/{customer_id}/guide/release": {"reason": ECHO},
        "/customers/{customer_id}/consents": {"purpose": "marketing", "given": True, "evidence": ECHO},
        "/privacy/requests": {"customer_id": str(ids["customer_id"]), "kind": "erasure", "reason": ECHO},
        "/segments": {"name": ECHO, "rule": rule, "node_id": str(ids["node_id"])},
        "/segments/count": {"rule": rule},
        "/imports/orders": "file",
        "/events": event(page=ECHO),
        "/events/batch": [event(page=ECHO)],
    }


def queries(ids: dict[str, Any], search: Iterable[str]) -> dict[str, list[Any]]:
    """Values of every query parameter of the API."""
    return {
        "q": list(search), "customer_id": [ids["customer_id"]], "order_no": list(search), "node": [ids["node_id"]],
        "source": ["taobao"], "status": ["completed"], "layout": ["shopify"], "dry_run": ["true"], "limit": [200],
        "state": ["done", "on_sale"], "percent": [50], "kind": ["goods"], "category_id": [ids["category_id"]],
        "cursor": ["x"], "at": ["2030-01-01"], "from": ["2020-01-01"], "to": ["2030-01-01"],
        **{name: ["2020-01-01T00:00:00Z"] for name in TIMES},
    }  # fmt: skip


class Noticed(QueryDict):
    """A query string that notes the names a page looks up."""

    looked_up: set[str] = set()  # where those go that reading the string itself looks up, before it has its own

    def __getitem__(self, name: str) -> Any:
        self.looked_up.add(name)
        return super().__getitem__(name)

    def getlist(self, name: str, default: Any = None) -> Any:
        self.looked_up.add(name)
        return super().getlist(name, default)

    def __contains__(self, name: object) -> bool:
        self.looked_up.add(str(name))
        return super().__contains__(name)


@contextmanager
def noticing() -> Iterator[set[str]]:
    """The names of query parameters that pages looked up so far."""
    looked_up: set[str] = set()

    def query(request: WSGIRequest) -> Noticed:
        made = Noticed(request.META["QUERY_STRING"])
        made.looked_up = looked_up
        return made

    with patch.object(WSGIRequest, "GET", property(query)):
        yield looked_up


def requests(
    route: str, ids: dict[str, Any], search: Iterable[str], looked_up: set[str]
) -> Iterator[tuple[str, str, Any, str]]:
    """(method, address, body, text of the request that may come back in the answer). A page is asked with a parameter
    once it has looked one of its names up: an answer before may have been what made it look."""
    path = filled(route, ids)
    if not route.startswith("/api/"):
        # Behind a foreign id there is nothing to filter.
        waiting = asked(ids, search)[: 3 if set(parameters(route)) - NOT_OWNED else None]
        while worth := [query for query in waiting if not query or looked_up & query.keys()]:
            query = worth[0]
            yield "GET", f"{path}?{urlencode(query)}", None, str(query.get("q", ""))
            waiting.remove(query)
        for method in METHODS[1:]:
            yield method, path, form(ids), ""
        return
    name = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.removeprefix("/api/v1"))
    operations = DOCUMENT["paths"].get(name, {})
    yield "GET", path, None, ""
    known = queries(ids, search)
    for parameter in operations.get("get", {}).get("parameters", []):
        if parameter["in"] == "query":
            for value in known[parameter["name"]]:
                yield "GET", f"{path}?{urlencode({parameter['name']: value})}", None, str(value)
    body = bodies(ids)[name] if "post" in operations else {}
    for method in METHODS[1:]:
        yield method, path, body, ""


def send(client: Client, token: str, method: str, address: str, body: Any) -> HttpResponse:
    if not address.startswith("/api/"):
        more = {"headers": {"HX-Request": "true"}} if "after=0" in address else {}
        if method == "POST":
            return client.post(address, body, **more)
        return client.generic(method, address, "" if body is None else urlencode(body, doseq=True), **more)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    if body == "file":
        return client.post(address, {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")}, headers=headers)
    data = "" if body is None else json.dumps(body)
    return client.generic(method, address, data, content_type="application/json", headers=headers)


def findings(
    *,
    browser: Callable[[], Client],
    token: str,
    ids: dict[str, Any],
    secrets: Iterable[str],
    search: Iterable[str],
    routes: Iterable[str] | None = None,
    shared: frozenset[str] = NOT_OWNED,
) -> list[str]:
    """What the walker saw or reached although it is somebody else's. Empty is good."""
    found = []
    for route in addresses() if routes is None else routes:
        owned = bool(set(parameters(route)) - shared)
        client = browser()
        with noticing() as looked_up:
            for method, address, body, echo in requests(route, ids, search, looked_up):
                answer = send(client, token, method, address, body)
                if answer.status_code == 302 and "/login" in answer.headers["Location"]:
                    client = browser()
                found += [f"{method} {address} {what}" for what in wrongs(answer, method, echo, secrets, owned=owned)]
    return found


def wrongs(answer: HttpResponse, method: str, echo: str, secrets: Iterable[str], *, owned: bool) -> Iterator[str]:
    """What is wrong with an answer to somebody who may see nothing."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    shown = content.decode("utf-8", "replace") + str(dict(answer.headers))
    for form_of_echo in {echo, quote_plus(echo), quote(echo)} - {""}:
        shown = shown.replace(form_of_echo, "")
    shown = shown.lower()
    yield from (f"shows {secret}" for secret in secrets if secret.lower() in shown)
    if answer.status_code >= 500:
        yield "crashes"
    if owned and method == "GET" and answer.status_code not in (403, 404, 405):
        yield f"answers {answer.status_code}"
    if owned and answer.status_code in (200, 201, 202):
        yield f"answers {answer.status_code}"

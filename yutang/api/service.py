"""The API itself: its addresses, how it refuses, and its OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from yutang.api import problems
from yutang.api.account.views import router as account
from yutang.api.customers.merges import router as merges
from yutang.api.customers.relations import router as relations
from yutang.api.customers.views import router as customers
from yutang.api.door import KEY_HEADER, KeyAuth
from yutang.api.events.views import router as events
from yutang.api.grades.views import router as grades
from yutang.api.imports.views import router as imports
from yutang.api.metrics.views import router as metrics
from yutang.api.orders.views import router as orders
from yutang.api.privacy.views import router as privacy
from yutang.api.products.views import router as products
from yutang.api.segments.views import router as segments
from yutang.api.tags.views import router as tags
from yutang.core.errors import DomainError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

DESCRIPTION = """Customers, orders and what is known of them. Every request shows a key: `Authorization: Bearer yk_…`.
Ids are text, times are UTC, money is in minor units. Lists come in pages: pass `next_cursor` back as `cursor`.
A POST may carry an `Idempotency-Key`; sent again, it answers as the first time. See docs/api.md."""


class ProblemField(Schema):
    field: str
    code: str
    message: str


class Problem(Schema):
    """RFC 9457. `code` is stable, `title`, `detail` and `message` speak the language of Accept-Language."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemField]


class DoorParser(Parser):
    """The door has parsed the body already."""

    def parse_body(self, request: HttpRequest) -> Any:
        return request.json


class Api(NinjaAPI):
    """Ninja with our refusals, in the document too."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        document = super().get_openapi_schema(**kwargs)
        document["components"].setdefault("schemas", {})["Problem"] = Problem.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        definitions = document["components"]["schemas"]["Problem"].pop("$defs", {})
        document["components"]["schemas"].update(definitions)
        refusal = {
            "description": "Refused",
            "content": {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        once = {
            "in": "header", "name": KEY_HEADER, "required": False,
            "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,200}$"},
        }  # fmt: skip
        for operations in document["paths"].values():
            for method, operation in operations.items():
                operation["responses"]["default"] = refusal
                if method == "post":
                    operation["parameters"] = [*operation.get("parameters", []), once]
        return document


def _domain(_: HttpRequest, error: DomainError) -> HttpResponse:
    return problems.of(error)


def _validation(_: HttpRequest, error: ValidationError) -> HttpResponse:
    return problems.of_validation(error.errors)


def _http(_: HttpRequest, error: HttpError) -> HttpResponse:
    return problems.answer(error.status_code)


def _not_found(_: HttpRequest, __: Http404) -> HttpResponse:
    return problems.answer(404)


api = Api(
    title="Yutang API", version="1", description=DESCRIPTION, urls_namespace="api", docs_url=None, auth=KeyAuth(),
    parser=DoorParser(),
)  # fmt: skip
api.add_exception_handler(DomainError, _domain)
api.add_exception_handler(ValidationError, _validation)
api.add_exception_handler(HttpError, _http)
api.add_exception_handler(Http404, _not_found)
# Merges first: customers/merge would be taken for the id of a customer.
for router in (
    account, merges, customers, relations, privacy, products, orders, segments, grades, tags, metrics, imports, events,
):  # fmt: skip
    api.add_router("", router)

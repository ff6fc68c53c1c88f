"""People: lists, one person, identities, orders, notes."""

# Types are not postponed here: ninja reads them when it registers a view.

from typing import Any

from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status

from yutang.api import paging
from yutang.api.customers.schemas import (
    CustomerDetailOut,
    CustomerFilters,
    CustomerOut,
    CustomersOut,
    IdentitiesOut,
    IdentityOut,
    NoteIn,
    NoteOut,
)
from yutang.api.door import scoped
from yutang.api.orders.schemas import OrdersOut, orders_out
from yutang.api.shapes import Id, Paging
from yutang.areas.customers import queries as people
from yutang.areas.customers import services as customer_services
from yutang.areas.customers.models import Customer
from yutang.areas.orders import queries as orders

router = Router(tags=["Customers"])


@router.get("/customers", response=CustomersOut)
@scoped("customers.view")
def list_customers(request: HttpRequest, filters: Query[CustomerFilters]) -> object:
    """People of today, newest first. Merged people are part of the person they became."""
    found = people.people(request.actor)
    if filters.q is not None:
        region = request.merchant.phone_region
        found = people.with_key(request.actor, filters.q, namespaces=orders.sources(), region=region)
    if filters.source is not None:
        found = found.filter(source=filters.source)
    if filters.first_seen_since is not None:
        found = found.filter(first_seen_at__gte=filters.first_seen_since)
    if filters.created_since is not None:
        found = found.filter(created_at__gte=filters.created_since)
    rows, next_cursor = paging.page(found, filters)
    return CustomersOut(items=_customers(rows, request), next_cursor=next_cursor)


@router.get("/customers/{customer_id}", response=CustomerDetailOut)
@scoped("customers.view")
def customer(request: HttpRequest, customer_id: Path[Id]) -> object:
    """One person. The id of a merged person answers with the person it became part of."""
    found = people.customer(request.actor, customer_id)
    shown = _customers([found], request)[0]
    return CustomerDetailOut(**shown.model_dump(), merged_from=customer_id if found.pk != customer_id else None)


@router.get("/customers/{customer_id}/identities", response=IdentitiesOut)
@scoped("customers.view")
def customer_identities(request: HttpRequest, customer_id: Path[Id]) -> object:
    """Accounts and keys of a person. Phones and e-mails are masked, unless the key has `customers.unmask`; then the
    audit log tells."""
    found = people.customer(request.actor, customer_id)
    shown = [
        IdentityOut(
            id=s.identity.pk, kind=s.identity.kind, namespace=s.identity.namespace, value=s.value,
            is_masked=s.is_masked, is_shared=s.identity.is_shared, source=s.identity.source,
            first_seen_at=s.identity.first_seen_at,
        )
        for s in people.identities(request.actor, found)
    ]  # fmt: skip
    return IdentitiesOut(customer_id=found.pk, items=shown)


@router.get("/customers/{customer_id}/orders", response=OrdersOut)
@scoped("orders.view")
def customer_orders(request: HttpRequest, customer_id: Path[Id], filters: Query[Paging]) -> object:
    """Orders of a person in all channels, newest first. Needs `customers.view` too."""
    found = people.customer(request.actor, customer_id)
    rows, next_cursor = paging.page(orders.orders_of(request.actor, found.pk), filters, newest="ordered_at")
    return orders_out(rows, next_cursor, request.merchant.currency)


@router.post("/customers/{customer_id}/notes", response={201: NoteOut})
@scoped("customers.edit")
def add_note(request: HttpRequest, customer_id: Path[Id], note: NoteIn) -> object:
    """Writes down something about a person."""
    found = people.customer(request.actor, customer_id, "customers.edit")
    return Status(201, customer_services.add_note(customer=found, text=note.text, actor=request.actor))


def _customers(rows: list[Customer], request: HttpRequest) -> list[CustomerOut]:
    figures = orders.statistics(request.actor, [row.pk for row in rows]) if request.actor.may("orders.view") else {}
    currency = request.merchant.currency
    shown = []
    for row in rows:
        values: dict[str, Any] = {name: getattr(row, name) for name in CustomerOut.model_fields if name != "statistics"}
        figure = figures.get(row.pk)
        values["statistics"] = figure and {
            "purchases": figure.purchases,
            "purchase_days": figure.purchase_days,
            "net": {"amount": figure.net_amount, "currency": currency},
            "first_purchase_at": figure.first_purchase_at,
            "last_purchase_at": figure.last_purchase_at,
        }
        shown.append(CustomerOut(**values))
    return shown

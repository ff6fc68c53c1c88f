"""What interactions know of a person. That something was done, when and with which item stays: it names nobody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import F
from django.utils.translation import gettext_noop

from yutang.areas.interactions import facts, kinds, services, visitors
from yutang.areas.interactions.models import Code, Interaction, Visitor
from yutang.areas.privacy import registry
from yutang.areas.privacy.sweeping import MARK
from yutang.areas.relations import services as relations
from yutang.core import tenancy
from yutang.lake import engine, rewriting

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.areas.customers.erasing import Person
    from yutang.areas.privacy.search import Needle
    from yutang.core.access import Actor

_FREE = ("page", "source")  # addresses and referrers may hold anything, and with the number they show a path
_TEXTS = ("kind", "channel", "page", "source", "item")


def register() -> None:
    registry.register(
        registry.Holder(
            area="interactions",
            tables=("interactions_visitor", "interactions_interaction", "interactions_claim", "interactions_code"),
            copy=copy,
            erase=erase,
            erase_files=erase_in_lake,
        )
    )


def copy(person: Person) -> registry.Section:
    """Events of the pool, those the pool has let go of from the lake, and the person's browsers."""
    pool = {row.pk: _row(row.kind, row) for row in Interaction.objects.filter(visitor_id__in=_numbers(person))}
    lake = engine.query(
        "SELECT id, kind, occurred_at, channel, page, source, item FROM interactions.event"
        " WHERE customer_id = :customer",
        customer=person.customer_id,
    )
    older = [
        {"at": row["occurred_at"], "kind": str(kinds.label(row["kind"])), **{n: row[n] for n in _TEXTS[1:]}}
        for row in lake.to_pylist()
        if row["id"] not in pool
    ]
    browsers = Visitor.objects.filter(customer_id=person.customer_id).exclude(key__startswith="~").order_by("pk")
    return {
        gettext_noop("Interactions"): sorted([*pool.values(), *older], key=lambda row: row["at"]),
        gettext_noop("Browsers"): [{"visitor": visitor.key, "since": visitor.since} for visitor in browsers],
        gettext_noop("Own codes"): [
            {"name": code.name, "holder": code.holder, "since": code.created_at} for code in _codes(person)
        ],
    }


def erase(person: Person, actor: Actor) -> None:
    """Claims under way come first, so that none of them leads to the person afterwards."""
    while services.link(actor=actor):
        pass
    numbers = _numbers(person)
    visitors.forget(numbers)
    _blank(numbers)
    # Whom the code brought stays counted; that it was this person's does not.
    came = Visitor.objects.filter(first_code__in=_codes(person), customer_id__isnull=False).values("customer_id")
    relations.unname_code(came, MARK)
    _codes(person).update(customer=None, home_customer=None, name=F("slug"), holder="")


def erase_in_lake(person: Person, wanted: list[Needle]) -> int:
    """The person's free texts, and whatever leads to the person in the texts of anybody's event.

    The names of people are left in texts of others, as in the pool: there a name may be a word.
    """
    with tenancy.scope(person.merchant_id):
        numbers = _numbers(person)
        _blank(numbers)  # of requests that were on their way when the browsers were forgotten
    forms = {form for needle in wanted if needle.kind != "name" for form in _readable(needle)}
    pattern = "(?i)" + "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)) if forms else ""

    def without(rows: pa.Table) -> pa.Table:
        theirs = pc.is_in(rows.column("visitor_id"), value_set=pa.array(numbers, pa.int64()))
        for name in _TEXTS:
            column = rows.column(name)
            if name in _FREE:
                column = pc.if_else(theirs, pa.scalar("", column.type), column)
            if pattern:
                column = pc.replace_substring_regex(column, pattern, MARK)
            rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), column)
        return rows

    return rewriting.rewrite(facts.EVENT.name, person.merchant_id, without)


def _codes(person: Person) -> QuerySet[Code]:
    return Code.objects.filter(customer_id=person.customer_id)


def _numbers(person: Person) -> list[int]:
    return list(Visitor.objects.filter(customer_id=person.customer_id).order_by("pk").values_list("pk", flat=True))


def _blank(numbers: list[int]) -> None:
    Interaction.objects.filter(visitor_id__in=numbers).update(page="", source="", properties={})


def _readable(needle: Needle) -> list[str]:
    """Those spellings that a text can hold."""
    texts = (form.decode("utf-8", "ignore") for form in needle.forms)
    return [text for text, form in zip(texts, needle.forms, strict=True) if text.encode() == form and "\0" not in text]


def _row(kind: str, row: Interaction) -> dict[str, Any]:
    return {
        "at": row.occurred_at, "kind": str(kinds.label(kind)), "channel": row.channel, "page": row.page,
        "source": row.source, "item": row.item, "properties": row.properties,
    }  # fmt: skip

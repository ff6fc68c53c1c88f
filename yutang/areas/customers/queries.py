"""Reads about people. Everything that names a person goes through the nodes of the actor."""

from __future__ import annotations

import re
from calendar import isleap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import phonenumbers
import pyarrow as pa
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from pyroaring import BitMap64

from yutang.areas.customers import erasing, forest
from yutang.areas.customers.addresses import Recipient, book
from yutang.areas.customers.addresses.book import AddressEntry
from yutang.areas.customers.identity import keys, names
from yutang.areas.customers.models import Address, Customer, Identity, Merge, Note, ReviewCase, SuggestionRun
from yutang.core import audit, crypto, tenancy
from yutang.core.errors import NotAllowed, NotFound
from yutang.lake import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from yutang.core.access import Actor

# Kinds that are looked up by what somebody typed, besides phone and e-mail.
_TYPED = ("member_card", "unionid", "external_userid")


@dataclass(frozen=True)
class Search:
    """Filters of the customer list; empty ones let everybody through."""

    text: str = ""
    source: str = ""
    province: str = ""
    nodes: frozenset[int] | None = None
    accepts_marketing: str = ""  # "yes", "no", "unknown"
    also: frozenset[int] = frozenset()  # people whom the caller found by the text elsewhere: by order number


EVERYBODY = Search()


def customer(actor: Actor, customer_id: int, permission: str = "customers.view") -> Customer:
    """The checked door: the person of today, whom a merged id leads to, or `NotFound`."""
    nodes = actor.nodes(permission)
    people = Customer.objects.select_related("home_node")
    found = people.filter(pk=customer_id).first()
    if found is not None and found.merged_into_id is not None:
        found = people.filter(pk=forest.above(customer_id)[-1]).first()
    if found is None or (nodes is not None and found.home_node_id not in nodes):
        raise NotFound
    return found


def identity(identity_id: int) -> Identity | None:
    """With its person of today."""
    return Identity.objects.select_related("customer").filter(pk=identity_id).first()


def logged_in(identity_id: int, generation: int) -> Identity | None:
    """The account of a log-in that nobody has ended, with its person of today; one statement."""
    found = identity(identity_id)
    return found if found is not None and found.login_generation == generation else None


def account(kind: str, namespace: str, value: str, merchant_id: int) -> Identity | None:
    """A known account with its person of today, for those who have just proved that it is theirs."""
    key = keys.key(kind, namespace, value, merchant_id)
    return Identity.objects.select_related("customer").filter(merchant_id=merchant_id, key=key).first()


def people(
    actor: Actor,
    search: Search = EVERYBODY,
    *,
    namespaces: Sequence[str] = (),
    region: str = "CN",
    permission: str = "customers.view",
) -> QuerySet[Customer]:
    """People of today that the actor may see. `namespaces`: platforms whose buyer ids may be meant."""
    found = Customer.objects.filter(merged_into__isnull=True, erased_at__isnull=True)
    nodes = actor.nodes(permission)
    if nodes is not None:
        found = found.filter(home_node__in=nodes)
    if search.nodes is not None:
        found = found.filter(home_node__in=search.nodes)
    if search.source:
        found = found.filter(source=search.source)
    if search.province:
        found = found.filter(province=search.province)
    if search.accepts_marketing:
        found = found.filter(accepts_marketing={"yes": True, "no": False}.get(search.accepts_marketing))
    if text := " ".join(search.text.split()):
        found = found.filter(
            _named(text) | Q(pk__in=_by_account(text, namespaces, region, actor.merchant_id) | search.also)
        )
    return found


def with_key(actor: Actor, text: str, *, namespaces: Sequence[str], region: str) -> QuerySet[Customer]:
    """People of today with exactly this phone, e-mail, member card, UnionID, WeCom id or buyer id of a platform."""
    found = Identity.objects.filter(key__in=_keys(text.strip(), namespaces, region, actor.merchant_id))
    return people(actor).filter(pk__in=list(found.values_list("customer_id", flat=True).distinct()))


def named(actor: Actor, ids: Iterable[int]) -> dict[int, str]:
    """Names of those the actor may see, as screens show them; who has none is shown by number."""
    return {customer.pk: str(customer) for customer in _within(actor).filter(pk__in=list(ids)).only("name")}


def by_id(customer_ids: Iterable[int]) -> dict[int, Customer]:
    """People by id, merged ones too; for lists whose rows were checked already."""
    return Customer.objects.in_bulk(set(customer_ids))


def normal_account(kind: str, value: str, region: str) -> str:
    """The normal form under which `services.identify` takes it; empty when the value can be none of that kind."""
    value = value.strip()
    if kind == "phone":
        return _phone(value, region)
    if kind == "email":
        return value.lower() if re.fullmatch(r"[^@\s]+@[^@\s]+", value) else ""
    return value


def account_key(kind: str, namespace: str, value: str, merchant_id: int) -> bytes:
    """The blind index of an account in its normal form."""
    return keys.key(kind, namespace, value, merchant_id)


def people_with_keys(wanted: Iterable[bytes]) -> dict[bytes, int]:
    """Blind index → person of today, for the accounts that are known."""
    found = Identity.objects.filter(key__in=list(wanted)).values_list("key", "customer_id")
    return {bytes(key): customer_id for key, customer_id in found}


roots = forest.roots  # who each of these people is today
current_people = forest.current  # the same for many: each of them once


def born_on(day: date, *, after: int = 0, limit: int) -> list[int]:
    """People of today whose birthday it is, by number after `after`; born on a leap day: on 28 February in
    other years."""
    born = Q(birthday__month=day.month, birthday__day=day.day)
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        born |= Q(birthday__month=2, birthday__day=29)
    found = Customer.objects.filter(born, merged_into__isnull=True, pk__gt=after).order_by("pk")
    return list(found.values_list("pk", flat=True)[:limit])


def phones(customer_ids: Iterable[int], *, shown: Callable[[Identity], str] = keys.masked) -> dict[int, str]:
    """A phone of each person that has one; one that is only theirs comes first. Masked, unless the caller, who must be
    allowed to unmask, wants it as `keys.readable` tells it."""
    found: dict[int, str] = {}
    for identity in Identity.objects.filter(kind="phone", customer__in=list(customer_ids)).order_by("is_shared", "id"):
        if identity.customer_id not in found:
            found[identity.customer_id] = shown(identity)
    return found


def address(person: Customer) -> str:
    """The full street address; callers must be allowed to unmask."""
    return crypto.decrypt(bytes(person.address), person.merchant_id) if person.address is not None else ""


def addresses(customer_id: int) -> list[AddressEntry]:
    """A person's own address book, those used last first; for the person themselves."""
    return book.entries(customer_id)


def accounts_of(identity_id: int) -> tuple[int, list[int]]:
    """Whose an account is today, and all accounts of that person; one statement."""
    owner = Identity.objects.filter(pk=identity_id).values("customer")[:1]
    rows = list(Identity.objects.filter(customer=owner).order_by("pk").values_list("customer_id", "pk"))
    if not rows:
        raise NotFound
    return rows[0][0], [pk for _, pk in rows]


def sources(actor: Actor) -> list[str]:
    """Where the people in reach came from first, as far as a filter needs to know."""
    return _distinct(actor, "source")


def provinces(actor: Actor) -> list[str]:
    return _distinct(actor, "province")


def notes(person: Customer) -> QuerySet[Note]:
    return Note.objects.filter(customer=person)


# -- evidence --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Account:
    """One identity of a person and why it is theirs."""

    identity: Identity
    shown: str  # masked
    via: Identity | None  # the identity it was first seen together with
    via_shown: str
    merge: Merge | None  # the merge that brought its home to this person


def evidence(person: Customer, brought: Iterable[Merge] | None = None) -> list[Account]:
    """Every identity of the person, the strongest kind first, with the edge or the merge that ties it to them.
    `brought`: the standing merges that made the person, where the caller has them (`merges_of`)."""
    identities = {i.pk: i for i in Identity.objects.filter(customer=person)}
    if brought is None:
        family = forest.below(person.pk)
        brought = Merge.objects.filter(absorbed__in=family, unmerged_at__isnull=True).select_related("absorbed")
    by_home = {merge.absorbed_id: merge for merge in brought if merge.unmerged_at is None}
    rank = {kind: place for place, kind in enumerate(Identity.STRONG)}
    accounts = []
    for identity in sorted(identities.values(), key=lambda i: (rank.get(i.kind, 99), i.pk)):
        via = identities.get(identity.via_id or 0)
        accounts.append(
            Account(
                identity, keys.masked(identity), via, keys.masked(via) if via else "",
                by_home.get(identity.home_customer_id),
            )
        )  # fmt: skip
    return accounts


@dataclass(frozen=True)
class Shown:
    """An identity as this actor may see it."""

    identity: Identity
    value: str
    is_masked: bool


def identities(actor: Actor, person: Customer) -> list[Shown]:
    """A person's identities, oldest first; phones and e-mails in full only with `customers.unmask`, and audited."""
    rows = list(Identity.objects.filter(customer=person).order_by("id"))
    nodes = actor.nodes("customers.unmask") if actor.may("customers.unmask") else frozenset()
    unmask = nodes is None or person.home_node_id in nodes
    if unmask and any(row.kind in Identity.SENSITIVE for row in rows):
        audit.record("customers.unmask", actor=actor, object_type="customer", object_id=person.pk)
    return [
        Shown(
            row,
            value=keys.readable(row) if unmask else keys.masked(row),
            is_masked=not unmask and row.kind in Identity.SENSITIVE,
        )
        for row in rows
    ]


def merges_of(actor: Actor, person: Customer) -> list[Merge]:
    """All merges that made this person, the newest first; undone ones too, as far as the actor sees both people."""
    found = Merge.objects.filter(pk__in=RawSQL(forest.MERGES_OF, [person.pk]))  # noqa: S611  our own text
    nodes = actor.nodes("customers.view")
    if nodes is not None:
        found = found.filter(
            Q(unmerged_at__isnull=True) | Q(survivor__home_node__in=nodes, absorbed__home_node__in=nodes)
        )
    return list(found.select_related("survivor", "absorbed").order_by("-id")[:200])


def merges(actor: Actor) -> QuerySet[Merge]:
    """The merge history the actor may see."""
    nodes = actor.nodes("customers.merge")
    found = Merge.objects.filter(absorbed__isnull=False).select_related("survivor", "absorbed")
    return found if nodes is None else found.filter(survivor__home_node__in=nodes, absorbed__home_node__in=nodes)


def merge(actor: Actor, merge_id: int) -> Merge:
    """A merge both of whose people the actor may merge."""
    found = merges(actor).filter(pk=merge_id).first()
    if found is None:
        raise NotFound
    return found


# -- review cases ----------------------------------------------------------------------------------------------------


def cases(actor: Actor, *, is_open: bool) -> QuerySet[ReviewCase]:
    """Cases all of whose people the actor may merge."""
    nodes = actor.nodes("customers.merge")
    state = ReviewCase.State.OPEN
    found = ReviewCase.objects.filter(state=state) if is_open else ReviewCase.objects.exclude(state=state)
    if nodes is None:
        return found
    outside = RawSQL(
        "NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(customers_reviewcase.customers) e"
        " JOIN customers_customer c ON c.id = e::bigint WHERE NOT c.home_node_id = ANY(%s))",
        [sorted(nodes)],
    )
    return found.alias(within=outside).filter(within=True)


def likely_pairs(actor: Actor) -> QuerySet[ReviewCase]:
    """Open cases of people who are probably one; to be ordered by `-score, -id`."""
    return cases(actor, is_open=True).filter(kind=ReviewCase.Kind.SUGGESTION)


def require_everybody(actor: Actor) -> None:
    """Likely pairs are sought in the whole pool: for those who may merge in the whole company."""
    if actor.nodes("customers.merge") is not None:
        raise NotAllowed(permission="customers.merge")


def newest_search(actor: Actor) -> SuggestionRun | None:
    """The last search for likely pairs, of whoever may start one."""
    require_everybody(actor)
    return SuggestionRun.objects.order_by("-id").first()


def open_case_count(actor: Actor) -> int:
    """Review cases that wait for an answer of this actor."""
    return cases(actor, is_open=True).count()


def case(actor: Actor, case_id: int) -> ReviewCase:
    for is_open in (True, False):
        if found := cases(actor, is_open=is_open).filter(pk=case_id).first():
            return found
    raise NotFound


@dataclass(frozen=True)
class Side:
    """One person of a comparison."""

    customer: Customer
    accounts: list[Account]
    is_today: bool  # false: has become part of somebody else since


def sides(customer_ids: Sequence[int]) -> list[Side]:
    """People beside each other, the given order kept."""
    found = Customer.objects.select_related("home_node").in_bulk(list(customer_ids))
    return [
        Side(found[pk], evidence(found[pk]), found[pk].merged_into_id is None) for pk in customer_ids if pk in found
    ]


# -- inner workings --------------------------------------------------------------------------------------------------


def _named(text: str) -> Q:
    found = Q(name__prefix=text)
    if text.isascii() and (initials := names.initials([text])[0]):
        found |= Q(name_initials__prefix=initials)
    if re.fullmatch(r"#\d{1,18}", text):
        found |= Q(pk=int(text[1:]))
    return found


def _within(actor: Actor) -> QuerySet[Customer]:
    """Rows of people at home in the actor's part of the tree, merged ones too."""
    nodes = actor.nodes("customers.view")
    return Customer.objects.all() if nodes is None else Customer.objects.filter(home_node__in=nodes)


def _keys(text: str, namespaces: Sequence[str], region: str, merchant_id: int) -> list[bytes]:
    """The blind indexes of every account this text may be."""
    wanted = [keys.key(kind, "", text, merchant_id) for kind in _TYPED]
    wanted += [keys.key("buyer", namespace, text, merchant_id) for namespace in namespaces]
    if "@" in text:
        wanted.append(keys.key("email", "", text.lower(), merchant_id))
    if phone := _phone(text, region):
        wanted.append(keys.key("phone", "", phone, merchant_id))
    return wanted


def _by_account(text: str, namespaces: Sequence[str], region: str, merchant_id: int) -> frozenset[int]:
    """People with an account of exactly this value, or a phone ending in these four digits."""
    found = Q(key__in=_keys(text, namespaces, region, merchant_id))
    if re.fullmatch(r"\d{4}", text):
        found |= Q(tail_key=keys.tail_key(text, merchant_id))
    return frozenset(Identity.objects.filter(found).values_list("customer_id", flat=True)[:5000])


def _phone(text: str, region: str) -> str:
    if not re.fullmatch(r"[+\d\s()\-.]{7,25}", text):
        return ""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _distinct(actor: Actor, column: str) -> list[str]:
    """Distinct values in the newest 5,000 people: enough for a filter's choices, whatever the size of the pool."""
    newest = people(actor).order_by("-id").values(value=F(column))[:5000]
    return sorted({row["value"] for row in newest} - {""})


def people_of_today(merged: Merge) -> tuple[int, int]:
    """Whom the two homes of a merge belong to now."""
    roots = forest.roots([merged.survivor_home_id, merged.absorbed_home_id])
    return roots[merged.survivor_home_id], roots[merged.absorbed_home_id]


def merges_leaving(homes: Sequence[int]) -> list[int]:
    """Standing merges that tie one of these homes to another."""
    ends = Q(survivor_home__in=homes) ^ Q(absorbed_home__in=homes)
    return list(Merge.objects.filter(ends, unmerged_at__isnull=True).order_by("-pk").values_list("pk", flat=True))


def namesakes(names: Sequence[str], *, besides: Sequence[int]) -> int:
    """How many others among the people of today bear exactly one of these names."""
    found = Customer.objects.filter(name__in=list(names), merged_into__isnull=True).exclude(pk__in=list(besides))
    return found.count() if names else 0


# -- what files said about marketing ---------------------------------------------------------------------------------

_DECLARED = pa.schema([("customer_id", pa.int64()), ("is_given", pa.bool_())])


def declared_marketing(homes: Iterable[int]) -> dict[int, bool]:
    """What files said of each of these homes, where they said anything."""
    found = Customer.objects.filter(pk__in=list(homes), accepts_marketing__isnull=False)
    return {pk: bool(accepts) for pk, accepts in found.values_list("pk", "accepts_marketing")}


def declared_marketing_of_all(unless: str, values: dict[str, Any]) -> pa.Table:
    """The same for everybody as (person of today, accepts), the stricter of their homes; homes `c` for which the
    caller's SQL condition `unless` holds don't count."""
    return source.read(
        f"""
        WITH RECURSIVE way (id, at, up, accepts) AS (
            SELECT c.id, c.id, c.merged_into_id, c.accepts_marketing FROM customers_customer c
            WHERE c.merchant_id = %(merchant)s AND c.accepts_marketing IS NOT NULL AND NOT ({unless})
            UNION ALL
            SELECT w.id, c.id, c.merged_into_id, w.accepts FROM way w JOIN customers_customer c ON c.id = w.up
        )
        SELECT at, bool_and(accepts) FROM way WHERE up IS NULL GROUP BY at
        """,  # noqa: S608  the caller's own text
        {"merchant": tenancy.require_merchant_id(), **values},
        _DECLARED,
    )


def erased() -> BitMap64:
    """Numbers of everybody who was erased."""
    return BitMap64(Customer.objects.filter(erased_at__isnull=False).values_list("pk", flat=True))


# -- a copy for the person themselves --------------------------------------------------------------------------------


def profile_rows(someone: erasing.Person) -> list[dict[str, Any]]:
    """What is stored about the person and whoever was merged into it, in full."""
    return [
        {
            "number": row.pk, "name": row.name, "gender": row.get_gender_display() if row.gender else "",
            "birthday": row.birthday, "country": row.country, "province": row.province, "city": row.city,
            "district": row.district,
            "address": crypto.decrypt(bytes(row.address), row.merchant_id) if row.address is not None else "",
            "first_source": row.source, "accepts_marketing": row.accepts_marketing, "first_seen_at": row.first_seen_at,
        }
        for row in Customer.objects.filter(pk__in=someone.homes).order_by("pk")
    ]  # fmt: skip


def account_rows(someone: erasing.Person) -> list[dict[str, Any]]:
    found = Identity.objects.filter(pk__in=someone.identities).order_by("pk")
    return [
        {
            "kind": identity.get_kind_display(), "platform": identity.namespace, "value": keys.readable(identity),
            "source": identity.source, "first_seen_at": identity.first_seen_at,
        }
        for identity in found
    ]  # fmt: skip


def note_rows(someone: erasing.Person) -> list[dict[str, Any]]:
    found = Note.objects.filter(home_customer__in=someone.homes).order_by("pk")
    return [{"at": note.created_at, "author": note.author, "text": note.text} for note in found]


def address_rows(someone: erasing.Person) -> list[dict[str, Any]]:
    found = Address.objects.filter(identity__in=someone.identities).order_by("pk")
    opened = [(Recipient.opened(row.recipient, row.merchant_id), row.used_at) for row in found]
    return [
        {
            "name": to.name, "phone": to.phone, "province": to.province, "city": to.city, "district": to.district,
            "address": to.street, "at": used_at,
        }
        for to, used_at in opened
    ]  # fmt: skip

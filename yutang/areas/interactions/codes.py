"""QR codes: making them, following their short links, and who came by them.

An event whose `source` is `code:<slug>` came by that code: the scan itself, and what the page that the link leads to
reports afterwards (static/yutang/collect.js). docs/decisions/0024-codes-are-sources.md
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from yutang.areas.customers import merging
from yutang.areas.customers import queries as customers
from yutang.areas.customers.errors import PersonErased
from yutang.areas.interactions import arrivals, services
from yutang.areas.interactions.errors import CodeArchived
from yutang.areas.interactions.models import Code
from yutang.areas.interactions.reading import EventIn
from yutang.areas.merchants import queries as merchants
from yutang.core import access, audit, clock, tenancy
from yutang.core.errors import Invalid, NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from yutang.areas.customers.models import Customer
    from yutang.areas.merchants.models import Member, OrgNode
    from yutang.core.access import Actor

VIEW, EDIT = "interactions.view", "interactions.codes"
PARAMETER = "yt_code"
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like something else in print
_LENGTH = 12  # 31^12: guessing finds nothing
_IS_HTTPS = URLValidator(schemes=["https"])


def visible(actor: Actor) -> QuerySet[Code]:
    """Codes of the nodes the actor sees."""
    nodes = actor.nodes(VIEW)
    found = Code.objects.select_related("node", "guide__user")
    return found if nodes is None else found.filter(node__in=nodes)


def get(code_id: int, *, actor: Actor, permission: str = VIEW) -> Code:
    """One code, fetched and authorised."""
    nodes = actor.nodes(permission)
    found = Code.objects.select_related("node", "guide__user").filter(pk=code_id).first()
    if found is None or (nodes is not None and found.node_id not in nodes):
        raise NotFound
    return found


@transaction.atomic
def create(
    *, kind: str, name: str, holder: str = "", node: OrgNode, target: str, guide_id: int | None = None,
    customer_id: int | None = None, actor: Actor,
) -> Code:  # fmt: skip
    """`guide_id` (a member): who looks after those that come by it first; `customer_id`: who brings them."""
    values = _checked(
        kind=kind, name=name, holder=holder, node=node, target=target, guide_id=guide_id, customer_id=customer_id,
        actor=actor,
    )  # fmt: skip
    slug = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    made = Code.objects.create(merchant_id=actor.merchant_id, slug=slug, created_by=actor.name, **values)
    audit.record("codes.create", actor=actor, object_type="code", object_id=made.pk)
    return made


@transaction.atomic
def change(
    *, code_id: int, kind: str, name: str, holder: str = "", node: OrgNode, target: str, guide_id: int | None = None,
    customer_id: int | None = None, actor: Actor,
) -> Code:  # fmt: skip
    """The slug stays: it is printed. Who came by the code keeps the guide and the bringer they have."""
    get(code_id, actor=actor, permission=EDIT)
    values = _checked(
        kind=kind, name=name, holder=holder, node=node, target=target, guide_id=guide_id, customer_id=customer_id,
        actor=actor,
    )  # fmt: skip
    Code.objects.filter(pk=code_id).update(**values)
    audit.record("codes.change", actor=actor, object_type="code", object_id=code_id, detail={"fields": sorted(values)})
    return get(code_id, actor=actor)


@transaction.atomic
def archive(*, code_id: int, is_archived: bool = True, actor: Actor) -> Code:
    """Its link leads nowhere any more; what it brought stays counted. Can be taken back."""
    found = get(code_id, actor=actor, permission=EDIT)
    found.archived_at = clock.now() if is_archived else None
    found.save(update_fields=["archived_at"])
    action = "codes.archive" if is_archived else "codes.restore"
    audit.record(action, actor=actor, object_type="code", object_id=code_id)
    return found


def _checked(
    *, kind: str, name: str, holder: str, node: OrgNode, target: str, guide_id: int | None, customer_id: int | None,
    actor: Actor,
) -> dict[str, Any]:  # fmt: skip
    merchants.node(node.pk, actor=actor, permission=EDIT)
    name, holder, target = name.strip(), holder.strip(), target.strip()
    if kind not in Code.Kind.values:
        raise Invalid(field="kind", field_label=gettext("Belongs to"), reason=gettext("Choose one of the list."))
    if not 0 < len(name) <= 80:
        raise Invalid(field="name", field_label=gettext("Name"), reason=gettext("Write 1 to 80 characters."))
    if len(holder) > 80:
        raise Invalid(field="holder", field_label=gettext("Holder"), reason=gettext("Write at most 80 characters."))
    if not is_safe(target):
        reason = gettext("Write an address that begins with https://, or a page of this server that begins with /.")
        raise Invalid(field="target", field_label=gettext("Leads to"), reason=reason)
    guide = _guide(guide_id, kind, actor)
    owner = _owner(customer_id, actor)
    return {
        "kind": kind, "name": name, "holder": holder, "node": node, "target": target, "guide": guide,
        "customer": owner, "home_customer": owner,
    }  # fmt: skip


def _owner(customer_id: int | None, actor: Actor) -> Customer | None:
    """The person of today, whom the actor must see."""
    if customer_id is None:
        return None
    try:
        owner = customers.customer(actor, customer_id)
        merging.refuse_erased(owner)
    except (NotFound, PersonErased) as error:
        reason = gettext("There is no such customer.")
        raise Invalid(field="customer", field_label=gettext("Code of customer"), reason=reason) from error
    return owner


def _guide(guide_id: int | None, kind: str, actor: Actor) -> Member | None:
    if guide_id is None:
        return None
    label = gettext("Guide")
    if kind != Code.Kind.GUIDE:
        reason = gettext("Only a guide's code has one.")
        raise Invalid(field="guide", field_label=label, reason=reason)
    found = merchants.colleagues(actor=actor, permission=EDIT).filter(pk=guide_id).first()
    if found is None:
        raise Invalid(field="guide", field_label=label, reason=gettext("Choose one of the list."))
    return found


def is_safe(target: str) -> bool:
    """Whether a short link may lead there: a page of this server, or any site by https. Nobody but staff sets targets,
    nothing of a request goes into them."""
    try:
        place = urlsplit(target).netloc
    except ValueError:  # a bracket that no address of IPv6 stands in
        return False
    if not 0 < len(target) <= 500 or "@" in place:
        return False
    if url_has_allowed_host_and_scheme(target, allowed_hosts=set(settings.ALLOWED_HOSTS)):
        return target.startswith(("/", "http"))
    try:
        _IS_HTTPS(target)
    except ValidationError:
        return False
    return True


def destination(code: Code, *, visitor: str | None = None) -> str:
    """The target with what its page needs to go on: the code and, where one may be kept, the visitor."""
    parts = urlsplit(code.target)
    # Everything else stays byte for byte: other sites write their queries in GBK, without "=", with ";".
    kept = [part for part in parts.query.split("&") if part and part.partition("=")[0] != PARAMETER]
    value = code.slug if visitor is None else f"{code.slug}.{visitor}"
    return urlunsplit(parts._replace(query="&".join([*kept, f"{PARAMETER}={value}"])))


@transaction.atomic
def follow(*, slug: str, event_id: str | None, visitor: str | None) -> str:
    """Where a short link leads; the scan is recorded before (not without `event_id`). All in one transaction.

    NotFound for a slug that is none, CodeArchived for one that is closed.
    """
    with tenancy.code_scope(slug):
        code = Code.objects.filter(slug=slug).first()
    if code is None:
        raise NotFound
    if code.archived_at is not None:
        raise CodeArchived
    if event_id is not None:
        with tenancy.scope(code.merchant_id):
            scan = EventIn(
                id=event_id,
                kind="scan",
                occurred_at=clock.now(),
                visitor=visitor,
                channel="qr",
                source=arrivals.source(slug),
                properties={"code": slug},
            )
            services.record(events=[scan], actor=access.system(code.merchant_id))
    return destination(code, visitor=visitor)

"""A merchant with something in every table, and a marker in everything that a person could read."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import CharField, F, TextField, Value
from django.db.models.functions import Concat, Substr

from tests.api.pool import make_order, make_person, make_store
from tests.architecture import bookings_world, coupons_world, membership_world, points_world, trade, wallet_world
from tests.areas.imports.runs import MAPPING, run, text
from tests.console.conftest import make_member
from tests.core.ledger import kinds
from tests.factories import catalog, decoration, wechat
from tests.factories.api import api_client, make_key
from tests.factories.codes import make_code
from tests.factories.interactions import event, link, record
from tests.factories.merchants import make_merchant
from tests.factories.messaging import connect, furnish_notices, send
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import ReviewCase, Tombstone
from yutang.areas.customers.suggestions import services as suggestions
from yutang.areas.grades import services as grades
from yutang.areas.imports import services as imports
from yutang.areas.interactions import codes
from yutang.areas.merchants.models import Member, Merchant
from yutang.areas.merchants.services import roles
from yutang.areas.privacy import consents, retention
from yutang.areas.privacy import services as privacy
from yutang.areas.relations import services as relations
from yutang.areas.segments import services as segments
from yutang.areas.tags import services as tags
from yutang.core import access, clock, limits, tenancy
from yutang.core.ledger import services as ledger
from yutang.core.models import AuditEntry, Event, EventHandling
from yutang.core.reservations import services as reservations
from yutang.core.tenancy import TenantModel
from yutang.simulators.wechat import OfficialAccount

# Nine letters: a walk reads 600,000 letters of random tokens, and five of them, in any case, come by chance in one walk
# of fifty.
MARK = "Qzxvkjwbq"
PHONE = "13987650123"
EMAIL = f"{MARK.lower()}@example.com"
SECRETS = (MARK.lower(), PHONE, PHONE[:3] + " " + PHONE[3:7] + " " + PHONE[7:])

# Texts that are codes of the product: nobody reads them, and the product would not understand them marked.
CODES = {
    "AuditEntry": {"actor_kind", "action", "object_type", "object_id"},
    "Event": {"name"}, "EventHandling": {"handler"}, "IdempotencyKey": {"fingerprint"},
    "Code": {"slug"},
    "Account": {"kind", "unit", "holder_type"}, "Entry": {"kind", "actor_kind", "source_type"},
    "Pool": {"kind"}, "Role": {"key"}, "ApiKey": {"public_id"}, "ReviewCase": {"fingerprint"},
    "Boundaries": {"source"}, "ImportRun": {"signature", "layout", "mapping"}, "SavedMapping": {"signature", "toml"},
    "TagGroup": {"kind", "colour"}, "LifeFact": {"kind", "detail", "calendar"},
    "TaggingRun": {"created_by_key"},
    "Adjustment": {"step", "source_type", "source_id"}, "OrderStep": {"what", "status"},
    "ShopOrder": {"currency", "pickup_code", "closed_because"}, "StockMove": {"source_type", "source_id"},
    "Tender": {"payable_type", "provider", "currency", "provider_no"}, "Notice": {"provider", "kind", "key"},
    "ReminderRule": {"kind"}, "ReminderRun": {"kind"},
    "ProviderAccount": {"provider"}, "BillEntry": {"currency"}, "Difference": {"currency"},
    "Page": {"slug", "share_picture"},
    "TillBasket": {"key", "coupons"}, "Shift": {"currency"}, "CashMove": {"key"},
    "ProductGram": {"gram"}, "Picture": {"digest"}, "LevelPrice": {"level"}, "CartLine": {"visitor"},
    "RetentionRule": {"kind"},
    "SmsAccount": {"provider"}, "OneTimeCode": {"provider"},
    "Case": {"reason", "hold_key", "closed_because"}, "CasePicture": {"digest", "side"},
    "Level": {"key", "icon"}, "GrowthEntry": {"source_type"}, "Card": {"currency", "gift_code"},
    "CardUse": {"period", "source_type"},
    "MemberGift": {"period"},
    "CaseStep": {"what", "side", "state"}, "Dispute": {"opened_by"},
    "Booking": {"currency", "code", "key"}, "Experience": {"picture"},
    "Coupon": {"issue_key"}, "Run": {"key", "stopped_because"},
    "Recharge": {"currency"}, "CardBatch": {"currency"}, "Spend": {"tender_no"},
}  # fmt: skip


@dataclass
class World:
    """`ids`: what an address may name, by the name of its parameter."""

    merchant: Merchant
    token: str = ""
    ids: dict[str, Any] = field(default_factory=dict)


def tenant_models() -> list[type[TenantModel]]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def make_rich() -> World:
    shop = make_merchant(name=f"Shop {MARK}", slug=f"{MARK.lower()}-shop", owner_email=EMAIL)
    world = World(shop)
    actor = access.system(shop.pk, name=f"Importer {MARK}")
    node = make_store(shop, f"{MARK}-1")
    member = make_member(shop, "store_manager", node, name=f"Manager {MARK}", email=f"m-{EMAIL}")
    people = [
        make_person(shop, name=f"Person {MARK} {n}", node=node, phone=f"+86{int(PHONE) + n}", email=f"{n}-{EMAIL}")
        for n in range(5)
    ]
    orders = [make_order(shop, person, node=node, day=n, amounts=(1000, -100)) for n, person in enumerate(people)]
    key = make_key(shop, name=f"ERP {MARK}", actor=actor)
    for person in people:
        noted = api_client(shop).post(
            f"/customers/{person.pk}/notes", {"text": f"Note {MARK}"}, {"Idempotency-Key": f"{person.pk}-{MARK}"}
        )
        assert noted.status_code == 201, noted.content
    send(shop, f"+86{PHONE}")
    connect(shop)
    wechat.connect(shop, OfficialAccount())
    with tenancy.scope(shop.pk):
        limits.allows("seen", MARK, limits.Pace(at_once=1, a_minute=1))
        rows = [f"{MARK}-{n},{n},2026-03-0{n} 10:00:00,,12.50,1,,Cake {MARK},{PHONE},card-{n},,open" for n in (1, 2)]
        done, counts = run(text(*rows, f"{MARK}-bad,1,someday {MARK}"), actor, name=f"{MARK}.csv")
        assert (counts.orders, counts.rejected) == (2, 1)
        unknown = imports.upload(files=[(f"{MARK}-2.csv", io.BytesIO(f"a,b\n{MARK},2\n".encode()))], actor=actor)
        waiting = imports.upload(files=[(f"{MARK}-3.csv", io.BytesIO(f"c,d\n{MARK},2\n".encode()))], actor=actor)
        mapping = MAPPING.replace('"till"', f'"till {MARK}"')
        imports.save_mapping(run_id=unknown.pk, toml=mapping, name=f"Till {MARK}", actor=actor)
        merge = customers.merge(survivor_id=people[0].pk, absorbed_id=people[1].pk, evidence=[], actor=actor)
        other = customers.merge(survivor_id=people[2].pk, absorbed_id=people[3].pk, evidence=[], actor=actor)
        customers.unmerge(merge_id=other.pk, actor=actor)
        case = ReviewCase.objects.create(
            merchant=shop, kind="suggestion", fingerprint="a", customers=[people[2].pk, people[4].pk],
            evidence=[{"kind": "phone", "source": f"import {MARK}"}],
        )  # fmt: skip
        suggestions.start(actor=actor)
        role = roles.create(name=f"Role {MARK}", permissions=["customers.view"], actor=actor)
        segment = segments.create(name=f"Segment {MARK}", rule={"all": []}, actor=actor)
        grades.refresh()
        grades.set_ladder(measure="net", window_days=None, middle_from=500, big_from=900, actor=actor)
        group = tags.create_group(name=f"Group {MARK}", actor=actor)
        tag = tags.create(group_id=group.pk, name=f"Tag {MARK}", actor=actor)
        tags.give(customer=people[0], tag_id=tag.pk, evidence=MARK, actor=actor)
        life = tags.record_life(
            customer=people[0], kind="child", values=tags.LifeValues(name=MARK), evidence=MARK, actor=actor
        )
        relations.give_role(customer=people[0], role=2, reason=MARK, actor=actor)
        relations.bring(customer=people[0], bringer=people[4], reason=MARK, actor=actor)
        relations.assign(customer=people[0], guide_id=member.pk, reason=MARK, actor=actor)
        tagging_run = tags.start(tag_id=tag.pk, customer_ids=[people[2].pk], reason=MARK, actor=actor)
        holder = kinds.customer(people[0].pk)
        ledger.post(key=f"{MARK} a", kind="test", lines=kinds.earn(holder, 10, origin=MARK), reason=MARK, actor=actor)
        ledger.move_holder(
            from_holder=holder, to_holder=kinds.customer(people[2].pk), key=f"{MARK} b", reason=MARK, actor=actor
        )
        pool = reservations.open_pool(kind="stock", key="cake", capacity=10, actor=actor)
        held = reservations.reserve(items=[(pool.pk, 2)], holder_key="o", key="r", expires_at=None, actor=actor)
        reservations.confirm(key="r", actor=actor)
        reservations.return_confirmed(reservation_id=held[0].id, quantity=1, key="b", actor=actor)
        consents.add_text(purpose="marketing", text=f"Text {MARK}", actor=actor)
        retention.keep_for(kind="uploads", days=60, actor=actor)
        asked = privacy_of(people[2].pk, MARK, actor)
        Tombstone.objects.create(merchant=shop, key=MARK.encode(), erased_at=clock.now())
        EventHandling.objects.create(merchant=shop, event=Event.objects.first(), handler="reactions.test")
        record(
            event(visitor=f"{MARK}-browser", page=f"/{MARK}", source=MARK, item=MARK, properties={"title": MARK}),
            event(visitor=f"{MARK}-browser", identity={"kind": "phone", "value": f"+86{int(PHONE)}"}), actor=actor,
        )  # fmt: skip
        link(actor)
        record(event(visitor=f"{MARK}-tablet", identity={"kind": "email", "value": f"v-{EMAIL}"}), actor=actor)
        code, closed = make_code(node=node, name=f"Code {MARK}"), make_code(node=node)
        codes.archive(code_id=closed.pk, actor=actor)
        shelf = catalog.furnish(MARK, people[0])
        shop_orders = trade.furnish(MARK, people[4], node)
        shop_orders |= bookings_world.furnish(MARK, people[4], node)
        shop_orders |= coupons_world.furnish(MARK, people[4], node)
        shop_orders |= points_world.furnish(MARK, people[4], node)
        shop_orders |= wallet_world.furnish(MARK, people[4], node)
        pages = decoration.furnish(MARK, segment.pk, shelf["product_id"])
        pages |= membership_world.furnish(MARK, people[4], node)
        furnish_notices(MARK, people[0])
        _plant()
        world.token = key.token
        world.ids = {
            "key_id": key.key.pk, "entry_id": AuditEntry.objects.first().pk, "customer_id": people[0].pk,
            "other_id": people[2].pk, "merge_id": merge.pk, "run_id": waiting.pk, "import_id": done.pk,
            "case_id": case.pk, "segment_id": segment.pk, "node_id": node.pk, "tag_id": tag.pk,
            "group_id": group.pk, "tagging_run_id": tagging_run.pk, "fact_id": life.pk, "member_id": member.pk,
            "role_id": role.pk, "order_id": orders[0].pk, "user_id": member.user_id, "token": "x",
            # An open code answers everybody, and a scan is recorded; a closed one must say nothing.
            "key": "customers.total", "code_id": code.pk, "slug": closed.slug, "kind": "svg", **asked, **shelf,
            **shop_orders, **pages,
        }  # fmt: skip
    return world


def privacy_of(customer_id: int, mark: str, actor: access.Actor) -> dict[str, int]:
    """Consent, a copy and a hold; ids for addresses."""
    consents.record(customer_id=customer_id, purpose="marketing", is_given=True, evidence=mark, actor=actor)
    copy = privacy.request_copy(customer_id=customer_id, actor=actor)
    hold = privacy.place_hold(customer_id=customer_id, reason=f"Dispute {mark}", actor=actor)
    return {"request_id": copy.pk, "hold_id": hold.pk}


def _plant() -> None:
    """Puts the marker in front of every text of every row in scope; the ledger is append-only and has it already."""
    for model in tenant_models():
        if model._meta.app_label == "ledger":
            continue
        name = model.__name__
        for column in model._meta.fields:
            if not isinstance(column, CharField | TextField) or column.choices or column.name in CODES.get(name, ()):
                continue
            longest = column.max_length or 4000
            marked = Substr(Concat(Value(f"{MARK} "), F(column.name), output_field=TextField()), 1, longest)
            model.objects.exclude(**{f"{column.name}__icontains": MARK}).update(**{column.name: marked})


def everything(merchant: Merchant) -> dict[str, Any]:
    """Every row of the merchant as text, table by table, and its files."""
    found: dict[str, Any] = {}
    with tenancy.scope(merchant.pk), connection.cursor() as cursor:
        for model in tenant_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT t::text FROM {table} t WHERE merchant_id = %s ORDER BY 1", [merchant.pk])
            found[table] = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT t::text FROM merchants_merchant t WHERE id = %s", [merchant.pk])
        found["merchants_merchant"] = cursor.fetchall()
        users = list(Member.objects.values_list("user_id", flat=True))
        cursor.execute("SELECT t::text FROM merchants_user t WHERE id = ANY(%s) ORDER BY id", [users])
        found["merchants_user"] = cursor.fetchall()
    folder = Path(settings.FILES)
    found["files"] = {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and f"/{merchant.pk}/" in str(path)
    }
    return found

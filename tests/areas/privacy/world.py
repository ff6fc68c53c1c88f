"""A shop that knows one person in every way it can, and others who must not lose anything by their going."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from django.db import connection

from tests.factories.customers import make_customer
from tests.factories.merchants import make_merchant
from yutang.areas.analytics import queries as analytics
from yutang.areas.customers import services as customers
from yutang.areas.customers.models import Customer, Identity, ReviewCase
from yutang.areas.imports import services as imports
from yutang.areas.merchants.models import Merchant
from yutang.core import access, audit, tenancy
from yutang.core.idempotency import Answer, once
from yutang.lake import writer

NAME, PHONE, EMAIL = "欧阳晓岚", "13912345678", "xiaolan.ouyang@example.com"
ADDRESS = "幸福里街道桂花巷 27 号 3 单元 1402"
OLD_NAME, OLD_EMAIL, CARD = "欧阳小蓝", "lan.old@example.com", "card-778812"
REGION = "青海"  # nobody else's
OTHER_NAME, OTHER_PHONE = "诸葛大力", "13700001111"

MAPPING = """name = "till"
[columns]
order_no = "no"
line_key = "line"
ordered_at = "at"
amount = "sum"
title = "what"
phone = "phone"
email = "mail"
name = "who"
address = "where"
birthday = "born"
province = "province"
note = "note"
spec = "spec"
member_card = "card"
[constants]
status = "completed"
quantity = "1"
"""
HEAD = ["no", "line", "at", "sum", "what", "phone", "mail", "who", "where", "born", "province", "note", "spec", "card"]
ROWS = [
    ["A-1", "1", "2026-03-01 10:00:00", "12.50", "Cake", PHONE, EMAIL, NAME, ADDRESS, "1988-07-09", REGION,
     f"请给{NAME}", f"刻字 {NAME}", ""],
    ["A-2", "1", "2026-04-02 10:00:00", "30.00", "Tea", PHONE, "", NAME, ADDRESS, "", REGION, "", "", ""],
    ["A-3", "1", "2026-04-03 10:00:00", "8.00", "Bread", OTHER_PHONE, "", OTHER_NAME, "别处路 1 号", "", "上海", "少糖",
     "大", ""],
    ["A-4", "1", "2026-04-04 10:00:00", "7.00", "Bread", "", OLD_EMAIL, OLD_NAME, "", "", "", "", "", CARD],
    ["A-5", "1", f"someday {PHONE}", "7.00", "Bread", PHONE, "", NAME, "", "", "", "", "", ""],
]  # fmt: skip


@dataclass
class World:
    merchant: Merchant
    actor: access.Actor
    customer: Customer  # the person, two homes
    other: Customer


def csv(rows=ROWS) -> bytes:
    return "\n".join(",".join(row) for row in [HEAD, *rows]).encode()


def xlsx(rows=ROWS) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([HEAD, *rows]):
            sheet.write_row(place, 0, row)
    return made.getvalue()


def upload(content: bytes, actor: access.Actor, name: str = "till.csv") -> int:
    return imports.upload(files=[(name, io.BytesIO(content))], mapping=MAPPING, source="till", actor=actor).pk


def load(content: bytes, merchant: Merchant, name: str = "till.csv") -> imports.Counts:
    actor = access.system(merchant.pk, name="import")
    with tenancy.scope(merchant.pk):
        run_id = upload(content, actor, name)
        imports.start(run_id=run_id, dry_run=False, actor=actor)
    return imports.execute(run_id=run_id, actor=actor)


def make_world() -> World:
    """Committed piece by piece, as a worker does: call with a transactional database."""
    merchant = make_merchant()
    actor = access.system(merchant.pk, name="Wu")
    load(csv(), merchant)
    with tenancy.scope(merchant.pk):
        for content, name in ((xlsx(), f"订单 {PHONE}.xlsx"), (csv().decode().encode("gb18030"), "gbk.csv")):
            upload(content, actor, name)  # never imported
        person = owner_of("phone", "+86" + PHONE)
        old = owner_of("email", OLD_EMAIL)
        customers.merge(survivor_id=old.pk, absorbed_id=person.pk, evidence=[{"kind": "phone"}], actor=actor)
        other = owner_of("phone", "+86" + OTHER_PHONE)
        customers.add_note(customer=old, text=f"{NAME} 喜欢桂花糕", actor=actor)
        customers.add_note(customer=other, text=f"朋友的电话 139 1234 5678, {EMAIL}", actor=actor)
        customers.record_export(rows=1, filters={"q": PHONE, "name": NAME}, actor=actor)
        audit.record("test", actor=actor, detail={"mail": EMAIL.upper(), "said": f"{ADDRESS}!"})
        once(
            key="k", scope="test", body=b"", act=lambda: Answer(200, {"name": NAME, "phone": "+86" + PHONE})
        )  # fmt: skip
        ReviewCase.objects.create(
            merchant=merchant, kind="suggestion", fingerprint="f", customers=sorted([old.pk, other.pk]),
            evidence=[{"field": "name", "values": [NAME, OTHER_NAME]}],
        )  # fmt: skip
        make_customer(name="闲人", phone="+8613600002222")
    writer.run()
    with tenancy.scope(merchant.pk):
        return World(merchant, actor, Customer.objects.get(pk=old.pk), other)


def owner_of(kind: str, value: str) -> Customer:
    from yutang.areas.customers.identity import keys

    key = keys.key(kind, "till", value, tenancy.require_merchant_id())
    return Identity.objects.get(key=key).customer


def totals(world: World) -> dict[str, object]:
    with tenancy.scope(world.merchant.pk):
        return {key: found.value for key, found in analytics.metrics(actor=world.actor).items()}


def everything(merchant: Merchant) -> list[str]:
    """Every row of the merchant, and every file."""
    found = []
    with tenancy.scope(merchant.pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind = 'r'"
            " AND c.relnamespace = 'public'::regnamespace AND a.attname = 'merchant_id' ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            if table not in ("lake_freshness", "lake_peoplechange"):
                cursor.execute(f"SELECT t::text FROM {table} t WHERE merchant_id = {merchant.pk} ORDER BY 1")
                found += [f"{table} {row[0]}" for row in cursor.fetchall()]
    return found


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

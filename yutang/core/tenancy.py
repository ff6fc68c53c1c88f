"""Which merchant the database may show: a transaction-scoped setting that forced row-level security reads.

Outside a scope every tenant table is empty. Inside one, every query of the transaction sees one merchant. The policies
are made for every table that has a `merchant_id`, after every migration, so that no new table can forget its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, models, transaction

from yutang.core import logs, prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
SETTING = "yutang.merchant_id"
USER_SETTING = "yutang.user_id"
KEY_SETTING = "yutang.api_key"
CODE_SETTING = "yutang.code"
POLICY = "merchant_isolation"
MERCHANT_MATCHES = f"merchant_id = NULLIF(current_setting('{SETTING}', true), '')::bigint"
# Who knocks is known before the merchant is: a person may always see the memberships of the own account, an API
# request the one key whose public half it shows, and whoever scans a code that code.
OWN_ROWS = {
    "merchants_member": f"user_id = NULLIF(current_setting('{USER_SETTING}', true), '')::bigint",
    "openplatform_apikey": f"public_id = NULLIF(current_setting('{KEY_SETTING}', true), '')",
    "interactions_code": f"slug = NULLIF(current_setting('{CODE_SETTING}', true), '')",
}

log = logs.get(__name__)


class TenantModel(models.Model):
    """A row that belongs to one merchant."""

    merchant = models.ForeignKey("merchants.Merchant", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class CurrentTransaction(models.Func):
    """The writing transaction's id, as a column default: the lake's writer exports by it."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


@contextmanager
def scope(merchant_id: int) -> Iterator[None]:
    """A transaction in which the database shows this merchant and no other. Nests; the outer one comes back."""
    with _setting(SETTING, merchant_id):
        yield


@contextmanager
def account_scope(user_id: int) -> Iterator[None]:
    """A transaction in which one person's own memberships of all merchants are visible: log-in and merchant switch."""
    with _setting(USER_SETTING, user_id):
        yield


@contextmanager
def key_scope(public_id: str) -> Iterator[None]:
    """A transaction in which the one API key with this public id is visible (not to be written): the API's door."""
    with _setting(KEY_SETTING, public_id):
        yield


@contextmanager
def code_scope(slug: str) -> Iterator[None]:
    """A transaction in which the one QR code with this slug is visible: the door of short links."""
    with _setting(CODE_SETTING, slug):
        yield


@contextmanager
def shop_scope(slug: str) -> Iterator[dict[str, Any] | None]:
    """A transaction that shows the merchant with this slug: the door of the shop. Yields the merchant's row, as
    `questions.instance` takes it, from the statement that enters; None, and no merchant to see, where there is none."""
    with _entered(SETTING, lambda: _enter_shop(slug)) as merchant:
        yield merchant


def current_merchant_id() -> int | None:
    """The merchant of the running scope."""
    value = _read(SETTING)
    return int(value) if value else None


def require_merchant_id() -> int:
    """The merchant of the running scope; outside a scope this is a programming error."""
    merchant_id = current_merchant_id()
    if merchant_id is None:
        raise RuntimeError("no merchant: wrap the call in tenancy.scope(merchant_id)")
    return merchant_id


def each_merchant(*, reason: str) -> Iterator[int]:
    """Ids of all merchants, one after the other; the caller enters each one's scope. For maintenance, logged."""
    from django.apps import apps

    log.debug("tenancy.each_merchant", reason=reason)
    yield from apps.get_model("merchants", "Merchant").objects.order_by("id").values_list("id", flat=True)


@contextmanager
def _setting(name: str, value: int | str) -> Iterator[None]:
    with _entered(name, lambda: _replace(name, str(value))):
        yield


@contextmanager
def _entered(name: str, enter: Callable[[], tuple[str, T]]) -> Iterator[T]:
    """`enter` sets the setting; it returns what that was before, and what the scope is to yield."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        before, found = enter()
        yield found
        # The transaction's end takes the setting back by itself, and a rollback does too: it is as transactional as
        # the rows. So nothing stands between the last statement of a request and its commit.
        if not is_outermost and not connection.needs_rollback:
            _write(name, before)


def _read(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting(%s, true), '')", [name])
        return str(cursor.fetchone()[0])


def _replace(name: str, value: str) -> tuple[str, None]:
    """Sets the value and returns the one before, in one round trip: every request begins with it."""
    found = prepared.rows(
        "WITH before AS MATERIALIZED (SELECT COALESCE(current_setting(%(name)s, true), '') AS value)"
        " SELECT value, set_config(%(name)s, %(value)s, true) FROM before",
        {"name": name, "value": value},
    )
    return str(found[0][0]), None


_SHOP = f"""
WITH before AS MATERIALIZED (SELECT COALESCE(current_setting('{SETTING}', true), '') AS value),
     shop AS MATERIALIZED (SELECT * FROM merchants_merchant WHERE slug = %(slug)s)
SELECT before.value, to_json(shop), set_config('{SETTING}', shop.id::text, true) FROM before LEFT JOIN shop ON true
"""  # noqa: S608 -- written above


def _enter_shop(slug: str) -> tuple[str, dict[str, Any] | None]:
    before, merchant, _ = prepared.rows(_SHOP, {"slug": slug})[0]
    return before, merchant


def _write(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def protect_tables(**_: Any) -> None:
    """Enables and forces row-level security on every table with a `merchant_id` that lacks the policy."""
    for table in unprotected_tables():
        protect_table(table)


def protect_table(table: str) -> None:
    """The policy of one table; partitions need their own, or whoever names them sees everything."""
    reading = MERCHANT_MATCHES
    if extra := OWN_ROWS.get(table):
        reading = f"{MERCHANT_MATCHES} OR {extra}"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
        cursor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({reading}) WITH CHECK ({MERCHANT_MATCHES})")


def unprotected_tables() -> list[str]:
    """Tables with a `merchant_id` that are not behind a forced policy."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
              AND a.attname = 'merchant_id' AND NOT a.attisdropped
              AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                       AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = %s))
            ORDER BY c.relname
            """,
            [POLICY],
        )
        return [row[0] for row in cursor.fetchall()]
